"""A marker on a crack hides a part of it: the crack goes on behind, and nothing is found on it."""

import numpy as np
import pytest
from PIL import Image

from cracklens.grading import Context
from cracklens.grading.priority import load_weights
from cracklens.inspection import assess as rooms
from cracklens.inspection.assess import Assessor
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.run import run_inspection
from cracklens.photos.scale import ScaleRequest
from cracklens.synthesis import Marker, render_specimen
from cracklens.synthesis.marker import place_marker
from cracklens.tracing.settings import TraceSettings
from cracklens.verification.find import Finder

CARD_PX = 96
MARKER = Marker(7, 7.2, (350.0, 350.0), 0.75 * CARD_PX)


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    """A level crack of 6 px under the middle of a marker."""
    specimen = render_specimen(3, width_px=6, angle_deg=0, variation=0.1, crumble=0.0, plain=True)
    surface = specimen.pixels.astype(np.float32)
    rows = np.nonzero(specimen.coverage[:, 350] > 0.5)[0]
    marker = Marker(7, 7.2, (350.0, float(rows.mean())), MARKER.side_px)
    place_marker(surface, marker)
    path = tmp_path_factory.mktemp("wall") / "wall.png"
    Image.fromarray(np.clip(surface, 0, 255).astype(np.uint8)).save(path)
    return path


def inspected(wall, dark, settings, *, marker_mm=7.2):
    assess = Assessor(ScaleRequest(marker_mm=marker_mm), Context(), load_weights())
    outcome = run_inspection(find_inputs([wall], None), dark, Finder(settings), assess)
    (record,) = outcome.records
    return record


def test_a_crack_behind_a_marker_is_one_crack_that_was_not_seen_there(wall, dark):
    record = inspected(wall, dark, TraceSettings(reject_straight=False))
    assert record.scale.source == "marker"
    (crack,) = record.cracks
    # the centreline of each half ends up to a width before the card
    assert CARD_PX < crack.measurement.inferred_px < CARD_PX + 24
    assert crack.measurement.inferred_mm == pytest.approx(
        crack.measurement.inferred_px / 10, rel=0.02
    )


def test_the_halves_beside_a_marker_that_are_not_joined_know_each_other(wall, dark):
    settings = TraceSettings(reject_straight=False, join_probability=1.0)
    record = inspected(wall, dark, settings)
    one, other = record.cracks
    assert one.continues == [other.id]
    assert other.continues == [one.id]


def test_nothing_is_found_on_a_marker(wall, dark):
    record = inspected(wall, dark, TraceSettings(reject_straight=False))
    half = CARD_PX / 2 - 2
    points = [
        (x, y)
        for crack in record.cracks
        for branch in crack.branches
        for index, (x, y) in enumerate(branch.points_px)
        if not any(first <= index <= last for first, last in branch.inferred)
    ]
    points += [point for line in record.rejected for lines in line.lines_px for point in lines]
    middle_y = np.median([y for _, y in points])
    assert not [p for p in points if abs(p[0] - 350) < half and abs(p[1] - middle_y) < half]


def test_the_scale_is_found_once(wall, dark, monkeypatch):
    calls = []
    real = rooms.find_scale_again
    monkeypatch.setattr(rooms, "find_scale_again", lambda *a: calls.append(a) or real(*a))
    inspected(wall, dark, TraceSettings(reject_straight=False))
    assert len(calls) == 1
