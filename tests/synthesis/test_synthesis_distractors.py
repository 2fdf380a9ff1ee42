import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.synthesis import DISTRACTORS, line_coverage, render_tile
from cracklens.synthesis.distractors import Distraction
from cracklens.synthesis.distractors.canvas import across, bend, inward
from cracklens.synthesis.distractors.ribbon import band, curved_ribbon, straight_ribbon

SHAPES = [(96, 96), (33, 200), (200, 33), (64, 131)]
KEEP_THE_REST = [
    "expansion joint",
    "tie holes",
    "bug holes",
    "run-off",
    "cable shadow",
    "cable",
    "hair and straw",
    "scratches",
    "painted line",
    "leaves",
    "rust streak",
    "twigs and roots",
    "chalk mark",
]
REACH_PX = 3  # lit rims and soft borders lie beside what is marked


def flat(height_px, width_px, level=128.0):
    return np.full((height_px, width_px, 3), level, dtype=np.float32)


def drawn(name, seed, surface) -> Distraction:
    return DISTRACTORS[name](surface, np.random.default_rng(seed))


def grown(mask, reach_px):
    """Independent dilation: whether any pixel of the square window is marked."""
    padded = np.pad(mask > 0, reach_px)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach_px + 1,) * 2)
    return windows.any(axis=(2, 3))


def test_the_names_that_tables_of_results_use():
    assert list(DISTRACTORS) == [
        "formwork line",
        "plank lines",
        "construction joint",
        "expansion joint",
        "tie holes",
        "bug holes",
        "stain edge",
        "run-off",
        "straight shadow",
        "ragged shadow",
        "cable shadow",
        "cable",
        "hair and straw",
        "scratches",
        "tile grout",
        "brick joints",
        "painted line",
        "leaves",
        "rust streak",
        "spall edge",
        "twigs and roots",
        "object edge",
        "damp edge",
        "recessed brick joints",
        "chalk mark",
    ]


@pytest.mark.parametrize("name", DISTRACTORS)
def test_the_same_seed_draws_the_same_and_another_seed_something_else(name):
    surface = flat(80, 72)
    for seed in range(3):
        first, second = drawn(name, seed, surface), drawn(name, seed, surface)
        assert first.surface.tobytes() == second.surface.tobytes()
        assert first.mask.tobytes() == second.mask.tobytes()
        assert not np.array_equal(first.surface, drawn(name, seed + 50, surface).surface)


@pytest.mark.parametrize("name", DISTRACTORS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_kind_is_seen_where_its_mask_says_at_any_size(name, shape):
    surface = np.random.default_rng(1).uniform(90, 160, (*shape, 3)).astype(np.float32)
    before = surface.copy()
    for seed in range(12):
        result = drawn(name, seed, surface)
        assert np.array_equal(surface, before)
        assert result.surface.shape == surface.shape
        assert result.mask.shape == shape
        assert result.surface.dtype == result.mask.dtype == np.float32
        assert np.isfinite(result.surface).all()
        assert result.mask.min() >= 0
        assert result.mask.max() <= 1
        assert result.mask.max() > 0.2
        changed = np.abs(result.surface - surface).max(axis=2)
        assert changed[result.mask > 0].max() > 3


@pytest.mark.slow
@pytest.mark.parametrize("name", KEEP_THE_REST)
def test_things_that_lie_on_the_surface_leave_the_rest_of_it_alone(name):
    for seed in range(25):
        surface = flat(90, 110)
        result = drawn(name, seed, surface)
        elsewhere = ~grown(result.mask, REACH_PX)
        assert np.abs(result.surface - surface)[elsewhere].max(initial=0) < 1e-3


@pytest.mark.parametrize("name", DISTRACTORS)
def test_neither_everything_nor_nothing_is_marked(name):
    shares = [(drawn(name, seed, flat(128, 128)).mask > 0.5).mean() for seed in range(25)]
    assert np.median(shares) < 0.6
    assert max(shares) > 0.002


@pytest.mark.parametrize("name", DISTRACTORS)
def test_what_is_drawn_stays_within_what_a_camera_can_record(name):
    for seed in range(10):
        result = drawn(name, seed, flat(64, 64, 120.0))
        assert result.surface.min() >= 0
        assert np.percentile(result.surface, 99) < 256


def thickness_px(mask):
    """Width of a single line across the picture: its area over its length, both counted."""
    inside = mask > 0.5
    rows, columns = np.nonzero(inside)
    if rows.size == 0:
        return 0.5
    length = math.hypot(np.ptp(rows) + 1, np.ptp(columns) + 1)
    return inside.sum() / length


@pytest.mark.parametrize("name", ["formwork line", "cable shadow", "cable", "expansion joint"])
def test_lines_are_as_thin_and_as_wide_as_cracks(name):
    widths = [thickness_px(drawn(name, seed, flat(128, 128)).mask) for seed in range(60)]
    assert np.percentile(widths, 10) < 5
    assert np.percentile(widths, 95) > 5


@pytest.mark.parametrize("name", ["formwork line", "plank lines", "scratches", "cable shadow"])
def test_faint_ones_and_strong_ones(name):
    contrasts = []
    for seed in range(40):
        result = drawn(name, seed, flat(128, 128))
        contrasts.append(np.abs(result.surface - 128)[result.mask > 0.3].max(initial=0))
    assert np.percentile(contrasts, 10) < 45
    assert np.percentile(contrasts, 90) > 60


@pytest.mark.parametrize(("angle_deg", "width_px"), [(0, 1.0), (30, 3.0), (63, 7.5), (90, 12.0)])
def test_both_ribbons_agree_with_the_coverage_of_a_line(angle_deg, width_px):
    ahead = np.array([math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))])
    start, end = np.array([40.3, 41.2]) - 200 * ahead, np.array([40.3, 41.2]) + 200 * ahead
    reference = line_coverage(np.stack([start, end]), np.full(2, width_px), 80, 84)
    for at in (
        straight_ribbon(start, end, width_px / 2 + 2, (80, 84)),
        curved_ribbon(np.linspace(start, end, 23), width_px / 2 + 2, (80, 84)),
    ):
        share = np.zeros((80, 84))
        share[at.row, at.column] = band(at.across, -width_px / 2, width_px / 2)
        assert share.sum() == pytest.approx(reference.sum(dtype=float), rel=0.02)
        assert np.abs(share - reference).max() < 0.25
        assert len(set(zip(at.row.tolist(), at.column.tolist(), strict=True))) == at.row.size


@pytest.mark.slow
@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(5, 70),
    columns=st.integers(5, 70),
    far=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_curved_ribbon_knows_its_pixels_distance(seed, rows, columns, far):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-10, 60, (4, 2)) + (500 if far else 0)
    at = curved_ribbon(points, 6.0, (rows, columns))
    dense = np.concatenate([np.linspace(a, b, 400) for a, b in pairwise(points)])
    y, x = np.mgrid[:rows, :columns]
    away = np.sqrt((x[..., None] - dense[:, 0]) ** 2 + (y[..., None] - dense[:, 1]) ** 2).min(
        axis=2
    )
    found = np.full((rows, columns), np.inf)
    found[at.row, at.column] = np.abs(at.across)
    near = away < 5.9
    assert found[near] == pytest.approx(away[near], abs=0.1)
    assert not np.isfinite(found[away > 6.1]).any()
    assert ((at.along >= 0) & (at.along <= at.length_px * 1.0001)).all()


@given(seed=st.integers(0, 10**6), rows=st.integers(20, 90), columns=st.integers(20, 90))
@settings(max_examples=40, deadline=None)
def test_a_straight_ribbon_measures_from_the_side_of_its_normal(seed, rows, columns):
    start, end = across((rows, columns), np.random.default_rng(seed))
    at = straight_ribbon(start, end, 5.0, (rows, columns))
    away = inward((rows, columns), start, end)
    assert at.across == pytest.approx(away[at.row, at.column], abs=1e-3)
    assert at.row.size == (np.abs(away) <= 5.0).sum()


def test_a_bend_passes_its_control_points():
    knots = np.random.default_rng(0).uniform(0, 100, (5, 2))
    curve = bend(knots, 2.0)
    nearest = np.sqrt(((curve[:, None] - knots) ** 2).sum(axis=2)).min(axis=0)
    assert nearest == pytest.approx(np.zeros(5), abs=1e-9)
    assert np.sqrt((np.diff(curve, axis=0) ** 2).sum(axis=1)).max() < 6


def test_a_tile_says_where_its_distractor_is():
    tiles = [render_tile(cracked=False, seed=seed) for seed in range(30)]
    assert all(tile.distractor.shape == tile.coverage.shape for tile in tiles)
    share = np.mean([tile.distractor.any() for tile in tiles])
    assert 0.4 < share < 1.0
