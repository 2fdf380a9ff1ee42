"""Lines where no surface is known are set aside in a run, and the photograph says what it shows."""

import numpy as np
import pytest

from cracklens.detection.surface import SurfaceMap
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.run import run_inspection
from cracklens.models.card import Surface, SurfaceSource
from cracklens.reporting.terminal import summary_text
from cracklens.tracing import TraceSettings
from cracklens.verification.find import Finder

FINDER = Finder(TraceSettings(reject_straight=False))
SURFACE = Surface(
    longest_px=640, threshold=0.5, false_exclusion=0, found_elsewhere=0.5, calibration_error=0,
    far_distance=20, false_warnings=0,
    sources=(SurfaceSource(name="a", licence="b", pictures=1, surface=True),),
)  # fmt: skip


class Elsewhere:
    """Knows no surface, or knows one far from the training."""

    def __init__(self, known, distance=1.0):
        self.answer = np.full((2, 2), known, np.float32), distance

    def look(self, pixels, no_concrete=None):
        return SurfaceMap(self.answer[0], pixels.shape[:2], self.answer[1], SURFACE)


@pytest.fixture
def inputs(tmp_path, draw):
    return find_inputs([draw(tmp_path / "north.png")], None)


def test_a_line_on_no_surface_is_rejected_with_its_reason(inputs, dark):
    (plain,) = run_inspection(inputs, dark, FINDER).records
    (record,) = run_inspection(inputs, dark, FINDER, surface=Elsewhere(0.1)).records
    assert plain.cracks
    assert not record.cracks
    (rejected,) = record.rejected
    assert rejected.reason == "no concrete surface"
    assert rejected.length_px == plain.cracks[0].length_px
    (note,) = set(record.notes) - set(plain.notes)
    assert note.startswith("100% of the picture shows no concrete")


def test_a_line_on_a_known_surface_stays(inputs, dark):
    (plain,) = run_inspection(inputs, dark, FINDER).records
    (record,) = run_inspection(inputs, dark, FINDER, surface=Elsewhere(0.9)).records
    assert record == plain


@pytest.mark.parametrize(
    ("surface", "said"),
    [
        (Elsewhere(0.1), "north.png shows mostly no concrete: see its note"),
        (Elsewhere(0.9, 30.0), "north.png is unlike the model's training: see its note"),
    ],
)
def test_the_terminal_names_the_photograph(inputs, dark, small_inspection, surface, said):
    records = run_inspection(inputs, dark, FINDER, surface=surface).records
    assert said in summary_text(small_inspection.model_copy(update={"photographs": records}))
    assert said not in summary_text(small_inspection)
