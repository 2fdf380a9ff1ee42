"""Stretches by width, graphs of widths, scale bars: what is drawn of a measured crack."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.record.measured import ContextRecord
from cracklens.reporting.boundaries import Boundary, boundaries
from cracklens.reporting.palette import WIDTH_CLASSES, rank_of
from cracklens.reporting.polyline import distance_along, piece_of, simplified
from cracklens.reporting.profile import ACROSS, DOWN, MOST_STATIONS, profile_graph
from cracklens.reporting.scale_bar import mm_per_px_at, scale_bar
from cracklens.reporting.stretches import stretches

LINE = [(0.0, 100.0), (1000.0, 100.0)]


def with_widths(make, width_mm, line=LINE, method=None):
    """Return a measured crack of one branch with these widths at even stations."""
    found = make.measured(make.crack("P001-C01", [make.branch(line)]), 0.1)
    count = len(width_mm)
    share = np.linspace(0, 1, count)[:, None]
    points = np.array(line[0]) + share * (np.array(line[1]) - np.array(line[0]))
    known = [None if width is None else width / 0.1 for width in width_mm]
    profile = found.measurement.profiles[0].model_copy(
        update={
            "points_px": [tuple(map(float, point)) for point in points],
            "width_mm": list(width_mm),
            "width_px": known,
            "standard_mm": [None if width is None else 0.1 * width for width in width_mm],
            "standard_px": [None if width is None else 0.1 * width for width in known],
            "method": method or ["none" if width is None else "profile" for width in width_mm],
        }
    )
    greatest = make.quantity(max(width for width in width_mm if width is not None), fit=0.01)
    measurement = found.measurement.model_copy(
        update={"profiles": [profile], "max_width_mm": greatest}
    )
    return found.model_copy(update={"measurement": measurement})


def test_a_crack_is_cut_where_its_class_changes(make):
    widths = [0.05] * 50 + [0.2] * 50 + [0.8] * 50 + [2.0] * 50
    found = stretches(with_widths(make, widths))
    assert [stretch.rank for stretch in found] == [0, 1, 2, 3]
    cuts = [stretch.points_px[-1][0] for stretch in found]
    assert cuts == pytest.approx([250, 500, 750, 1000], abs=5)


def test_one_ragged_place_is_no_stretch_but_a_wide_part_is(make):
    ragged = [0.2] * 40 + [3.0] * 2 + [0.2] * 40
    assert [stretch.rank for stretch in stretches(with_widths(make, ragged))] == [1]
    wide = [0.2] * 40 + [3.0] * 8 + [0.2] * 40
    assert [stretch.rank for stretch in stretches(with_widths(make, wide))] == [1, 3, 1]


def test_what_was_not_measured_has_the_class_of_its_neighbours(make):
    widths = [None] * 10 + [0.2] * 40 + [None] * 20 + [2.0] * 40 + [None] * 10
    found = stretches(with_widths(make, widths))
    assert [stretch.rank for stretch in found] == [1, 3]
    assert found[0].points_px[0].tolist() == [0.0, 100.0]
    assert found[1].points_px[-1].tolist() == [1000.0, 100.0]
    assert found[0].points_px[-1][0] == pytest.approx(500, abs=15)


def test_without_millimetres_a_crack_has_no_class(make):
    traced = make.crack("P001-C01", [make.branch(LINE), make.branch([(500, 100), (500, 300)])])
    for crack in (traced, make.measured(traced)):
        found = stretches(crack)
        assert [stretch.rank for stretch in found] == [None, None]
        assert found[0].points_px.tolist() == [list(point) for point in LINE]


def test_a_branch_without_a_profile_has_the_class_of_the_whole(make):
    crack = with_widths(make, [0.8] * 30)
    twig = make.branch([(500, 100), (500, 300)])
    both = crack.model_copy(update={"branches": [*crack.branches, twig]})
    assert [stretch.rank for stretch in stretches(both)] == [2, 2]


coordinates = st.tuples(st.integers(0, 500), st.integers(0, 500))
lines = st.lists(coordinates, min_size=2, max_size=12, unique=True).map(
    lambda points: np.array(points, dtype=float)
)


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(lines, st.lists(st.floats(0.02, 5.0), min_size=2, max_size=60))
def test_the_stretches_together_are_the_whole_branch(make, line, widths):
    crack = with_widths(make, widths)
    branch = make.branch(line.tolist())
    found = stretches(crack.model_copy(update={"branches": [branch]}))
    lengths = [distance_along(stretch.points_px)[-1] for stretch in found]
    assert sum(lengths) == pytest.approx(distance_along(line)[-1])
    assert found[0].points_px[0].tolist() == line[0].tolist()
    assert found[-1].points_px[-1] == pytest.approx(line[-1])
    for before, after in pairwise(found):
        assert before.points_px[-1] == pytest.approx(after.points_px[0])
        assert before.rank != after.rank


@pytest.mark.slow
@settings(deadline=None)
@given(lines, st.floats(0, 1), st.floats(0, 1))
def test_a_piece_has_the_length_that_was_asked_for(line, one, other):
    whole = distance_along(line)[-1]
    start, stop = sorted((one * whole, other * whole))
    assert distance_along(piece_of(line, start, stop))[-1] == pytest.approx(stop - start, abs=1e-6)


@pytest.mark.slow
@settings(deadline=None)
@given(lines, st.floats(0.5, 50))
def test_a_simplified_line_stays_near_and_keeps_its_ends(line, tolerance_px):
    fewer = simplified(line, tolerance_px)
    assert len(fewer) <= len(line)
    assert fewer[[0, -1]].tolist() == line[[0, -1]].tolist()
    for point in line:
        assert min(off(point, *ends) for ends in pairwise(fewer)) <= tolerance_px + 1e-3


def off(point, start, end):
    step = end - start
    share = np.clip((point - start) @ step / max(step @ step, 1e-9), 0, 1)
    return np.hypot(*(point - start - share * step))


def numbers(path):
    return np.array(re.findall(r"-?\d+", path), dtype=int).reshape(-1, 2)


def test_a_graph_shows_the_widths_to_scale(make):
    widths = np.linspace(0.2, 1.0, 101).tolist()
    graph = profile_graph(with_widths(make, widths), [Boundary(0.3, "0.30 mm")])
    x, y = numbers(graph.by_profile).T
    top_mm = float(graph.scale_top.split(" ")[0])
    assert (x[0], x[-1]) == (0, ACROSS)
    drawn_mm = (1 - y / DOWN) * top_mm
    assert drawn_mm == pytest.approx(widths, abs=0.01)
    assert graph.levels[0].top == pytest.approx(100 * (1 - 0.3 / top_mm), abs=0.5)
    assert graph.greatest.text == "greatest 1.00 mm"
    band = numbers(graph.band)
    high = (1 - band[:101, 1] / DOWN) * top_mm
    low = (1 - band[:100:-1, 1] / DOWN) * top_mm
    assert high - low == pytest.approx(2 * 1.96 * 0.1 * np.array(widths), abs=0.03, rel=0.05)


def test_a_gap_is_left_where_nothing_was_measured_and_the_mask_has_its_own_line(make):
    widths = [0.5] * 30 + [None] * 10 + [0.5] * 30
    method = ["profile"] * 30 + ["none"] * 10 + ["profile"] * 20 + ["mask"] * 10
    graph = profile_graph(with_widths(make, widths, method=method), [])
    assert graph.by_profile.count("M") == 2
    assert graph.by_mask.count("M") == 1
    assert graph.band.count("z") == 2
    x = numbers(graph.by_profile)[:, 0]
    assert np.diff(x).max() >= 10 * ACROSS / 70
    assert numbers(graph.by_mask)[:, 0].min() == pytest.approx(ACROSS * 59 / 69, abs=1)


def test_a_long_crack_has_no_more_stations_than_can_be_seen(make):
    graph = profile_graph(with_widths(make, [0.4] * 5000), [])
    assert len(numbers(graph.by_profile)) <= MOST_STATIONS + 1
    assert set(numbers(graph.by_profile)[:, 1]) == {numbers(graph.by_profile)[0, 1]}


def test_branches_stand_one_after_the_other_the_longest_first(make):
    twig = make.branch([(500, 100), (500, 200)], width_px=8.0)
    crack = make.measured(make.crack("P001-C01", [twig, make.branch(LINE, width_px=3.0)]), 0.1)
    graph = profile_graph(crack, [])
    pieces = [numbers(piece) for piece in graph.by_profile.split("M") if piece]
    firsts = [piece[0] for piece in pieces]
    assert sorted(x for x, _ in firsts) == [x for x, _ in firsts]
    assert firsts[0][1] > firsts[-1][1], "the wide twig is higher, and last"


def test_a_crack_without_widths_has_no_graph(make):
    traced = make.crack("P001-C01", [make.branch(LINE)])
    assert profile_graph(traced, []) is None
    measured = make.measured(traced, 0.1)
    bare = measured.measurement.model_copy(update={"profiles": []})
    assert profile_graph(measured.model_copy(update={"measurement": bare}), []) is None


def test_in_pixels_a_graph_has_no_boundaries(make):
    crack = make.measured(make.crack("P001-C01", [make.branch(LINE)]))
    graph = profile_graph(crack, [Boundary(0.3, "0.30 mm")])
    assert graph.levels == []
    assert graph.scale_top.endswith("px")
    assert "mm" not in graph.words + graph.along + graph.greatest.text


def test_boundaries_are_those_of_the_codes_that_apply(make, in_mm):
    found = {edge.width_mm: edge.text for edge in boundaries(in_mm)}
    assert found == {
        0.3: "0.30 mm aashto-mbei, en-1992-1-1",
        1.27: "1.27 mm aashto-mbei",
    }


def test_without_a_code_that_applies_they_are_those_of_the_classes(make, inspection):
    classes = [each.above_mm for each in WIDTH_CLASSES[1:]]
    unknown = ContextRecord(
        codes=["no-such-code", "aashto-mbei"], exposure=None, reinforcement=None, member=None,
        axis_deg=None,
    )  # fmt: skip
    for context in (None, unknown):
        record = inspection.model_copy(update={"context": context})
        assert [edge.width_mm for edge in boundaries(record)] == classes


@given(st.floats(0.001, 15), st.floats(20, 20_000))
def test_a_scale_bar_is_round_and_fits(mm_per_px, most_px):
    scale = scale_record(mm_per_px)
    bar = scale_bar(scale, (0, 0), most_px)
    number, unit = bar.text.split(" ")
    length_mm = float(number) * (1000 if unit == "m" else 1)
    assert bar.length_px * mm_per_px == pytest.approx(length_mm)
    assert most_px / 2.5 <= bar.length_px * 1.0001
    assert bar.length_px <= most_px * 1.0001
    assert number.strip("0.") in {"1", "2", "5"}


def scale_record(mm_per_px, homography=None):
    from cracklens.record.measured import ScaleRecord

    return ScaleRecord(
        mm_per_px=mm_per_px, relative_standard=0.01, source="typed", detail="",
        homography=homography, tilt_deg=None, risks=[],
    )  # fmt: skip


def test_on_a_tilted_wall_the_scale_is_that_of_the_place():
    # a plane whose scale grows to the right: x' = 0.1 x / (1 - 0.0002 x)
    tilted = [[0.1, 0, 0], [0, 0.1, 0], [-0.0002, 0, 1]]
    scale = scale_record(0.1, tilted)
    assert mm_per_px_at(scale, (0, 0)) == pytest.approx(0.1, rel=1e-3)
    assert mm_per_px_at(scale, (2000, 0)) == pytest.approx(0.1 / 0.6**2, rel=1e-3)
    assert mm_per_px_at(scale, (5000, 0)) == 0.1  # the horizon goes through this place
    assert mm_per_px_at(scale_record(0.2), (2000, 0)) == 0.2


@given(st.floats(0, 100))
def test_every_width_has_one_class(width_mm):
    inside = [n for n, c in enumerate(WIDTH_CLASSES) if c.above_mm <= width_mm < c.up_to_mm]
    assert inside == [rank_of(width_mm)]
