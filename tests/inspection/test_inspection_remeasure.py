"""Lines that people drew, measured in the pixels."""

import cv2
import numpy as np
import pytest

from cracklens.errors import PhotoError
from cracklens.grading import Context
from cracklens.grading.priority import load_weights
from cracklens.inspection.assess import Assessor
from cracklens.inspection.dark_width import dark_width_px
from cracklens.inspection.remeasure import Remeasurer
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
from cracklens.record.measured import FieldRecord, ScaleRecord
from cracklens.record.schema import ModelRecord, PhotoRecord

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


@pytest.fixture
def start(wall, small_inspection):
    """The record of a model that found nothing, and a journal that is empty."""
    sha256 = read_photo(wall).sha256
    photo = PhotoRecord(
        id="P001", path=wall.name, sha256=sha256, width_px=400, height_px=300, notes=[],
        map_kind="pixels", cracks=[], rejected=[], tiles=[], overlay=None,
        scale=ScaleRecord(mm_per_px=0.1, relative_standard=0.02, source="typed", detail="typed",
                          homography=None, tilt_deg=None, risks=[]),
        field=FieldRecord(pattern="none", parallel=[], spacing_px=None, spacing_mm=None,
                          density_m_per_m2=None, area_m2=None),
    )  # fmt: skip
    assert isinstance(small_inspection.model, ModelRecord)
    changes = {"photographs": [photo], "root": str(wall.parent), "quantities": None, "copies": []}
    return small_inspection.model_copy(update=changes), []


@pytest.fixture
def measure(wall):
    return measuring(wall, mm_per_px=0.1)


def measuring(wall, **request):
    context = Context(codes=("aashto-mbei",), reinforcement="reinforced")
    assessor = Assessor(ScaleRequest(**request), context, load_weights(None))
    return Remeasurer(assessor, lambda _: read_photo(wall))


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


def test_the_settings_of_another_inspection_are_told(start, wall):
    reviewed = then(start, Draw(lines=[[(60, 140), (340, 140)]]))
    for said in ({"mm_per_px": 0.2}, {}):
        found = decided(reviewed, measuring(wall, **said))
        assert "the record has 0.1 mm per px" in found.unmeasured["P001-D01"]
        assert found.inspection.photographs[0].scale.mm_per_px == 0.1


def test_the_scale_that_a_person_sets_counts(start, wall):
    then(start, Draw(lines=[[(60, 140), (340, 140)]]))
    reviewed = then(start, Scale(points=((40, 220), (360, 220)), distance_mm=64))
    photo = decided(reviewed, measuring(wall)).inspection.photographs[0]
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


def test_lines_that_stay_keep_their_measurement(start, measure):
    then(start, Draw(lines=[[(60, 60), (340, 60)]]))
    first = decided(review(*start), measure).inspection
    (drawn,) = first.photographs[0].cracks
    kept = drawn.model_copy(update={"id": "P001-C01"})
    photo = first.photographs[0].model_copy(update={"cracks": [kept]})
    again = first.model_copy(update={"photographs": [photo]}), []
    reviewed = then(again, Draw(lines=[[(60, 220), (340, 220)]]))
    cracks = decided(reviewed, measure).inspection.photographs[0].cracks
    assert cracks[0].measurement == kept.measurement
    assert len(cracks) == 2
    key = reviewed.photographs[0].finding(kept.id).id
    parts = decided(then(again, Split(branch=0, point=(200, 60)), key), measure).inspection
    lengths = [one.measurement.length_px.value for one in parts.photographs[0].cracks[:2]]
    assert sum(lengths) == pytest.approx(280, rel=0.02)
    moved = then(again, Course(lines=[[(100, 140), (300, 140)]]), f"{key}-1")
    assert moved.not_applied == ()
    redrawn = decided(moved, measure).inspection.photographs[0].cracks[0]
    assert redrawn.measurement.max_width_px.value == pytest.approx(7, rel=0.1)
    accepted = decided(then(again, Accept(), f"{key}-2"), measure).inspection
    assert accepted.photographs[0].cracks[1].probability == 1


def test_a_photograph_that_was_replaced_is_listed_and_nothing_raised(start, tmp_path, wall):
    other = tmp_path / "other.png"
    assert cv2.imwrite(str(other), np.full((300, 400, 3), 90, np.uint8))
    reviewed = then(start, Draw(lines=[[(60, 60), (340, 60)]]))
    found = decided(reviewed, measuring(other, mm_per_px=0.1))
    assert "another photograph" in found.unmeasured["P001-D01"]
    assert found.inspection.photographs[0].cracks[0].measurement is None

    def gone(_):
        raise PhotoError(wall, "is no longer there")

    found = decided(reviewed, Remeasurer(measuring(wall).assessor, gone))
    assert "no longer there" in found.unmeasured["P001-D01"]
