"""From a photograph with a known crack to what the record says of it."""

import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import UsageError
from cracklens.grading import Context
from cracklens.grading.priority import load_weights
from cracklens.inspection.assess import Assessor
from cracklens.inspection.config import InspectConfig
from cracklens.inspection.inputs import Inputs
from cracklens.measurement import measure
from cracklens.measurement.camera_bias import CameraBias
from cracklens.models.catalog import find_model
from cracklens.photos import read_photo
from cracklens.photos.scale import ScaleRequest
from cracklens.record.convert import record_of
from cracklens.record.schema import PhotoRecord
from cracklens.record.validate_measured import measured_problems
from cracklens.synthesis import render_specimen
from cracklens.tracing import TraceSettings, trace
from cracklens.tracing.crack import Verdict

CONTEXT = Context(codes=("aashto-mbei", "aci-224r"), reinforcement="reinforced", axis_deg=90)
NO_TILES = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)


@pytest.fixture(scope="module")
def specimen():
    """A crack of about 6 px, level, that ends within the picture."""
    return render_specimen(3, width_px=6, angle_deg=0, variation=0.1, crumble=0.0)


@pytest.fixture(scope="module")
def photo(specimen, tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "wall.png"
    Image.fromarray(specimen.pixels).save(path)
    return read_photo(path)


def record(photo, specimen, request, *, context=CONTEXT, kind_of_map="pixels", change=None):
    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    if kind_of_map == "tiles":
        probability = np.zeros((700, 700), np.uint8)
        probability[300:400] = 255
        boxes = np.array([[x, 300, 100, 100] for x in range(0, 700, 100)], np.int32)
        found = ProbabilityMap(probability, boxes, np.ones(7, np.float32), kind="tiles")
    tracing = trace(found, TraceSettings())
    if change:
        tracing = replace(tracing, cracks=tuple(map(change, tracing.cracks)))
    assess = Assessor(request, context, load_weights())
    return record_of(
        photo, found, tracing, assess(photo, found, tracing, assess.scaled(photo)),
        identifier="P001", path="wall.png", overlay=None,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size_px", "told"), [((700, 700), None), ((4000, 3000), "check was 4000 x 3000 px")]
)
def test_the_check_of_a_camera_holds_for_its_size_only(photo, specimen, size_px, told):
    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    tracing = trace(found, TraceSettings())
    request = ScaleRequest(mm_per_px=0.1, relative_standard=0.002)
    widths, risks = [], []
    for camera in (None, CameraBias((2.0, 20.0), (1.0, 1.0), (0.3, 0.3), size_px)):
        assess = Assessor(request, CONTEXT, load_weights(), camera=camera)
        assessed = assess(photo, found, tracing, assess.scaled(photo))
        widths.append(assessed.measured.cracks[0].widths.mean_px.value)
        risks.append(" ".join(assessed.scale.risks))
    assert widths[0] - widths[1] == pytest.approx(1.0 if told is None else 0.0, abs=0.2)
    assert ("check of the camera" in risks[1]) == (told is not None)
    assert (told or "") in risks[1]


@pytest.mark.slow
def test_a_known_crack_is_measured_and_graded(photo, specimen):
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1, relative_standard=0.002))
    (crack,) = found.cracks
    truth = specimen.cracks[0]
    measured = crack.measurement
    assert measured.mean_width_mm.value == pytest.approx(truth.width_mm.mean(), rel=0.05)
    assert (
        measured.max_width_mm.low < np.percentile(truth.width_mm, 95) < (measured.max_width_mm.high)
    )
    assert measured.length_mm.value == pytest.approx(truth.length_mm, rel=0.03)
    assert measured.direction == "transverse"
    assert not measured.is_lower_bound
    assert crack.max_width_px == pytest.approx(measured.max_width_px.value, abs=0.01)
    mbei, aci = crack.grades
    assert mbei.stated == "CS2"  # 0.6 mm lies between 0.30 and 1.27
    assert sum(mbei.states.values()) == pytest.approx(1, abs=1e-3)
    assert "--exposure" in aci.refused  # which nobody gave
    assert 0 < crack.priority.score < 100
    assert found.field.density_m_per_m2.value == pytest.approx(
        truth.length_mm / 1000 / (0.07 * 0.07), rel=0.05
    )


@pytest.mark.slow
def test_without_a_scale_there_are_pixels_and_a_way_to_get_one(photo, specimen):
    found = record(photo, specimen, ScaleRequest())
    (crack,) = found.cracks
    assert found.scale is None
    assert "--marker" in found.scale_missing
    assert crack.measurement.max_width_mm is None
    assert crack.measurement.mean_width_px.value == pytest.approx(6, rel=0.08)
    assert crack.priority is None
    assert all(grade.refused and not grade.states for grade in crack.grades)


@pytest.mark.slow
def test_the_scale_decides_the_state(photo, specimen):
    (crack,) = record(photo, specimen, ScaleRequest(mm_per_px=2.0)).cracks
    fine = record(photo, specimen, ScaleRequest(mm_per_px=0.02)).cracks[0]
    assert crack.grades[0].stated == "CS3"  # 12 mm, seen in 6 px
    assert fine.grades[0].stated == "CS1"


@pytest.mark.slow
def test_the_probability_of_a_crack_goes_on_to_grade_priority_and_record(photo, specimen):
    def verified(crack):
        return replace(crack, verdict=Verdict(0.4, {"joint": 0.6}))

    request = ScaleRequest(mm_per_px=0.1, relative_standard=0.002)
    (bare,) = record(photo, specimen, request).cracks
    (crack,) = record(photo, specimen, request, change=verified).cracks
    assert (crack.probability, crack.kinds) == (0.4, {"joint": 0.6})
    assert crack.grades[0].text.startswith("a crack 0.40; if so CS2 ")
    assert crack.grades[0].states == bare.grades[0].states
    assert crack.priority.score == pytest.approx(0.4 * bare.priority.score, abs=0.1)
    assert bare.grades[0].text.startswith("if a crack, CS2 ")
    assert bare.probability is None


@pytest.mark.slow
def test_a_crack_that_was_not_seen_where_it_is_widest_has_no_width(photo, specimen):
    def unseen(crack):
        branches = [
            replace(branch, inferred=((0, len(branch.points_px) - 1),)) for branch in crack.branches
        ]
        return replace(crack, branches=tuple(branches))

    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1), change=unseen)
    (crack,) = found.cracks
    assert crack.priority is None
    assert "not seen" in crack.grades[0].refused
    assert crack.measurement.inferred_mm == pytest.approx(crack.measurement.length_mm.value, 1e-3)
    assert crack.measurement.inferred_px > 100


def test_whole_tiles_are_not_measured(photo, specimen):
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1), kind_of_map="tiles")
    assert found.cracks
    assert all(crack.measurement is None and not crack.grades for crack in found.cracks)


def soft_record(tmp_path, width_px, blur_px, *, mm_per_px=0.1, size_px=500):
    """Return the record of a crack that is seen out of focus."""
    seen = render_specimen(
        3, width_px=width_px, angle_deg=0, blur_px=blur_px, variation=0.1, size_px=size_px
    )
    path = tmp_path / "soft.png"
    Image.fromarray(seen.pixels).save(path)
    request = ScaleRequest(mm_per_px=mm_per_px, relative_standard=0.002)
    return record(read_photo(path), seen, request)


@pytest.mark.slow
def test_a_crack_is_not_graded_if_blur_could_change_its_state(tmp_path):
    found = soft_record(tmp_path, width_px=5, blur_px=4.0)
    assert found.fitness.verdict == "retake"
    mbei, aci = found.cracks[0].grades
    assert not mbei.states
    assert "does not serve to measure this crack: out of focus by" in mbei.refused
    assert "on either side of 0.30" in mbei.refused
    assert "Tap on the wall" in mbei.refused  # what helps
    assert "--exposure" in aci.refused  # which no other photograph would mend


@pytest.mark.slow
def test_a_crack_is_graded_if_blur_cannot_change_its_state(tmp_path):
    """73 px at 4 px of blur: 7.3 mm are beyond 1.27 mm whatever the focus."""
    found = soft_record(tmp_path, width_px=73, blur_px=4.0)
    mbei = found.cracks[0].grades[0]
    assert mbei.refused is None
    assert mbei.stated == "CS3"
    assert re.fullmatch(
        r"if a crack, CS3 > 0\.99 although out of focus by [34](\.\d)? px: the doubt is smaller than the "
        "distance to the boundary",
        mbei.text,
    )
    assert found.fitness.verdict == "retake"  # finer cracks could be missed
    blurred = found.cracks[0].measurement.max_width_mm
    assert blurred.low < 7.3 * 1.15  # the measurement itself is stated as it was


@pytest.mark.slow
def test_blur_refuses_by_code_not_by_photograph(tmp_path):
    """2 mm at 4 px of blur: beyond 0.20 mm for DIN 1076, and open for what lies at 1.27 mm."""
    context = Context(codes=("aashto-mbei", "din-1076"), reinforcement="reinforced")
    seen = render_specimen(3, width_px=27, angle_deg=0, blur_px=4.0, variation=0.1, size_px=500)
    path = tmp_path / "soft.png"
    Image.fromarray(seen.pixels).save(path)
    request = ScaleRequest(mm_per_px=0.06, relative_standard=0.002)
    found = record(read_photo(path), seen, request, context=context)
    mbei, din = found.cracks[0].grades
    assert mbei.refused is not None
    assert din.stated == "to document"


@pytest.mark.slow
def test_the_photograph_is_judged_by_what_can_be_placed_not_by_the_finest_boundary(photo, specimen):
    context = Context(codes=("aashto-mbei", "bre-251"), reinforcement="prestressed")
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.4), context=context)
    assert found.fitness.verdict == "measure"
    assert found.cracks[0].grades[0].stated == "CS3"  # 2.4 mm; 0.23 mm are half a pixel
    scale = next(check for check in found.fitness.checks if check.name == "scale")
    assert scale.verdict == "poor"
    assert "bre-251: boundaries of 5 mm and above can be placed" in scale.advice
    assert "closer" not in scale.advice  # the only crack is graded by both
    assert all(not grade.refused for grade in found.cracks[0].grades)


@pytest.mark.slow
def test_coming_closer_is_advised_where_a_crack_was_refused_for_it(tmp_path):
    seen = render_specimen(3, width_px=2.5, angle_deg=0, variation=0.1, crumble=0.0)
    path = tmp_path / "fine.png"
    Image.fromarray(seen.pixels).save(path)
    context = Context(codes=("aashto-mbei",), reinforcement="reinforced")
    found = record(read_photo(path), seen, ScaleRequest(mm_per_px=0.2), context=context)
    assert "boundary needs 0.1" in found.cracks[0].grades[0].refused
    closer = "1 crack was not graded for it: come closer by a factor of 1."
    assert any(closer in line for line in found.fitness.advice)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"marker": "50"}, "needs a unit"),
        ({"mm_per_px": 0.0}, "above 0"),
        ({"mm_per_px": -0.1}, "above 0"),
        ({"mm_per_px": 50.0}, "cannot be right"),
        ({"marker": "50mm", "distance": "3m"}, "choose one"),
        ({"marker": "50mm", "marker_dictionary": "DICT_9X9"}, "did you mean"),
        ({"codes": ("aashto",)}, "did you mean 'aashto-mbei'"),
        ({"codes": ("aci-224r",), "exposure": ("XC3",)}, "is not among the codes"),
        ({"codes": ("en-1992-1-1",), "exposure": ("X0", "XC3")}, "contradicts"),
        ({"codes": ("bre-251",), "member": "girder"}, "leave bre-251 out"),
        ({"scale_table": Path("nope.csv")}, "cannot be read"),
        ({"camera": Path("nope.json")}, "nope.json"),
        ({"priority_weights": Path("nope.toml")}, "nope.toml"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(settings, said):
    from cracklens.api.assessing import assessor_of

    with pytest.raises(UsageError, match=said):
        assessor_of(InspectConfig(**settings), Inputs(Path("/x"), (Path("/x/a.jpg"),)))


@pytest.mark.slow
def test_validate_finds_what_does_not_fit_together(photo, specimen, inspection):
    good = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    whole = inspection.model_copy(update={"photographs": [good]})
    assert list(measured_problems(whole)) == []
    (crack,) = good.cracks
    width = crack.measurement.max_width_mm
    for broken, said in (
        ({"scale": None}, "has no scale"),
        (
            {"cracks": [changed(crack, max_width_mm=width.model_copy(update={"high": 0.0}))]},
            "does not lie in its interval",
        ),
        (
            {"cracks": [changed(crack, max_width_mm=width.model_copy(update={"standard": 9.0}))]},
            "its contributions make",
        ),
        (
            {"cracks": [crack.model_copy(update={"grades": [
                crack.grades[0].model_copy(update={"states": {"CS1": 0.5}})
            ]})]},
            "sum to 0.5",
        ),
    ):  # fmt: skip
        wrong = whole.model_copy(update={"photographs": [good.model_copy(update=broken)]})
        assert any(said in problem for problem in measured_problems(wrong)), said


def changed(crack, **fields):
    return crack.model_copy(update={"measurement": crack.measurement.model_copy(update=fields)})


@pytest.mark.slow
@pytest.mark.parametrize(("mm_per_px", "stated"), [(0.05, None), (0.5, "CS3")])
def test_a_slant_refuses_what_lies_near_a_boundary_only(photo, specimen, mm_per_px, stated):
    """A tilt of 50 degrees: 6 px are 0.30 mm at 0.05 mm/px, and 3 mm at 0.5 mm/px."""
    from cracklens.inspection.grades import grades_of
    from cracklens.photos.fitness import assess_fitness
    from cracklens.photos.scale import Scale

    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    cracks = trace(found, TraceSettings()).cracks
    tilted = Scale(mm_per_px, 0.01, "typed", "", tilt_deg=50.0)
    fitness = assess_fitness(photo, scale=tilted)
    assert fitness.verdict == "detect only"
    ((mbei, _aci),) = grades_of(
        measure(photo.pixels, cracks, tilted), CONTEXT, tilted, fitness, cracks
    )
    assert mbei.stated == stated
    told = mbei.refused if stated is None else mbei.text
    assert "seen at a slant of 50°" in told


@pytest.mark.slow
def test_the_pixel_budget_is_that_of_the_place(photo, specimen):
    from cracklens.inspection.grades import local_mm_per_px
    from cracklens.photos.scale import Scale

    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    cracks = trace(found, TraceSettings()).cracks
    plane = np.array([[0.1, 0, 0], [0, 0.1, 0], [-1 / 1600, 0, 1.0]])
    scale = Scale(0.1, 0.0, "marker", "", homography=plane)
    (crack,) = measure(photo.pixels, cracks, scale).cracks
    local = local_mm_per_px(crack, scale)
    (profile,) = crack.widths.profiles
    at = int(np.argmin(np.hypot(*(profile.points_px - crack.widths.widest_px).T)))
    ahead = np.gradient(profile.points_px, axis=0)[at]
    jacobian = scale.jacobian(profile.points_px[at : at + 1])[0]
    across = abs(np.linalg.det(jacobian)) / np.hypot(*(jacobian @ (ahead / np.hypot(*ahead))))
    assert local == pytest.approx(across, rel=0.05)
    assert local > 0.12  # at the middle it is 0.1
    assert local_mm_per_px(crack, None) is None


FAULTS = [
    np.linalg.LinAlgError("Singular matrix"),
    ZeroDivisionError(),
    FloatingPointError("overflow"),
    ValueError("x0 is infeasible"),
    IndexError("out of bounds"),
    cv2.error("bad argument"),
    UsageError("a width must be above 0"),
]


def broken(monkeypatch, name, error, *, when=lambda *_: True):
    """Let a step of the assessment fail, at the calls for which `when` is true."""
    from cracklens.inspection import assess, grades, looked

    rooms = next(room for room in (assess, looked, grades) if hasattr(room, name))
    works = getattr(rooms, name)

    def fails(*given, **named):
        if when(*given):
            raise error
        return works(*given, **named)

    monkeypatch.setattr(rooms, name, fails)


@pytest.mark.parametrize("step", ["see_widths", "measure_seen"])
@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_cracks_that_cannot_be_measured_stay_as_they_were_traced(
    photo, specimen, error, step, monkeypatch
):
    broken(monkeypatch, step, error)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert crack.measurement is None
    assert not crack.grades
    assert any(note.startswith("not measured, because") for note in found.notes)
    assert found.scale.mm_per_px == 0.1
    assert PhotoRecord.model_validate_json(found.model_dump_json()) == found


@pytest.mark.slow
def test_a_scale_that_measuring_fails_with_is_left_out(photo, specimen, monkeypatch):
    error = np.linalg.LinAlgError("Singular matrix")
    broken(monkeypatch, "measure_seen", error, when=lambda _s, _c, scale, _size: scale is not None)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert crack.measurement.mean_width_px.value == pytest.approx(6, rel=0.08)
    assert crack.measurement.mean_width_mm is None
    assert found.scale is None
    assert "Singular matrix" in found.scale_missing
    assert all(grade.refused for grade in crack.grades)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["pixel_checks", "fitness_from"])
@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_photograph_that_cannot_be_judged_is_measured_but_not_graded(
    photo, specimen, error, step, monkeypatch
):
    broken(monkeypatch, step, error)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert found.fitness.verdict == "detect only"
    assert "could not be computed" in found.fitness.advice[0]
    assert crack.measurement.mean_width_mm.value == pytest.approx(0.6, rel=0.08)
    assert "could not be computed" in crack.grades[0].refused
    assert all(grade.refused for grade in crack.grades)


@pytest.mark.slow
@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_crack_that_cannot_be_graded_is_refused_with_the_reason(
    photo, specimen, error, monkeypatch
):
    broken(monkeypatch, "grade", error, when=lambda width_mm, _context: width_mm is not None)
    broken(monkeypatch, "priority", error)
    (crack,) = record(photo, specimen, ScaleRequest(mm_per_px=0.1)).cracks
    assert crack.measurement is not None
    assert len(crack.grades) == len(CONTEXT.codes)
    assert all("could not be computed" in grade.refused for grade in crack.grades)
    assert crack.priority is None


@pytest.mark.slow
def test_a_figure_that_is_not_finite_costs_the_measures_alone(photo, specimen, monkeypatch):
    from cracklens.measurement.measure import measure_seen

    def not_finite(*given, **named):
        found = measure_seen(*given, **named)
        (crack,) = found.cracks
        wrong = replace(crack.widths, measured_share=float("nan"))
        return replace(found, cracks=(replace(crack, widths=wrong),))

    monkeypatch.setattr("cracklens.inspection.assess.measure_seen", not_finite)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert crack.measurement is None
    assert any("not finite" in note for note in found.notes)


def finest_of(photo, specimen, request, marked_from_px):
    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    tracing = trace(found, TraceSettings())
    assess = Assessor(request, CONTEXT, load_weights(), marked_from_px=marked_from_px)
    return record_of(
        photo, found, tracing, assess(photo, found, tracing, assess.scaled(photo)),
        identifier="P001", path="wall.png", overlay=None,
    )  # fmt: skip


def test_the_finest_crack_follows_from_the_scale_and_the_card(photo, specimen):
    found = finest_of(photo, specimen, ScaleRequest(mm_per_px=0.1), 6.0)
    assert (found.finest_crack.px, found.finest_crack.mm) == (6.0, pytest.approx(0.6))
    assert found.finest_crack_missing is None


@pytest.mark.parametrize(
    ("request_", "marked_from_px", "reason"),
    [(ScaleRequest(), 6.0, "no scale"), (ScaleRequest(mm_per_px=0.1), None, "card of the model")],
)
def test_without_scale_or_figure_the_finest_crack_is_not_known(
    photo, specimen, request_, marked_from_px, reason
):
    found = finest_of(photo, specimen, request_, marked_from_px)
    assert found.finest_crack is None
    assert reason in found.finest_crack_missing


def test_the_figure_of_the_finest_crack_is_that_of_the_card():
    from cracklens.api.assessing import assessor_of

    card = find_model(None).card
    settings = card.segmentation.model_copy(update={"finest_px": 1.25})
    inputs = Inputs(Path("/x"), (Path("/x/a.jpg"),))
    found = assessor_of(InspectConfig(), inputs, card.model_copy(update={"segmentation": settings}))
    assert found.marked_from_px == 1.25
