"""From a photograph with a known crack to what the record says of it."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import UsageError
from cracklens.grading import Context
from cracklens.inspection.assess import Assessor
from cracklens.inspection.config import InspectConfig
from cracklens.inspection.convert import record_of
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.priority import load_weights
from cracklens.inspection.record import PhotoRecord
from cracklens.inspection.validate_measured import measured_problems
from cracklens.measurement.camera_bias import CameraBias
from cracklens.photos import read_photo
from cracklens.photos.scale import ScaleRequest
from cracklens.synthesis import render_specimen
from cracklens.tracing import TraceSettings, trace

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


def record(photo, specimen, request, *, context=CONTEXT, kind_of_map="pixels"):
    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    if kind_of_map == "tiles":
        probability = np.zeros((700, 700), np.uint8)
        probability[300:400] = 255
        boxes = np.array([[x, 300, 100, 100] for x in range(0, 700, 100)], np.int32)
        found = ProbabilityMap(probability, boxes, np.ones(7, np.float32), kind="tiles")
    tracing = trace(found, TraceSettings())
    assess = Assessor(request, context, load_weights())
    return record_of(
        photo, found, tracing, assess(photo, found, tracing),
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
        assessed = Assessor(request, CONTEXT, load_weights(), camera=camera)(photo, found, tracing)
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


def test_whole_tiles_are_not_measured(photo, specimen):
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1), kind_of_map="tiles")
    assert found.cracks
    assert all(crack.measurement is None and not crack.grades for crack in found.cracks)


@pytest.mark.slow
def test_a_photograph_that_is_out_of_focus_is_not_graded(specimen, tmp_path):
    blurred = render_specimen(3, width_px=6, angle_deg=0, blur_px=6.0)
    path = tmp_path / "blurred.png"
    Image.fromarray(blurred.pixels).save(path)
    found = record(read_photo(path), specimen, ScaleRequest(mm_per_px=0.1))
    assert found.fitness.verdict == "retake"
    assert all("does not serve" in grade.refused for grade in found.cracks[0].grades)


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
def test_what_would_mislead_is_not_graded_though_it_need_not_be_retaken(photo, specimen):
    """A tilt of 50 degrees: cracks are found, widths mislead."""
    from cracklens.inspection.assess import _unmeasured
    from cracklens.measurement.measure import measure
    from cracklens.photos.fitness import judge
    from cracklens.photos.scale import Scale

    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    cracks = trace(found, TraceSettings()).cracks
    (crack,) = measure(photo.pixels, cracks, None).cracks
    coarse = Scale(0.5, 0.01, "typed", "", tilt_deg=5.0)
    tilted = Scale(0.05, 0.01, "typed", "", tilt_deg=50.0)
    said = _unmeasured(crack, tilted, judge(photo, scale=tilted, finest_boundary_mm=0.3))
    assert "does not serve to measure" in said
    only_coarse = judge(photo, scale=coarse, finest_boundary_mm=0.3)
    assert only_coarse.verdict == "detect only"
    assert _unmeasured(crack, coarse, only_coarse) is None  # the grade itself looks at the width


@pytest.mark.slow
def test_the_pixel_budget_is_that_of_the_place(photo, specimen):
    from cracklens.inspection.assess import _local_mm_per_px
    from cracklens.measurement.measure import measure
    from cracklens.photos.scale import Scale

    found = ProbabilityMap((specimen.coverage * 255).astype(np.uint8), *NO_TILES)
    cracks = trace(found, TraceSettings()).cracks
    plane = np.array([[0.1, 0, 0], [0, 0.1, 0], [-1 / 1600, 0, 1.0]])
    scale = Scale(0.1, 0.0, "marker", "", homography=plane)
    (crack,) = measure(photo.pixels, cracks, scale).cracks
    local = _local_mm_per_px(crack, scale)
    (profile,) = crack.widths.profiles
    at = int(np.argmin(np.hypot(*(profile.points_px - crack.widths.widest_px).T)))
    ahead = np.gradient(profile.points_px, axis=0)[at]
    jacobian = scale.jacobian(profile.points_px[at : at + 1])[0]
    across = abs(np.linalg.det(jacobian)) / np.hypot(*(jacobian @ (ahead / np.hypot(*ahead))))
    assert local == pytest.approx(across, rel=0.05)
    assert local > 0.12  # at the middle it is 0.1
    assert _local_mm_per_px(crack, None) is None


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
    import cracklens.inspection.assess as rooms

    works = getattr(rooms, name)

    def fails(*given, **named):
        if when(*given):
            raise error
        return works(*given, **named)

    monkeypatch.setattr(rooms, name, fails)


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_cracks_that_cannot_be_measured_stay_as_they_were_traced(
    photo, specimen, error, monkeypatch
):
    broken(monkeypatch, "measure", error)
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
    broken(monkeypatch, "measure", error, when=lambda _pixels, _cracks, scale: scale is not None)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert crack.measurement.mean_width_px.value == pytest.approx(6, rel=0.08)
    assert crack.measurement.mean_width_mm is None
    assert found.scale is None
    assert "Singular matrix" in found.scale_missing
    assert all(grade.refused for grade in crack.grades)


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_photograph_that_cannot_be_judged_is_measured_but_not_graded(
    photo, specimen, error, monkeypatch
):
    broken(monkeypatch, "judge", error)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert found.fitness.verdict == "detect only"
    assert "could not be computed" in found.fitness.advice[0]
    assert crack.measurement.mean_width_mm.value == pytest.approx(0.6, rel=0.08)
    assert all("could not be computed" in grade.refused for grade in crack.grades)


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
    from cracklens.measurement.measure import measure

    def not_finite(*given, **named):
        found = measure(*given, **named)
        (crack,) = found.cracks
        wrong = replace(crack.widths, measured_share=float("nan"))
        return replace(found, cracks=(replace(crack, widths=wrong),))

    monkeypatch.setattr("cracklens.inspection.assess.measure", not_finite)
    found = record(photo, specimen, ScaleRequest(mm_per_px=0.1))
    (crack,) = found.cracks
    assert crack.measurement is None
    assert any("not finite" in note for note in found.notes)
