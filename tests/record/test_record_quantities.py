"""Metres by width and by state add up to the metres there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.grading import Context, grade
from cracklens.grading.quantities import (
    INFLUENCE_MM,
    NOT_GRADED,
    NOT_SEEN,
    NOT_TOLD_APART,
    WIDTH_BOUNDARIES_MM,
)
from cracklens.grading.quantities import length_by_width_m as by_width_m
from cracklens.measurement import (
    Course,
    CrackMeasurement,
    Field,
    Quantity,
    WidthProfile,
    Widths,
)
from cracklens.photos.scale import Scale
from cracklens.record.convert_measured import (
    field_record,
    measurement_record,
    scale_record,
)
from cracklens.record.measured import GradeRecord
from cracklens.record.quantities import counted_crack, quantities_record
from cracklens.record.schema import BranchRecord, CrackRecord, PhotoRecord, RejectedRecord

CONTEXT = Context(
    codes=("aashto-mbei", "aci-224r"), exposure=("humidity",), reinforcement="reinforced"
)


FINE = 0.03


def q(value, standard=0.0):
    return Quantity(value, {"fit": standard})


def profile(widths_mm, step_px=10.0):
    widths = np.asarray(widths_mm, dtype=np.float64)
    along = np.arange(len(widths)) * step_px
    return WidthProfile(
        points_px=np.column_stack([along, np.zeros_like(along)]),
        along_px=along,
        width_px=widths * 10,
        standard_px=np.full_like(widths, 0.1),
        method=np.where(np.isnan(widths), 0, 1).astype(np.uint8),
        width_mm=widths,
        standard_mm=np.full_like(widths, 0.01),
    )


def crack(*profiles, length_mm=1000.0, mean_mm=0.2):
    has_scale = length_mm is not None
    return CrackMeasurement(
        widths=Widths(
            profiles=profiles,
            max_px=q(5),
            mean_px=q(2),
            max_mm=q(0.5, 0.1) if has_scale else None,
            mean_mm=q(mean_mm, 0.02) if has_scale else None,
            widest_px=(0.0, 0.0),
            measured_share=1.0,
        ),
        course=Course(
            length_px=q(10000),
            length_mm=q(length_mm) if has_scale else None,
            is_lower_bound=False,
            orientation_deg=q(0),
            to_axis_deg=None,
            direction=None,
            pattern="single",
        ),
    )


def surveyed(
    *cracks,
    area_m2=4.0,
    spacing_mm=None,
    context=CONTEXT,
    mm_per_px=FINE,
    probabilities=(),
    rejected=(),
):
    field = Field(
        pattern="several",
        parallel=(),
        spacing_px=None,
        spacing_mm=None if spacing_mm is None else q(spacing_mm),
        density_m_per_m2=None,
        area_m2=None if area_m2 is None else q(area_m2),
    )
    records = []
    for number, one in enumerate(cracks):
        probability = dict(enumerate(probabilities)).get(number)
        grades = grade(one.widths.max_mm, context, mm_per_px=mm_per_px, probability=probability)
        records.append(
            CrackRecord(
                id=f"P001-C{number:02}",
                probability=probability,
                confidence=0.9,
                length_px=10000,
                mean_width_px=2,
                max_width_px=5,
                widest_px=(0, 0),
                orientation_deg=0,
                box_px=(0, 0, 10, 10),
                touches_border=False,
                nodes_px=[],
                branches=[
                    BranchRecord(points_px=[(0, 0), (9, 0)], width_px=[2, 2], start=0, end=0)
                ],
                measurement=measurement_record(one),
                grades=[GradeRecord.model_validate(each) for each in grades],
            )
        )
    scaled = any(one.course.length_mm for one in cracks) or area_m2 is not None
    return PhotoRecord(
        id="P001",
        path="a.jpg",
        sha256="0" * 64,
        width_px=4000,
        height_px=3000,
        notes=[],
        map_kind="pixels",
        scale=scale_record(Scale(mm_per_px, 0.01, "typed", "")) if scaled else None,
        field=field_record(field, [record.id for record in records]),
        cracks=records,
        rejected=list(rejected),
        tiles=[],
        overlay=None,
    )


def length_by_width_m(one, mm_per_px):
    record = surveyed(one, context=Context()).cracks[0]
    return by_width_m(counted_crack(record, measurement_record(one)), mm_per_px)


widths = st.lists(st.floats(0, 3) | st.just(np.nan), min_size=0, max_size=30)


@pytest.mark.slow
@given(
    st.lists(widths, max_size=4),
    st.floats(1, 5000),
    st.floats(0, 3),
    st.floats(0.01, 2),
)
def test_metres_by_width_add_up_to_the_length(branches, length_mm, mean_mm, scale):
    found = length_by_width_m(
        crack(*map(profile, branches), length_mm=length_mm, mean_mm=mean_mm), scale
    )
    assert np.all(found >= 0)
    assert found.sum() == pytest.approx(length_mm / 1000, rel=1e-4)


def test_each_metre_counts_by_the_width_there():
    """11 stations are 10 steps; the step between two classes is shared by both."""
    found = length_by_width_m(crack(profile([0.05] * 5 + [0.5] * 6), length_mm=1000), FINE)
    np.testing.assert_allclose(found, [0.45, 0, 0.55, 0, 0, 0])


def test_stations_count_by_the_way_between_them():
    near, far = profile([0.05] * 11, step_px=10.0), profile([2.0] * 11, step_px=30.0)
    found = length_by_width_m(crack(near, far, length_mm=4000), FINE)
    np.testing.assert_allclose(found, [1, 0, 0, 3, 0, 0])


def test_what_was_not_measured_counts_by_the_mean_width():
    found = length_by_width_m(crack(profile([0.5] * 5 + [np.nan] * 6), mean_mm=0.2), FINE)
    np.testing.assert_allclose(found, [0, 0.55, 0.45, 0, 0, 0])
    np.testing.assert_allclose(length_by_width_m(crack(mean_mm=1.5), FINE), [0, 0, 0, 1, 0, 0])


@pytest.mark.parametrize(
    ("width_mm", "place"), [(0.10, 0), (0.11, 1), (0.30, 1), (1.27, 2), (9, 3)]
)
def test_a_width_on_a_boundary_belongs_to_the_class_below(width_mm, place):
    assert length_by_width_m(crack(profile([width_mm] * 3)), FINE)[place] == pytest.approx(1)


@pytest.mark.parametrize(
    ("mm_per_px", "expected"),
    [
        (0.033, [0.25, 0.25, 0.25, 0.25, 0, 0]),
        (0.05, [0, 0.25, 0.25, 0.25, 0.25, 0]),
        (0.1, [0, 0, 0.25, 0.25, 0.5, 0]),
        (1.0, [0, 0, 0, 0, 1, 0]),
    ],
)
def test_what_is_finer_than_the_scale_resolves_is_not_told_apart(mm_per_px, expected):
    branches = [profile([width] * 3) for width in (0.05, 0.2, 0.5, 2.0)]
    found = length_by_width_m(crack(*branches), mm_per_px)
    np.testing.assert_allclose(found, expected)


def test_what_is_not_told_apart_has_a_row_with_the_width_that_it_may_reach():
    photo = surveyed(crack(profile([0.2] * 3)), mm_per_px=0.2)
    found = quantities_record([photo, surveyed(crack(profile([0.2] * 3)))])
    row = found.width_classes[-1]
    assert (row.name, row.above_mm, row.up_to_mm) == (NOT_TOLD_APART, 0, pytest.approx(0.6))
    assert (row.length_m, row.cracks) == (pytest.approx(1), 1)
    assert sum(row.length_m for row in found.width_classes) == pytest.approx(2)
    assert any("Not told apart" in note for note in found.notes)


def test_classes_name_their_boundaries_and_count_cracks():
    found = quantities_record([surveyed(crack(profile([0.05, 0.5])), crack(profile([0.5, 0.5])))])
    assert [row.name for row in found.width_classes] == [
        "up to 0.10 mm",
        "0.10 to 0.30 mm",
        "0.30 to 1.27 mm",
        "above 1.27 mm",
    ]
    assert [row.up_to_mm for row in found.width_classes] == [*WIDTH_BOUNDARIES_MM, None]
    assert [row.cracks for row in found.width_classes] == [1, 0, 2, 0]
    assert [row.length_m for row in found.width_classes] == pytest.approx([0.5, 0, 1.5, 0])


def test_lengths_are_split_over_the_states_by_their_probabilities():
    photo = surveyed(crack(profile([0.5] * 3), length_mm=2000))
    states = photo.cracks[0].grades[0].states
    found = {row.state: row for row in quantities_record([photo]).states}
    assert list(found) == ["CS1", "CS2", "CS3"]
    for state, share in states.items():
        assert found[state].length_m == pytest.approx(2 * share)
        assert found[state].area_m2 == pytest.approx(2 * share * INFLUENCE_MM / 1000)
    assert sum(row.length_m for row in found.values()) == pytest.approx(2)


def test_design_limits_are_no_states():
    found = quantities_record([surveyed(crack(profile([0.5] * 3)))])
    assert {row.code for row in found.states} == {"aashto-mbei"}


def test_what_is_refused_is_counted_as_not_graded_and_comes_last():
    coarse = surveyed(crack(profile([0.5] * 3), length_mm=3000), mm_per_px=1.0)
    fine = surveyed(crack(profile([0.5] * 3), length_mm=2000))
    rows = quantities_record([coarse, fine]).states
    assert [row.state for row in rows] == ["CS1", "CS2", "CS3", NOT_GRADED]
    assert rows[-1].length_m == pytest.approx(3)
    assert sum(row.length_m for row in rows) == pytest.approx(5)


@pytest.mark.parametrize(
    ("spacing_mm", "area_m2", "expected_m2"),
    [(None, 4.0, 0.6), (200, 4.0, 0.4), (800, 4.0, 0.6), (None, 0.25, 0.25), (None, None, 0.6)],
)
def test_area_is_a_strip_that_neither_overlaps_nor_leaves_the_picture(
    spacing_mm, area_m2, expected_m2
):
    photo = surveyed(
        crack(profile([0.5] * 3), length_mm=2000), spacing_mm=spacing_mm, area_m2=area_m2
    )
    assert sum(row.area_m2 for row in quantities_record([photo]).states) == pytest.approx(
        expected_m2
    )


def test_photographs_without_a_scale_do_not_count():
    blind = surveyed(crack(profile([0.5] * 3), length_mm=None), area_m2=None)
    empty = surveyed(area_m2=2.5)
    found = quantities_record([blind, empty, surveyed(crack(profile([0.5] * 3)))])
    assert found.measured_photographs == 2
    assert found.area_m2 == pytest.approx(6.5)
    assert sum(row.length_m for row in found.width_classes) == pytest.approx(1)


def test_without_a_scale_there_is_nothing_to_count():
    assert quantities_record([]) is None
    assert (
        quantities_record([surveyed(crack(profile([0.5] * 3), length_mm=None), area_m2=None)])
        is None
    )


@pytest.mark.slow
@given(st.lists(st.tuples(st.floats(100, 5000), st.floats(0, 1)), min_size=1, max_size=5))
def test_metres_are_length_times_probability(lines):
    photo = surveyed(
        *[crack(profile([0.5] * 3), length_mm=length) for length, _ in lines],
        probabilities=[share for _, share in lines],
    )
    found = quantities_record([photo])
    metres = sum(length * share for length, share in lines) / 1000
    assert found.length_m == pytest.approx(metres, abs=1e-3)
    assert found.expected_cracks == pytest.approx(sum(share for _, share in lines), abs=1e-3)
    assert found.lines == len(lines)
    assert sum(row.length_m for row in found.width_classes) == pytest.approx(metres, abs=1e-3)
    assert sum(row.length_m for row in found.states) == pytest.approx(metres, abs=2e-3)
    for row in (found, *found.width_classes, *found.states):
        assert row.low_m <= row.length_m + 1e-9
        assert row.length_m <= row.high_m + 1e-9


def test_an_unsure_line_widens_the_interval_and_the_notes_say_what_it_is():
    lines = [crack(profile([0.5] * 3), length_mm=1000) for _ in range(3)]
    sure = quantities_record([surveyed(*lines, probabilities=[1.0] * 3)])
    unsure = quantities_record([surveyed(*lines, probabilities=[1.0, 1.0, 0.5])])
    assert (sure.low_m, sure.high_m) == (3, 3)
    assert (unsure.low_m, unsure.high_m) == (pytest.approx(2), pytest.approx(3, abs=0.01))
    assert any(note.startswith("Expected metres") for note in unsure.notes)
    bare = quantities_record([surveyed(*lines)])
    assert (bare.length_m, bare.expected_cracks) == (3, None)
    assert not any("probability that it is a crack" in note for note in bare.notes)
    assert any("nothing verified" in note for note in bare.notes)


def test_what_is_listed_as_no_crack_is_not_counted_and_said():
    joint = RejectedRecord(
        reason="probably not a crack", detail="probably a joint (0.86)", probability=0.1,
        kinds={"joint": 0.9}, confidence=0.8, length_px=20_000, box_px=(0, 0, 9, 9),
        lines_px=[[(0, 0), (9, 9)]],
    )  # fmt: skip
    found = quantities_record(
        [surveyed(crack(profile([0.5] * 3)), probabilities=[1.0], rejected=[joint, joint])]
    )
    assert found.length_m == 1
    told = "Not counted: 2 lines listed as probably no crack, expected to hold 0.12 m of crack."
    assert told in found.notes  # 2 x 20,000 px x 0.03 mm/px x 0.1


def test_a_part_that_was_not_seen_has_a_length_and_no_width():
    """Stations each 10 px, the last 40 of 100 px inferred: they count in no class of width."""
    one = crack(profile([0.5] * 7 + [2.0] * 4), length_mm=1000)
    photo = surveyed(one, probabilities=[1.0])
    (record,) = photo.cracks
    branch = BranchRecord(
        points_px=[(0, 0), (60, 0), (100, 0)], width_px=[2, 2, 2], start=0, end=1, inferred=[(1, 2)]
    )
    traced = record.model_copy(update={"branches": [branch], "length_px": 100})
    measurement = record.measurement.model_copy(update={"inferred_mm": 400, "inferred_px": 4000})
    record = traced.model_copy(update={"measurement": measurement})
    found = quantities_record([photo.model_copy(update={"cracks": [record]})])
    metres = {row.name: row.length_m for row in found.width_classes}
    assert metres["0.30 to 1.27 mm"] == pytest.approx(0.6)
    assert metres["above 1.27 mm"] == 0
    assert metres[NOT_SEEN] == pytest.approx(0.4)
    assert any(note.startswith("Inferred:") for note in found.notes)
