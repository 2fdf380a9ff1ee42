"""Lines that people drew, measured in the pixels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import PhotoError
from cracklens.grading import Context
from cracklens.grading.priority import load_weights
from cracklens.inspection.assess import Assessor
from cracklens.inspection.dark_width import dark_width_px
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.kept.file import kept_path, read_kept
from cracklens.inspection.regrade import regrade
from cracklens.inspection.remeasure import Remeasurer
from cracklens.inspection.run import run_inspection
from cracklens.inspection.store import open_store
from cracklens.photos import read_photo
from cracklens.photos.scale import ScaleRequest
from cracklens.record.decisions import (
    Accept,
    Course,
    Draw,
    Region,
    Reject,
    Scale,
    Split,
    decided,
    make_decision,
    review,
)
from cracklens.tracing.settings import TraceSettings
from cracklens.verification.find import Finder

WIDTHS_PX = {60: 3, 140: 7, 220: 15}


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    """A wall of 0.1 mm per px with straight lines of 3, 7 and 15 px at known heights."""
    pixels = np.full((300, 400, 3), 170, np.float32)
    pixels += np.random.default_rng(1).normal(0, 2, pixels.shape).astype(np.float32)
    for y, width in WIDTHS_PX.items():
        pixels[y - width // 2 : y + width // 2 + 1, 40:360] = 30
    pixels = cv2.GaussianBlur(pixels, (0, 0), 0.8)
    file = tmp_path_factory.mktemp("wall") / "wall.png"
    assert cv2.imwrite(str(file), np.clip(pixels, 0, 255).astype(np.uint8))
    return file


class Marked:
    """Finds the marked lines."""

    def __init__(self, *heights):
        self.map = np.zeros((300, 400), np.uint8)
        for y in heights:
            half = WIDTHS_PX[y] // 2
            self.map[y - half : y + half + 1, 40:360] = 255

    def detect(self, pixels, mm_per_px=None):
        none = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)
        return ProbabilityMap(self.map.copy(), *none)


CONTEXT = Context(codes=("aashto-mbei",), reinforcement="reinforced")
FINDER = Finder(TraceSettings(reject_straight=False))  # the lines are straighter than cracks
TYPED = Assessor(ScaleRequest(mm_per_px=0.1), CONTEXT, load_weights(None))


def inspected(wall, place, inspection, *heights):
    """Return the record of a model that found some of the lines, and what measures again."""
    run = {"cracklens_version": "0.1.0", "settings": {}, "root": "/x", "photographs": [wall.name]}
    store = open_store(place / f"out-{len(heights)}", run, resume=False, overwrite=False)
    inputs = find_inputs([wall], None)
    (photo,) = run_inspection(inputs, Marked(*heights), FINDER, TYPED, store=store).records
    changes = {"photographs": [photo], "root": str(wall.parent), "quantities": None, "copies": []}
    kept = kept_path(store.result, photo.id)
    measure = Remeasurer(TYPED, lambda one: read_kept(kept, one.sha256), lambda _: read_photo(wall))
    return inspection.model_copy(update=changes), measure


@pytest.fixture
def whole(wall, tmp_path, small_inspection):
    """The record of a model that found two of three lines, and what measures again."""
    return inspected(wall, tmp_path, small_inspection, 60, 220)


@pytest.fixture
def nothing(wall, tmp_path, small_inspection):
    return inspected(wall, tmp_path, small_inspection)


@pytest.fixture
def start(nothing):
    """The record of a model that found nothing, and a journal that is empty."""
    return nothing[0], []


@pytest.fixture
def measure(nothing):
    return nothing[1]


def then(start, action, finding=None):
    inspection, made = start
    last = made[-1] if made else None
    sha256 = inspection.photographs[0].sha256
    made.append(make_decision(action, who="A", photograph=sha256, finding=finding, previous=last))
    return review(inspection, made)


@pytest.mark.parametrize(("y", "width_px"), WIDTHS_PX.items())
def test_the_dark_band_under_a_line_has_its_width(wall, y, width_px):
    beside = np.array([[60.0, y + 1.5], [200.0, y - 1.0], [340.0, y + 1.0]])
    found = dark_width_px(read_photo(wall).pixels, beside)
    assert found == pytest.approx(width_px, abs=0.8)


def test_where_nothing_is_dark_the_width_is_small_and_a_point_has_one():
    plain = np.full((50, 50, 3), 128, np.uint8)
    assert dark_width_px(plain, np.array([[10.0, 10.0], [40.0, 40.0]])) == 1.0
    assert dark_width_px(plain, np.array([[10.0, 10.0], [10.0, 10.0]])) == 1.0


@pytest.mark.parametrize(("y", "width_px"), WIDTHS_PX.items())
def test_a_drawn_line_is_measured_and_graded(start, measure, y, width_px):
    reviewed = then(start, Draw(lines=[[(60, y + 1), (200, y - 1), (340, y + 1)]]))
    found = decided(reviewed, measure)
    (crack,) = found.inspection.photographs[0].cracks
    assert found.unmeasured == {}
    assert crack.id == "P001-D01"
    assert crack.probability == 1
    assert crack.measurement.max_width_px.value == pytest.approx(width_px, rel=0.1, abs=0.5)
    assert crack.measurement.length_mm.value == pytest.approx(28, rel=0.03)
    assert crack.priority is not None
    assert crack.priority.probability == 1
    assert found.inspection.photographs[0].field.density_m_per_m2 is not None


def test_quantities_follow_and_a_rejected_line_has_none(start, measure):
    drawn = then(start, Draw(lines=[[(60, 140), (340, 140)]]))
    found = decided(drawn, measure).inspection
    assert found.quantities.length_m == pytest.approx(0.028, rel=0.03)
    key = drawn.photographs[0].finding("P001-D01").id
    found = decided(then(start, Reject(what="scratch"), key), measure).inspection
    assert found.quantities.length_m == 0
    assert [one.reason for one in found.photographs[0].rejected] == ["rejected by a person"]


def test_the_scale_that_a_person_sets_counts(start, measure):
    then(start, Draw(lines=[[(60, 140), (340, 140)]]))
    reviewed = then(start, Scale(points=((40, 220), (360, 220)), distance_mm=64))
    photo = decided(reviewed, measure).inspection.photographs[0]
    assert photo.scale.mm_per_px == pytest.approx(0.2)
    assert photo.cracks[0].measurement.max_width_mm.value == pytest.approx(1.4, rel=0.1)


def test_a_part_without_concrete_is_not_measured_and_has_no_area(start, measure):
    then(start, Draw(lines=[[(60, 140), (340, 140)]]))
    whole = decided(review(*start), measure).inspection.photographs[0]
    reviewed = then(start, Region(polygon=[(200, 0), (399, 0), (399, 299), (200, 299)]))
    part = decided(reviewed, measure).inspection.photographs[0]
    assert part.no_concrete_share == pytest.approx(0.5, abs=0.01)
    assert part.field.area_m2.value < 0.6 * whole.field.area_m2.value
    assert part.cracks[0].measurement.is_lower_bound


def test_another_scale_gives_what_regrading_gives(whole, wall):
    inspection, measure = whole
    reviewed = then((inspection, []), Scale(mm_per_px=0.25))
    photo = decided(reviewed, measure).inspection.photographs[0]
    other = replace(TYPED, request=ScaleRequest(mm_per_px=0.25))
    kept = measure.kept(inspection.photographs[0])
    expected = regrade(
        kept, other, lambda: pytest.fail("pixels were read"), path=wall, identifier="P001",
        name=wall.name, overlay=None, threshold=None,
    ).record  # fmt: skip
    assert photo.scale.mm_per_px == 0.25
    assert len(photo.cracks) == 2
    assert [crack.measurement for crack in photo.cracks] == [c.measurement for c in expected.cracks]
    assert photo.field == expected.field
    assert photo.fitness == expected.fitness
    assert [crack.grades for crack in photo.cracks] == [crack.grades for crack in expected.cracks]


def test_lines_that_stay_keep_their_measurement(whole):
    inspection, measure = whole
    journal = inspection, []
    before = inspection.photographs[0].cracks
    assert len(before) == 2
    reviewed = then(journal, Draw(lines=[[(60, 140), (340, 140)]]))
    cracks = decided(reviewed, measure).inspection.photographs[0].cracks
    assert [crack.measurement for crack in cracks[:2]] == [crack.measurement for crack in before]
    assert cracks[2].measurement.max_width_px.value == pytest.approx(7, rel=0.1)
    key = reviewed.photographs[0].finding(before[0].id).id
    parts = decided(then(journal, Split(branch=0, point=(200, 60)), key), measure).inspection
    lengths = [
        crack.measurement.length_px.value
        for crack in parts.photographs[0].cracks
        if crack.id.startswith(before[0].id)
    ]
    assert len(lengths) == 2
    assert sum(lengths) == pytest.approx(320, rel=0.02)
    moved = then(journal, Course(lines=[[(100, 140), (300, 140)]]), f"{key}-1")
    assert moved.not_applied == ()
    redrawn = decided(moved, measure).inspection.photographs[0].cracks
    assert any(
        crack.measurement.max_width_px.value == pytest.approx(7, rel=0.1) for crack in redrawn
    )
    accepted = decided(then(journal, Accept(), f"{key}-2"), measure).inspection
    assert all(crack.measurement for crack in accepted.photographs[0].cracks)


def test_a_line_of_the_model_that_is_drawn_again_has_its_width(whole):
    inspection, measure = whole
    journal = inspection, []
    reviewed = then(journal, Draw(lines=[[(40, 60), (359, 60)]]))
    cracks = decided(reviewed, measure).inspection.photographs[0].cracks
    first, drawn = cracks[0].measurement.max_width_px, cracks[-1].measurement.max_width_px
    assert drawn.value == pytest.approx(first.value, abs=0.2 * (first.high - first.low))


def test_figures_of_all_lines_follow(whole):
    inspection, measure = whole
    journal = inspection, []
    before = inspection.photographs[0].field.density_m_per_m2.value
    reviewed = then(journal, Draw(lines=[[(60, 140), (340, 140)]]))
    after = decided(reviewed, measure).inspection.photographs[0].field.density_m_per_m2.value
    assert after == pytest.approx(before * (320 * 2 + 280) / (320 * 2), rel=0.03)


def test_a_photograph_that_was_replaced_is_listed_and_nothing_raised(nothing, tmp_path, wall):
    inspection, measure = nothing
    other = tmp_path / "other.png"
    assert cv2.imwrite(str(other), np.full((300, 400, 3), 90, np.uint8))
    reviewed = then((inspection, []), Draw(lines=[[(60, 60), (340, 60)]]))
    found = decided(reviewed, replace(measure, load=lambda _: read_photo(other)))
    assert "another photograph" in found.unmeasured["P001-D01"]
    assert found.inspection.photographs[0].cracks[0].measurement is None

    def gone(_):
        raise PhotoError(wall, "is no longer there")

    found = decided(reviewed, replace(measure, load=gone))
    assert "no longer there" in found.unmeasured["P001-D01"]


def test_without_what_was_kept_the_reason_is_told(nothing, tmp_path):
    inspection, measure = nothing
    reviewed = then((inspection, []), Draw(lines=[[(60, 60), (340, 60)]]))
    lost = replace(measure, kept=lambda _: read_kept(tmp_path / "P001.npz"))
    found = decided(reviewed, lost)
    assert "is missing: inspect the photographs again" in found.unmeasured["P001-D01"]


def test_a_scale_of_a_person_needs_no_pixels(whole):
    inspection, measure = whole

    def gone(_):
        raise AssertionError("pixels were read")

    reviewed = then((inspection, []), Scale(mm_per_px=0.2))
    found = decided(reviewed, replace(measure, load=gone))
    assert found.unmeasured == {}
    assert found.inspection.photographs[0].scale.mm_per_px == 0.2
