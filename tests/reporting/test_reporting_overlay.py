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
from cracklens.reporting.legend import Entry, legend_patch, place_legend
from cracklens.reporting.overlay import label_of
from cracklens.reporting.palette import CRACK, DARK, PALE, REJECTED, TILE, WIDTH_CLASSES, rgb
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


@pytest.mark.slow
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


@pytest.mark.slow
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


# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def seen_in_lab(colours, matrix):
    """Return (N, 3) CIE L*a*b* of colours (N, 3, sRGB 0 to 1) as a kind of vision sees them."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(matrix).T, 0, 1)
    srgb = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(srgb[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_are_told_apart_by_any_colour_vision(vision):
    lab = seen_in_lab(np.array([rgb(CRACK), rgb(REJECTED), rgb(TILE)]) / 255, VISIONS[vision])
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.linalg.norm(lab[one] - lab[other]) > 30, (one, other)


@pytest.mark.parametrize("vision", VISIONS)
def test_the_colours_of_the_classes_fall_in_lightness_and_are_told_apart(vision):
    colours = np.array([rgb(each.colour) for each in WIDTH_CLASSES] + [rgb(REJECTED)]) / 255
    lab = seen_in_lab(colours, VISIONS[vision])
    assert (np.diff(lab[:4, 0]) < -12).all()
    for one in range(5):
        for other in range(one):
            assert np.linalg.norm(lab[one] - lab[other]) > 20, (one, other)


def in_millimetres(make, line, width_px, *, mm_per_px=0.1, **fields):
    traced = make.photo("P001", "a.jpg", [make.crack("P001-C01", [make.branch(line, width_px)])])
    return make.measured_photo(traced, mm_per_px, **fields)


@pytest.mark.parametrize(("width_px", "rank"), [(0.6, 0), (2.0, 1), (6.0, 2), (20.0, 3)])
def test_a_measured_crack_has_the_colour_of_its_width(width_px, rank, make):
    record = in_millimetres(make, LINE, width_px)
    picture = draw_overlay(plain(), record)
    away = LINE[1:3]  # from ring, label and legend
    assert near(picture, WIDTH_CLASSES[rank].colour)[along(picture.shape, away, 0.4)].all()
    assert not near(picture, CRACK).any()


def test_a_wider_stretch_is_drawn_in_another_colour_and_thicker(make):
    line = [(50.0, 300.0), (750.0, 300.0)]
    crack = make.crack("P001-C01", [make.branch(line)])
    branch = crack.branches[0].model_copy(update={"width_px": [1.5, 40.0]})
    crack = crack.model_copy(update={"branches": [branch], "widest_px": (750.0, 300.0)})
    record = make.measured_photo(make.photo("P001", "a.jpg", [crack]), 0.1)
    picture = draw_overlay(plain(), record)
    thin = near(picture, WIDTH_CLASSES[1].colour)[:, 60].sum()
    thick = near(picture, WIDTH_CLASSES[3].colour)[:, 600].sum()
    assert 1 <= thin < thick
    assert not near(picture, WIDTH_CLASSES[3].colour)[:, 60].any()


def test_the_widest_place_has_a_ring_and_the_label_its_width(make):
    line = [(50.0, 300.0), (750.0, 300.0)]
    record = in_millimetres(make, line, 6.0)
    bare = draw_overlay(plain(), record.model_copy(update={"cracks": []}))
    changed = (draw_overlay(plain(), record) != bare).any(axis=2)
    x, y = (round(value) for value in record.cracks[0].widest_px)
    assert changed[y - 5, x] or changed[y + 5, x]
    assert label_of(record.cracks[0], record) == "C01 0.60 mm"
    without = make.photo_without_scale(make.photo("P001", "a.jpg", [make.crack(
        "P001-C01", [make.branch(line, 6.0)])]))  # fmt: skip
    assert label_of(without.cracks[0], without) == "C01 6.0 px"


def test_the_legend_stands_where_it_hides_no_line_and_only_with_a_scale(make):
    corner = [(560.0, 590.0), (790.0, 590.0), (790.0, 400.0)]
    record = in_millimetres(make, corner, 6.0)
    picture = draw_overlay(plain(), record)
    assert near(picture, WIDTH_CLASSES[2].colour)[along(picture.shape, corner, 0.5)].mean() > 0.8
    ground = near(picture, PALE, 2)
    assert ground[:, :400].sum() > 3000, "in a left corner instead"
    assert ground[:, 400:].sum() < 1000
    traced = make.photo("P001", "a.jpg", [make.crack("P001-C01", [make.branch(corner)])])
    for bare in (traced, make.photo_without_scale(traced)):
        assert near(draw_overlay(plain(), bare), PALE, 2).sum() < 1500


def test_a_scale_bar_is_as_long_as_it_says(make):
    record = make.measured_photo(make.photo("P001", "a.jpg"), 0.5)  # 800 px: 400 mm
    picture = draw_overlay(plain(), record)
    dark = near(picture, DARK, 30)
    rows = dark.sum(axis=1)
    inside = dark[np.argsort(rows)[-6:]]
    runs = [
        np.diff(np.flatnonzero(np.diff(np.pad(row.astype(int), 1))))[::2].max() for row in inside
    ]
    assert 100 <= np.median(runs) <= 106, "50 mm are 100 px"


def test_a_photograph_that_is_too_small_has_no_legend(make):
    canvas = plain(60, 90)
    patch = legend_patch([Entry("Width, mm"), Entry("below 0.1", CRACK)], 13, 40, "20 mm")
    assert place_legend(canvas, patch, []) is None
    assert (canvas == GREY).all()


@pytest.mark.parametrize("kind", ["in_mm", "without_scale", "mixed"])
def test_every_kind_of_record_can_be_drawn(kind, request):
    for record in request.getfixturevalue(kind).photographs:
        pixels = plain()
        picture = draw_overlay(pixels, record)
        assert picture.shape == pixels.shape
        assert (picture != pixels).any() == bool(record.cracks or record.scale)
