"""What is no concrete is no crack, no area and no darkness of the photograph, and is told."""

import cv2
import numpy as np
import pytest
from PIL import Image

import cracklens
from cracklens.photos.fitness.exposure import measure_tones

H, W = 300, 400
WALL = np.random.default_rng(3).integers(150, 200, (H, W, 3), np.uint8)
OUTSIDE = np.mgrid[0:H, 0:W][1] < 100


@pytest.fixture
def inspected(tmp_path, segmenter_folder):
    """A wall with one crack that runs into the black border, and beside it a film and a pipe."""
    wall = WALL.copy()
    cv2.line(wall, (60, 150), (330, 170), (20, 20, 20), 5)
    wall[OUTSIDE] = 0
    Image.fromarray(wall).save(tmp_path / "wall.png")
    (tmp_path / "film.mp4").touch()
    return cracklens.inspect(
        tmp_path, tmp_path / "out", model=segmenter_folder, mm_per_px=1.0, reject_straight=False
    )


@pytest.mark.slow
def test_a_border_costs_nothing_but_its_own_area(inspected, tmp_path):
    (photo,) = inspected.photographs
    (crack,) = photo.cracks
    assert crack.length_px == pytest.approx(330 - 104, abs=6)
    assert min(x for branch in crack.branches for x, _ in branch.points_px) >= 103
    assert crack.measurement.is_lower_bound
    assert photo.no_concrete_share == pytest.approx(104 / W, abs=0.001)
    assert photo.field.area_m2.value == pytest.approx((W - 104) * H / 1e6, rel=0.01)
    note = "26% of the picture is no concrete (a flat border): left out"
    assert note in photo.notes
    assert note in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_was_left_out_stands_in_the_record_and_the_report(inspected, tmp_path):
    assert not inspected.failed
    said = "Left out: 1 file (.mp4): a video, not a picture: save stills from it first."
    assert inspected.limits[-1] == said
    assert said in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_black_border_is_no_deep_shadow():
    wall = np.where(OUTSIDE[..., None], np.uint8(0), WALL)
    assert measure_tones(wall).black_share == pytest.approx(0.25, abs=0.01)
    assert measure_tones(wall, OUTSIDE).black_share == 0
