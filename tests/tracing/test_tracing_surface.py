"""Lines where no surface is known are set aside; lines that only reach there are not."""

import numpy as np
import pytest

from cracklens.detection.surface import SurfaceMap
from cracklens.models.card import Surface, SurfaceSource
from cracklens.tracing.crack import Branch, Crack, Tracing
from cracklens.tracing.surface import known_share, on_known_surfaces

SETTINGS = Surface(
    longest_px=640, threshold=0.5, false_exclusion=0, found_elsewhere=0.5, calibration_error=0,
    far_distance=1, false_warnings=0,
    sources=(SurfaceSource(name="a", licence="b", pictures=1, surface=True),),
)  # fmt: skip
LEFT_ONLY = SurfaceMap(np.array([[1.0, 0.0]], np.float32), (100, 200), 0.0, SETTINGS)


def line(start, end):
    points = np.array([(start, 50), (end, 50)], float)
    branch = Branch(points, np.full(2, 3.0), 0, 1)
    return Crack((branch,), points, 0.9, 3.0, 3.0, (float(start), 50.0), touches_border=False)


@pytest.mark.parametrize(
    ("start", "end", "share"), [(0, 80, 1), (120, 190, 0), (49.5, 149.5, 0.5), (67.5, 131.5, 0.5)]
)
def test_the_share_is_by_length(start, end, share):
    assert known_share(line(start, end), LEFT_ONLY) == pytest.approx(share, abs=0.08)


def test_only_lines_that_lie_mostly_elsewhere_are_set_aside():
    on, over, off = line(10, 90), line(30, 160), line(110, 190)
    found = on_known_surfaces(Tracing((over, on, off), ()), LEFT_ONLY)
    assert found.cracks == (over, on)
    (gone,) = found.rejected
    assert gone.crack.branches == off.branches
    assert gone.reason == "no concrete surface"
    assert gone.detail.startswith("100% of it lies where the picture shows no concrete")


def test_thousands_of_lines_are_set_aside_and_fifty_listed():
    found = on_known_surfaces(Tracing(tuple(line(110, 190) for _ in range(2000)), ()), LEFT_ONLY)
    assert len(found.rejected) == 50
    assert any("1,950 shorter ones are not listed" in one.detail for one in found.rejected)
