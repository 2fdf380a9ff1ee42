import numpy as np
import pytest

from cracklens.synthesis import (
    LAYOUTS,
    crack_coverage,
    draw_cracks,
    fractal_line,
    line_coverage,
    width_profile,
)


def rng_of(seed):
    return np.random.Generator(np.random.PCG64(seed))


def ideal_line(seed, size_px=260):
    """A straight line with sub-pixel noise in place and width, and the bow of a lens."""
    rng = rng_of(seed)
    angle = rng.uniform(0, np.pi)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]])
    reach = np.arange(-rng.uniform(75, 120), rng.uniform(75, 120), 5.0)[:, None]
    bow = rng.uniform(-0.3, 0.3) * (reach / 150) ** 2
    noise = rng.normal(0, rng.uniform(0, 0.4), (len(reach), 1))
    width_px = rng.uniform(1.5, 12)
    width = width_px + rng.normal(0, min(0.1 * width_px, 0.6), len(reach))
    points = size_px / 2 + reach * ahead + (bow + noise) * aside
    return line_coverage(points, np.maximum(width, 0.5), size_px, size_px)


def fractal_crack(seed, size_px=260):
    rng = rng_of(seed)
    angle = rng.uniform(0, np.pi)
    reach = rng.uniform(75, 120) * np.array([np.cos(angle), np.sin(angle)])
    ends = np.stack([size_px / 2 - reach, size_px / 2 + reach])
    line = fractal_line(ends, rng, roughness=rng.uniform(0.03, 0.15), decay=rng.uniform(0.5, 0.72))
    width = width_profile(line, rng.uniform(1.5, 12), rng, variation=rng.uniform(0.15, 0.5))
    return line_coverage(line, width, size_px, size_px)


def is_straight(tracing):
    return any(one.reason == "straight and regular" for one in tracing.rejected)


@pytest.mark.slow
def test_ideal_lines_are_rejected(traced):
    count = 60
    found = [traced(ideal_line(seed), reject_straight=True) for seed in range(count)]
    assert sum(is_straight(tracing) and not tracing.cracks for tracing in found) >= 0.95 * count


@pytest.mark.slow
def test_rendered_cracks_pass(traced):
    count = 100
    found = [traced(fractal_crack(seed), reject_straight=True) for seed in range(count)]
    assert sum(is_straight(tracing) for tracing in found) <= 0.01 * count


@pytest.mark.slow
@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - {"straight", "parallel"}))
def test_cracks_of_other_layouts_pass(traced, layout):
    for seed in range(4):
        cracks = draw_cracks(300, 300, rng_of(seed), layouts=(layout,))
        assert not is_straight(traced(crack_coverage(cracks, 300, 300), reject_straight=True))


@pytest.mark.slow
def test_most_nearly_straight_cracks_pass(traced):
    count = 30
    straight = 0
    for seed in range(count):
        cracks = draw_cracks(300, 300, rng_of(seed), layouts=("straight",))
        straight += is_straight(traced(crack_coverage(cracks, 300, 300), reject_straight=True))
    assert straight <= 0.07 * count


def test_a_crack_across_a_joint_stays_whole_and_the_joint_goes(traced):
    joint = line_coverage(np.array([[150.0, -5.0], [150.0, 305.0]]), np.full(2, 5.0), 300, 300)
    line = fractal_line(np.array([[20.0, 80.0], [280.0, 200.0]]), rng_of(3), roughness=0.08)
    crack = line_coverage(line, np.full(len(line), 4.0), 300, 300)
    tracing = traced(np.maximum(joint, crack), reject_straight=True)
    (kept,) = tracing.cracks
    (gone,) = tracing.rejected
    assert kept.length_px == pytest.approx(np.hypot(*np.diff(line, axis=0).T).sum(), rel=0.05)
    assert gone.reason == "straight and regular"
    assert gone.crack.length_px == pytest.approx(300, abs=3)
    assert gone.crack.touches_border
    assert gone.detail.startswith("within 0.")
    assert f"straight line over {gone.crack.length_px:.0f} px" in gone.detail


def test_rough_joints_are_known_by_their_company(traced):
    def joint(y, seed):
        x = np.arange(-5.0, 306, 6)
        points = np.stack([x, y + rng_of(seed).normal(0, 0.8, len(x))], axis=1)
        return line_coverage(points, np.full(len(x), 5.0), 300, 300)

    alone = traced(joint(150, 1), reject_straight=True)
    assert len(alone.cracks) == 1
    three = np.max([joint(60, 1), joint(150, 2), joint(240, 3)], axis=0)
    assert len(traced(three, reject_straight=True).rejected) == 3


def test_short_lines_are_never_called_straight(traced):
    line = line_coverage(np.array([[50.0, 50.0], [150.0, 60.0]]), np.full(2, 4.0), 120, 200)
    assert len(traced(line, reject_straight=True).cracks) == 1
    assert is_straight(traced(line, reject_straight=True, straight_least_px=80))


def test_a_line_of_changing_width_is_no_joint(traced):
    x = np.linspace(20, 280, 53)
    points = np.stack([x, np.full(53, 50.0)], axis=1)
    width = 5 + 3.5 * np.sin(x / 9)
    assert len(traced(line_coverage(points, width, 100, 300), reject_straight=True).cracks) == 1


def test_many_straight_lines_are_summed_up(traced):
    coverage = np.zeros((620, 200), np.float32)
    for number in range(60):
        coverage[10 * number + 10 : 10 * number + 13, 20 : 150 + number // 2] = 1
    tracing = traced(coverage, reject_straight=True)
    assert tracing.cracks == ()
    assert [one.reason for one in tracing.rejected] == ["straight and regular"] * 50
    assert sum("10 shorter ones are not listed" in one.detail for one in tracing.rejected) == 1
    assert min(one.crack.length_px for one in tracing.rejected) > 132
