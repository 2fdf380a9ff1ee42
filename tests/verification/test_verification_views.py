"""The strips of a line show it straight, wherever it runs."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.verification.descriptors import NAMES, descriptors_of
from cracklens.verification.pieces import pieces_of, runs_of
from cracklens.verification.views import COARSE, STRIP_PX, VIEWS, pyramid, views_of
from drawn_candidates import branch, crack


def seen(points, *, size=(420, 400), width=3):
    """A picture with one dark line, and its candidate."""
    pixels = np.full((*size, 3), 180, np.uint8)
    probability = np.zeros(size, np.uint8)
    line = [np.rint(np.array(points) * 16).astype(np.int32)]
    cv2.polylines(
        pixels,
        line,
        isClosed=False,
        color=(40, 40, 40),
        thickness=width,
        lineType=cv2.LINE_AA,
        shift=4,
    )
    cv2.polylines(
        probability, line, isClosed=False, color=250, thickness=width, lineType=cv2.LINE_AA, shift=4
    )
    runs = runs_of([crack(branch(points, 0, 1, width), nodes=[points[0], points[-1]])])
    pieces = pieces_of(runs)
    views = views_of(pyramid(pixels, probability), runs, pieces)
    return views, runs, pieces, descriptors_of(views["fine"], runs, pieces, size)


@given(angle=st.floats(0, 6.28))
def test_a_line_lies_in_the_middle_of_its_strips(angle):
    middle, reach = np.array([200.0, 210.0]), 70 * np.array([np.cos(angle), np.sin(angle)])
    views, *_ = seen([tuple(middle - reach), tuple(middle + reach)])
    rows, columns = STRIP_PX
    fine = views["fine"][0]
    inside = fine[rows // 2 - 1 : rows // 2 + 1, columns // 2 - 60 : columns // 2 + 60]
    assert inside[..., 0].mean() < 90
    assert inside[..., 3].mean() > 180
    assert fine[:8, columns // 2 - 60 : columns // 2 + 60, 0].mean() > 170
    coarse = views["coarse"][0][:, columns // 2 - 12 : columns // 2 + 12]
    row = int(coarse[..., 0].mean(axis=1).argmin())
    assert abs(row - (rows - 1) / 2) <= 1


def test_a_bent_line_is_straightened():
    angle = np.linspace(0, np.pi, 60)
    arc = [(200 + 120 * np.cos(a), 250 - 120 * np.sin(a)) for a in angle]
    views, _, pieces, _ = seen(arc)
    rows, columns = STRIP_PX
    for fine, piece in zip(views["fine"], pieces, strict=True):
        half = int((piece.end_px - piece.start_px) / 2) - 4
        centre = fine[rows // 2 - 1 : rows // 2 + 1, columns // 2 - half : columns // 2 + half]
        assert centre[..., 0].mean() < 90


@pytest.mark.parametrize(
    "points", [[(0, 0), (1, 0)], [(399, 5), (399, 419)], [(0, 300), (60, 419)]]
)
def test_lines_at_the_border_and_of_two_pixels_have_views_and_finite_descriptors(points):
    views, _, pieces, numbers = seen([tuple(map(float, p)) for p in points])
    for name, shape in VIEWS.items():
        assert views[name].shape == (len(pieces), *shape)
    assert numbers.shape == (len(pieces), len(NAMES))
    assert np.isfinite(numbers).all()


def test_a_photograph_smaller_than_a_strip_has_views():
    views, *_ = seen([(2.0, 2.0), (9.0, 9.0)], size=(12, 11))
    assert views["around"].shape[1:] == VIEWS["around"]


def test_a_hairline_is_kept_in_the_reduced_probability():
    views, *_ = seen([(100.0, 200.0), (240.0, 200.0)], width=1)
    assert views["coarse"][0][..., 3].max() > 150
    assert views["around"][0][..., 3].max() > 150
    assert views["around"][0][..., 4].max() == 255
    assert COARSE == 4


def test_descriptors_tell_a_straight_line_from_a_wavy_one_and_a_valley_from_a_step():
    straight = seen([(40.0, 200.0), (360.0, 200.0)])[3]
    x = np.linspace(40, 360, 80)
    wavy = seen(list(zip(x, 200 + 12 * np.sin(x / 9), strict=True)))[3]
    rms = NAMES.index("deviation from a straight line over the run, log px")
    assert straight[0, rms] < wavy[0, rms] - 2
    assert straight[0, NAMES.index("depth of the valley")] > 0.3
    assert straight[0, NAMES.index("step across")] < 0.02
    assert straight[0, NAMES.index("upright or level, 0 to 1")] == pytest.approx(1)


def test_parallels_are_counted_and_their_spacing_compared():
    lines = [[(50.0, y), (350.0, y)] for y in (60.0, 120.0, 180.0, 240.0, 300.0)]
    runs = runs_of([crack(branch(line, 0, 1), nodes=line) for line in lines])
    pieces = pieces_of(runs)
    fine = np.zeros((len(pieces), *VIEWS["fine"]), np.uint8)
    numbers = descriptors_of(fine, runs, pieces, (400, 400))
    assert np.expm1(numbers[:, NAMES.index("parallel runs nearby, log")]) == pytest.approx(
        4, abs=0.01
    )
    assert numbers[:, NAMES.index("equal spacing of parallels")].min() > 0.9
