"""Everything that is measured in one photograph, from pixels and true centrelines."""

import numpy as np
import pytest

from cracklens.measurement import measure
from cracklens.photos.scale import Scale
from cracklens.synthesis import render_specimen
from cracklens.tracing.crack import Branch, Crack


def traced(true) -> Crack:
    points, width = true.points_px[::4], true.width_px[::4]
    return Crack(
        branches=(Branch(points, width, 0, 1),),
        nodes_px=points[[0, -1]],
        confidence=0.9,
        mean_width_px=float(width.mean()),
        max_width_px=float(width.max()),
        widest_px=tuple(points[int(width.argmax())]),
        touches_border=False,
    )


@pytest.fixture(scope="module")
def specimen():
    return render_specimen(
        31,
        width_px=5,
        cracks=3,
        spacing_px=80,
        angle_deg=20,
        length_px=300,
        tilt_deg=15,
        size_px=420,
        roughness=0.04,
        jpeg_quality=None,
    )


@pytest.fixture(scope="module")
def scale(specimen):
    return Scale(0.1, 0.003, "marker", "", homography=specimen.homography, tilt_deg=15.0)


@pytest.mark.slow
def test_all_is_measured_and_in_the_order_of_the_cracks(specimen, scale):
    cracks = [traced(crack) for crack in specimen.cracks]
    found = measure(specimen.pixels, cracks, scale, axis_deg=110.0)
    assert len(found.cracks) == 3
    for measured, true in zip(found.cracks, specimen.cracks, strict=True):
        assert measured.course.length_mm.value == pytest.approx(true.length_mm, rel=0.02)
        assert measured.course.orientation_deg.value == pytest.approx(true.orientation_deg, abs=1)
        assert measured.course.direction == "transverse"
        assert measured.widths.mean_mm.value == pytest.approx(true.width_mm.mean(), abs=0.08)
    assert found.field.pattern == "parallel"
    # The lines wander about those that are 8 mm apart.
    assert found.field.spacing_mm.value == pytest.approx(specimen.spacing_mm, rel=0.02)


@pytest.mark.slow
def test_without_scale_there_are_no_millimetres(specimen):
    found = measure(specimen.pixels, [traced(crack) for crack in specimen.cracks], None)
    assert all(crack.course.length_mm is None for crack in found.cracks)
    assert all(crack.widths.max_mm is None for crack in found.cracks)
    assert all(crack.course.direction is None for crack in found.cracks)
    assert found.field.spacing_mm is None
    assert found.field.spacing_px is not None


@pytest.mark.slow
def test_what_hides_the_wall_makes_a_lower_bound_and_less_area(specimen, scale):
    cracks = [traced(crack) for crack in specimen.cracks]
    x, y = np.rint(cracks[1].nodes_px[1]).astype(int)
    excluded = np.zeros(specimen.pixels.shape[:2], dtype=bool)
    excluded[y - 20 : y + 20, x + 3 : x + 43] = True
    whole = measure(specimen.pixels, cracks, scale)
    hidden = measure(specimen.pixels, cracks, scale, excluded=excluded)
    assert [crack.course.is_lower_bound for crack in hidden.cracks] == [False, True, False]
    assert hidden.field.area_m2.value < whole.field.area_m2.value


def test_no_cracks(specimen, scale):
    found = measure(specimen.pixels, [], scale)
    assert found.cracks == ()
    assert found.field.pattern == "none"
