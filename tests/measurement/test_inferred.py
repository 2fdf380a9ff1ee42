"""Parts of a crack that are not seen have a length and no width."""

from dataclasses import replace

import numpy as np
import pytest

from cracklens.measurement.course import measure_course
from cracklens.measurement.measure import measure
from cracklens.measurement.network import measure_network
from cracklens.measurement.pattern import crack_pattern
from cracklens.measurement.types import BY_PROFILE, UNMEASURED
from cracklens.photos.scale import Scale
from cracklens.synthesis import line_coverage
from cracklens.tracing import Branch, Crack

SCALE = Scale(0.2, 0.01, "typed", "")


def crack_of(branches, **fields):
    nodes = np.array([b.points_px[at] for b in branches for at in (0, -1)])
    numbered = tuple(
        replace(branch, start=2 * i, end=2 * i + 1) for i, branch in enumerate(branches)
    )
    return Crack(numbered, nodes, 0.9, 4.0, 5.0, (10.0, 30.0), touches_border=False, **fields)


def half_seen():
    """A line of 180 px whose middle 60 px are inferred, and its pixels with the gap closed."""
    points = np.array([[20.0, 30.0], [80.0, 30.0], [140.0, 30.0], [200.0, 30.0]])
    branch = Branch(points, np.full(4, 4.0), 0, 1, inferred=((1, 2),))
    line = line_coverage(points[[0, -1]], np.full(2, 4.0), 60, 220)
    line[:, 80:141] = 0
    noise = np.random.default_rng(0).normal(0, 2, line.shape)
    grey = np.clip(170 + noise - 120 * line, 0, 255).astype(np.uint8)
    return crack_of([branch]), np.repeat(grey[..., None], 3, axis=2)


def test_no_width_where_it_is_inferred():
    crack, pixels = half_seen()
    (found,) = measure(pixels, [crack], None).cracks
    (profile,) = found.widths.profiles
    x = profile.points_px[:, 0]
    assert (profile.method[(x > 81) & (x < 139)] == UNMEASURED).all()
    assert np.isnan(profile.width_px[(x > 81) & (x < 139)]).all()
    seen = (x > 24) & (x < 76)
    assert (profile.method[seen] == BY_PROFILE).all()
    assert found.widths.mean_px.value == pytest.approx(4, abs=0.2)
    assert found.widths.measured_share < 0.7


def test_the_length_says_how_much_of_it_is_inferred():
    crack, pixels = half_seen()
    course = measure(pixels, [crack], SCALE).cracks[0].course
    assert course.length_px.value == pytest.approx(180)
    assert course.inferred_px == pytest.approx(60)
    assert course.inferred_mm == pytest.approx(12)
    whole = replace(crack, branches=(replace(crack.branches[0], inferred=()),))
    assert measure_course(whole, None).inferred_px == 0
    assert measure_course(whole, None).inferred_mm is None


def grid(cells, side_px):
    """A network of squares."""
    at = np.arange(cells + 1) * side_px
    ends = [((x, 0.0), (x, at[-1])) for x in at] + [((0.0, y), (at[-1], y)) for y in at]
    branches = [Branch(np.array(line, float), np.full(2, 2.0), 0, 1) for line in ends]
    return crack_of(branches, network=True)


def test_a_network_has_spacing_density_and_area():
    crack = grid(10, 40.0)
    found = measure_network(crack, SCALE, (200.0, 200.0))
    # 22 lines of 400 px in 400 x 400 px; along a row the lines are 40 px apart, along a diagonal
    # 40 / sqrt(2); the mean over all directions is pi / 4 of the former, at 11 lines for 10 cells.
    expected = np.pi * 400 * 400 / (2 * 22 * 400)
    assert found.spacing_px.value == pytest.approx(expected)
    assert found.spacing_mm.value == pytest.approx(0.2 * expected)
    assert found.area_m2.value == pytest.approx(0.08**2)
    assert found.density_m_per_m2.value == pytest.approx(22 * 0.08 / 0.08**2)
    low, high = found.spacing_px.interval
    assert low < np.pi / 4 * 40 < high
    assert found.density_m_per_m2.contributions["scale"] > 0


def test_a_network_is_map_cracking_and_others_have_no_network():
    crack = grid(4, 40.0)
    assert crack_pattern(crack) == "map"
    single, _ = half_seen()
    assert measure_network(single, SCALE, (0.0, 0.0)) is None
    line = replace(single, network=True)
    assert measure_network(line, None, (0.0, 0.0)) is None  # it covers no area
    assert measure_network(crack, None, (0.0, 0.0)).density_m_per_m2 is None
