"""From a tracing to the record: places, directions and boxes against what was drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.measurement.measure import measure
from cracklens.photos import Photo
from cracklens.photos.scale import Scale
from cracklens.record.convert import record_of
from cracklens.record.convert_measured import measured_crack
from cracklens.record.measured import NetworkRecord
from cracklens.tracing import Branch, Crack, Rejected, Tracing
from cracklens.tracing.crack import Verdict

BOXES = np.array([[0, 0, 64, 48]], np.int32), np.array([0.87654321], np.float32)


def line(*points, width=2.0):
    points = np.array(points, float)
    return Branch(points, np.full(len(points), width), 0, 1)


def crack(*branches):
    nodes = np.array([branches[0].points_px[0], branches[0].points_px[-1]])
    return Crack(tuple(branches), nodes, 0.912345, 2.0, 3.14159, (1.005, 2.0), touches_border=False)


def convert(tracing, size=(64, 48), **more):
    photo = Photo(Path("a.jpg"), np.zeros((size[1], size[0], 3), np.uint8), "f" * 64, ("a note",))
    found = ProbabilityMap(np.zeros((size[1], size[0]), np.uint8), *BOXES)
    given_ = {"identifier": "P007", "path": "north/a.jpg", "overlay": None} | more
    return record_of(photo, found, tracing, **given_)


def test_each_field_comes_from_where_it_should():
    first = crack(line((10, 10), (30, 10), width=3.0), line((30, 10), (30, 20), width=1.0))
    rejected = Rejected(crack(line((40, 5), (44, 8))), "too short", "5 px long")
    record = convert(Tracing((first,), (rejected,)), overlay="overlays/P007-a.png")
    assert (record.id, record.path, record.overlay) == (
        "P007",
        "north/a.jpg",
        "overlays/P007-a.png",
    )
    assert (record.width_px, record.height_px, record.notes) == (64, 48, ["a note"])
    (found,) = record.cracks
    assert found.id == "P007-C01"
    assert found.length_px == 30
    assert (found.confidence, found.max_width_px) == (0.9123, 3.14)
    # from 8.5 to 31.5 across and to 20.5 down: pixel 9 begins at 8.5, pixels 31 and 20 end there
    assert found.box_px == (9, 9, 23, 12)
    assert [branch.points_px for branch in found.branches] == [
        [(10, 10), (30, 10)],
        [(30, 10), (30, 20)],
    ]
    (passed,) = record.rejected
    assert (passed.reason, passed.detail, passed.length_px) == ("too short", "5 px long", 5)
    assert passed.lines_px == [[(40, 5), (44, 8)]]
    (tile,) = record.tiles
    assert (tile.box_px, tile.probability) == ((0, 0, 64, 48), 0.8765)


def test_cracks_keep_their_order_and_their_ids_sort_like_it():
    cracks = tuple(crack(line((0, 0), (1 + i, 0))) for i in range(120))
    ids = [found.id for found in convert(Tracing(cracks, ())).cracks]
    assert ids[0] == "P007-C001"
    assert ids == sorted(ids)
    assert len(set(ids)) == 120


def test_a_box_never_leaves_the_photograph():
    wide = crack(line((-0.5, -0.5), (63.5, 47.5), width=9.0))
    (found,) = convert(Tracing((wide,), ())).cracks
    assert found.box_px == (0, 0, 64, 48)


def orientation_deg(lines):
    found = Tracing((crack(*[Branch(one, np.ones(len(one)), 0, 1) for one in lines]),), ())
    return convert(found, size=(4000, 4000)).cracks[0].orientation_deg


@pytest.mark.parametrize(
    ("end", "angle"),
    [((10, 0), 0), ((-10, 0), 0), ((0, 10), 90), ((0, -10), 90), ((10, -10), 45), ((10, 10), 135)],
)
def test_angles_are_counter_clockwise_as_seen(end, angle):
    assert orientation_deg([np.array([(0.0, 0.0), end])]) == angle


def test_length_decides_and_opposite_directions_agree():
    lines = [np.array([(0.0, 0), (100, 0)]), np.array([(0.0, 0), (-100, 0)])]
    assert orientation_deg([*lines, np.array([(0.0, 0), (0, 30)])]) == 0


@given(st.floats(0, 180, exclude_max=True), st.floats(1, 1000), st.booleans())
def test_a_straight_line_has_its_own_direction(angle, length, backwards):
    end = length * np.cos(np.radians(angle)), -length * np.sin(np.radians(angle))
    points = np.array([(0.0, 0.0), end])
    found = orientation_deg([points[::-1] if backwards else points])
    assert 0 <= found < 180
    assert min(abs(found - angle), 180 - abs(found - angle)) <= 0.05 + 1e-6


def test_what_the_verification_says_is_kept_of_cracks_and_of_rejected_lines():
    likely = replace(crack(line((0, 0), (30, 0))), verdict=Verdict(0.93456, {"joint": 0.06544}))
    joint = replace(
        crack(line((0, 9), (30, 9))), verdict=Verdict(0.1, {"joint": 0.86, "plant": 0.04})
    )
    rejected = Rejected(joint, "probably not a crack", "probably a joint (0.86)")
    record = convert(Tracing((likely, crack(line((0, 20), (9, 20)))), (rejected,)))
    found, bare = record.cracks
    assert (found.probability, found.kinds) == (0.9346, {"joint": 0.0654})
    assert (bare.probability, bare.kinds) == (None, {})
    (passed,) = record.rejected
    assert (passed.probability, passed.reason) == (0.1, "probably not a crack")
    assert max(passed.kinds, key=passed.kinds.get) == "joint"


def test_a_verdict_that_is_no_number_is_none():
    odd = replace(crack(line((0, 0), (30, 0))), verdict=Verdict(float("nan"), {"joint": 1.0}))
    (found,) = convert(Tracing((odd,), ())).cracks
    assert (found.probability, found.kinds) == (None, {})


def test_inferred_parts_are_kept():
    joined = replace(line((0, 0), (10, 0), (25, 0), (40, 0)), inferred=((1, 2),))
    (found,) = convert(Tracing((crack(joined),), ())).cracks
    assert found.branches[0].inferred == [(1, 2)]
    assert found.continues == []
    assert found.network is None


def test_the_halves_of_a_crack_name_each_other():
    lines = [line((0, y), (30, y)) for y in (0, 10, 20)]
    one, other, alone = map(crack, lines)
    record = convert(Tracing((replace(one, continues=(2,)), alone, replace(other, continues=(0,)))
                             , ()))  # fmt: skip
    first, second, third = record.cracks
    assert (first.continues, second.continues, third.continues) == ([third.id], [], [first.id])


def test_the_figures_of_a_network_and_what_was_not_seen_are_those_of_the_measurement():
    rows = [line((0, y), (400, y)) for y in range(0, 401, 40)]
    columns = [line((x, 0), (x, 400)) for x in range(0, 401, 40)]
    half = replace(line((0, 0), (100, 0), (400, 0)), inferred=((0, 1),))
    net = replace(crack(half, *rows[1:], *columns), network=True)
    traced = convert(Tracing((net,), ())).cracks[0]
    assert traced.network == NetworkRecord()
    scale = Scale(0.5, 0.01, "typed", "")
    pixels = np.full((420, 420, 3), 170, np.uint8)
    (measured,) = measure(pixels, [net], scale).cracks
    found = measured_crack(traced, measured, (), None)
    own = measured.network
    assert found.network.spacing_mm.value == pytest.approx(own.spacing_mm.value, rel=1e-4)
    assert found.network.density_m_per_m2.value == pytest.approx(22 * 0.2 / 0.04, rel=0.02)
    assert found.network.area_m2.value == pytest.approx(0.04, rel=0.02)
    assert found.network.max_width_mm.value == pytest.approx(measured.widths.max_mm.value, rel=1e-3)
    assert found.measurement.inferred_px == pytest.approx(100)
    assert found.measurement.inferred_mm == pytest.approx(50, rel=0.01)
