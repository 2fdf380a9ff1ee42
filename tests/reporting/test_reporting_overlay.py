from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cracklens.errors import OutputError
from cracklens.reporting import draw_overlay, write_overlay
from cracklens.reporting.drawing import draw_label
from cracklens.reporting.palette import CRACK, REJECTED, TILE, rgb
from cracklens.reporting.picture import LONGEST_SIDE_PX, enlarged, shrunk
from cracklens.reporting.polyline import dashes

GREY = 120


def plain(height_px=600, width_px=800):
    return np.full((height_px, width_px, 3), GREY, np.uint8)


def near(picture, colour, tolerance=12):
    return (np.abs(picture.astype(int) - rgb(colour)) <= tolerance).all(axis=2)


def along(shape, line, reach_px):
    """Return the mask of what is at most so far from a polyline, by an exact distance."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    at = np.stack([x, y], axis=-1).astype(float)
    nearest = np.full(shape[:2], np.inf)
    for start, end in pairwise(np.array(line)):
        step = end - start
        share = np.clip(((at - start) @ step) / (step @ step), 0, 1)
        distance = np.linalg.norm(at - start - share[..., None] * step, axis=-1)
        nearest = np.minimum(nearest, distance)
    return nearest <= reach_px


LINE = [(100.0, 100.0), (300.0, 220.0), (500.0, 210.0), (700.0, 400.0)]


def test_a_crack_is_drawn_where_it_is_and_nothing_else_changes_but_the_label(make):
    pixels = plain()
    record = make.photo("P001", "a.jpg", [make.crack("P001-C01", [make.branch(LINE)])])

    picture = draw_overlay(pixels, record)

    assert picture.shape == pixels.shape
    assert (pixels == GREY).all(), "the photograph itself was drawn into"
    assert near(picture, CRACK)[along(pixels.shape, LINE, 0.5)].all()
    elsewhere = (picture != pixels).any(axis=2) & ~along(pixels.shape, LINE, 3)
    y, x = np.nonzero(elsewhere)
    assert 10 <= np.ptp(y) + 1 <= 30
    assert 20 <= np.ptp(x) + 1 <= 60
    widest = record.cracks[0].widest_px
    assert np.hypot(x.mean() - widest[0], y.mean() - widest[1]) < 60, "the label is far away"


def test_a_rejected_line_is_thinner_dashed_and_of_another_colour(make):
    line = [(50.0, 300.0), (750.0, 300.0)]
    pixels = plain()
    solid = draw_overlay(
        pixels, make.photo("P001", "a.jpg", [make.crack("P001-C01", [make.branch(line)])])
    )
    dashed = draw_overlay(pixels, make.photo("P001", "a.jpg", rejected=[make.rejected(line)]))

    assert not near(dashed, CRACK).any()
    row = near(dashed, REJECTED)[300, 60:740]
    assert 0.4 < row.mean() < 0.75
    assert np.count_nonzero(np.diff(row.astype(int)) == 1) > 40
    changed = [(picture != pixels).any(axis=2)[:, 62].sum() for picture in (solid, dashed)]
    assert changed[1] < changed[0]


def test_tiles_are_tinted_by_their_probability_and_only_where_tiles_were_judged(make):
    pixels, rng = plain(), np.random.default_rng(0)
    tiles = make.grid(800, 600, 100, rng)
    quiet = draw_overlay(pixels, make.photo("P001", "a.jpg", tiles=tiles))
    assert (quiet == pixels).all()

    picture = draw_overlay(pixels, make.photo("P001", "a.jpg", kind="tiles", tiles=tiles))

    probability = [tile.probability for tile in tiles]
    towards = np.abs(picture.astype(int) - rgb(TILE)).sum(axis=2)
    inside = [towards[t.box_px[1] + 50, t.box_px[0] + 50] for t in tiles]
    assert np.argsort(inside, kind="stable")[0] == np.argmax(probability)
    assert np.corrcoef(inside, probability)[0, 1] < -0.99


@pytest.mark.parametrize(("height_px", "width_px"), [(3000, 4000), (4000, 3000), (1500, 9000)])
def test_a_large_photograph_is_shrunk_and_its_lines_with_it(height_px, width_px, make):
    line = [(0.2 * width_px, 0.5 * height_px), (0.8 * width_px, 0.5 * height_px)]
    record = make.photo(
        "P001", "a.jpg", [make.crack("P001-C01", [make.branch(line)])], size=(width_px, height_px)
    )

    picture = draw_overlay(plain(height_px, width_px), record)

    assert picture.shape[0] * picture.shape[1] <= 2000 * 1500
    assert picture.shape[1] / picture.shape[0] == pytest.approx(width_px / height_px, rel=2e-3)
    y, x = np.nonzero(near(picture, CRACK)[:, : int(0.75 * picture.shape[1])])
    on_line = np.abs(y - picture.shape[0] / 2) < 5
    assert y[on_line].mean() == pytest.approx((picture.shape[0] - 1) / 2, abs=1.5)
    assert x[on_line].min() == pytest.approx(0.2 * picture.shape[1], abs=4)
    assert np.ptp(y[on_line]) + 1 >= 2, "thinner than can be seen"


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (40, 60), (227, 227)])
def test_a_small_photograph_is_enlarged_by_whole_pixels(size, make):
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    picture = draw_overlay(pixels, make.photo("P001", "a.jpg", size=size[::-1]))
    times = picture.shape[0] // size[0]
    assert max(picture.shape) >= 640
    assert (picture[::times, ::times] == pixels).all()


def test_a_strip_keeps_its_width_as_far_as_viewers_allow():
    assert shrunk(plain(20_000, 20), 2000).pixels.shape[:2] == (LONGEST_SIDE_PX, 16)
    assert shrunk(plain(10_000, 200), 2000).pixels.shape[:2] == (10_000, 200)


def test_scaled_points_are_those_of_the_same_corner():
    pixels = plain(100, 200)
    for scaled in (shrunk(pixels, 100), enlarged(pixels, 1000)):
        height, width = scaled.pixels.shape[:2]
        corners = scaled.place([(-0.5, -0.5), (199.5, 99.5)])
        assert np.allclose(corners, [(-0.5, -0.5), (width - 0.5, height - 0.5)])


def test_the_file_is_a_png_of_the_same_picture(tmp_path, scenes):
    pixels, record = scenes[0]
    path = tmp_path / "overlays" / "P001.png"
    write_overlay(pixels, record, path)
    with Image.open(path) as read:
        assert (read.format, read.mode) == ("PNG", "RGB")
        assert (np.asarray(read) == draw_overlay(pixels, record)).all()
    assert [file.name for file in path.parent.iterdir()] == ["P001.png"]


def test_a_place_that_cannot_be_written_is_said(tmp_path, scenes):
    (tmp_path / "overlays").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_overlay(*scenes[0], tmp_path / "overlays" / "P001.png")


def test_labels_do_not_cover_each_other_and_give_way_when_it_is_full():
    canvas, taken = plain(120, 120), []
    for _ in range(60):
        draw_label(canvas, "C01", (60, 60), (0, 0, 0), 13, taken)
    assert 4 <= len(taken) < 60
    covered = np.zeros(canvas.shape[:2], int)
    for x, y, width, height in taken:
        assert x >= 0
        assert y >= 0
        assert x + width <= 120
        assert y + height <= 120
        covered[y : y + height, x : x + width] += 1
    assert covered.max() == 1


points = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=5, unique=True
)


@settings(deadline=None, max_examples=60)
@given(points, st.floats(1, 30), st.floats(0.5, 30))
def test_dashes_lie_on_the_line_and_have_their_length(line, dash_px, gap_px):
    line = np.array(line, dtype=float)
    length_px = np.hypot(*np.diff(line, axis=0).T).sum()
    pieces = dashes(line, dash_px, gap_px)
    lengths = [np.hypot(*np.diff(piece, axis=0).T).sum() for piece in pieces]
    assert np.allclose(lengths[:-1], dash_px)
    assert lengths[-1] <= dash_px + 1e-6
    whole, rest = divmod(length_px, dash_px + gap_px)
    assert sum(lengths) == pytest.approx(whole * dash_px + min(rest, dash_px), abs=1e-6)
    for piece in pieces:
        for point in piece:
            ends = pairwise(line)
            assert min(off(point, start, end) for start, end in ends) < 1e-6


def off(point, start, end):
    step = end - start
    share = np.clip((point - start) @ step / (step @ step), 0, 1)
    return np.hypot(*(point - start - share * step))


def test_colours_are_told_apart_by_any_colour_vision():
    # Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB
    kinds = {
        "normal": np.eye(3),
        "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    }  # fmt: skip
    colours = np.array([rgb(CRACK), rgb(REJECTED), rgb(TILE)]) / 255
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    for name, matrix in kinds.items():
        seen = np.clip(linear @ np.array(matrix).T, 0, 1)
        srgb = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        lab = cv2.cvtColor(srgb[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]
        for one, other in ((0, 1), (0, 2), (1, 2)):
            assert np.linalg.norm(lab[one] - lab[other]) > 30, (name, one, other)
