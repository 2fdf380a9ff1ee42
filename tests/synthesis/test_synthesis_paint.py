from dataclasses import replace

import numpy as np
import pytest

from cracklens.synthesis import (
    CrackLook,
    crack_coverage,
    draw_cracks,
    paint_cracks,
    render_concrete,
    render_crack,
)

OPEN = CrackLook(
    depth=0.8,
    towards_light=(1, 1),
    lit_wall=0.0,
    wall_px=0.3,
    lit_edge=0.0,
    chips=0.0,
    filling=0.0,
    filling_tone=1.0,
    dirt=0.0,
    dirt_px=3.0,
    lime=0.0,
    rust=0.0,
)


def rng_of(seed):
    return np.random.Generator(np.random.PCG64(seed))


def level_crack(width_px, side_px=96):
    line = np.array([[-5.0, side_px / 2 - 0.5], [side_px + 5.0, side_px / 2 - 0.5]])
    return render_crack(line, np.full(2, width_px), side_px, side_px)


def plain(side_px=96, level=150.0):
    return np.full((side_px, side_px, 3), level, dtype=np.float32)


@pytest.mark.parametrize("seed", range(6))
def test_an_open_crack_only_darkens_and_only_inside(seed):
    surface = render_concrete(128, 128, rng_of(seed))
    cracks = draw_cracks(128, 128, rng_of(seed))
    painted = paint_cracks(surface, cracks, rng_of(seed), look=OPEN)
    coverage = crack_coverage(cracks, 128, 128)
    assert painted.dtype == np.float32
    assert np.array_equal(painted[coverage == 0], surface[coverage == 0])
    # Inside, the grain gives way to the tone around, which may be lighter than a dark grain.
    smooth = np.full_like(surface, surface.max())
    assert (painted <= smooth).all()
    inside = coverage > 0.95
    if inside.any():
        assert painted[inside].mean() < 0.75 * surface[inside].mean()


def test_the_argument_is_kept_and_no_cracks_change_nothing():
    surface = plain()
    painted = paint_cracks(surface, level_crack(5.0), rng_of(0))
    assert (surface == 150.0).all()
    assert (painted != surface).any()
    assert np.array_equal(paint_cracks(surface, (), rng_of(0)), surface)


def test_a_seed_gives_one_look_and_another_seed_another():
    cracks = draw_cracks(96, 96, rng_of(4), least_width_px=4.0)
    one, same, other = (paint_cracks(plain(), cracks, rng_of(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_wide_cracks_are_dark_and_only_fine_ones_may_be_faint():
    faint = replace(OPEN, depth=0.0)
    contrast = {}
    for width_px in (1.0, 4.0, 16.0):
        painted = paint_cracks(plain(), level_crack(width_px), rng_of(3), look=faint)
        contrast[width_px] = 1 - painted[47:49].mean() / 150.0
    assert contrast[1.0] < 0.15
    assert contrast[1.0] < contrast[4.0] < contrast[16.0]
    assert contrast[16.0] > 0.5


def test_the_wall_that_faces_the_light_is_lighter():
    look = replace(OPEN, lit_wall=0.7, wall_px=0.4)
    below = paint_cracks(
        plain(), level_crack(16.0), rng_of(3), look=replace(look, towards_light=(1, 0))
    )
    above = paint_cracks(
        plain(), level_crack(16.0), rng_of(3), look=replace(look, towards_light=(-1, 0))
    )
    # Light from below reaches the upper wall and the rim beyond the lower one, and vice versa.
    assert below[41:44].mean() > 1.3 * below[52:55].mean()
    assert above[52:55].mean() > 1.3 * above[41:44].mean()


def test_a_lit_edge_lies_beside_the_crack():
    look = replace(OPEN, lit_edge=0.7, towards_light=(1, 0))
    painted = paint_cracks(plain(), level_crack(10.0), rng_of(3), look=look)
    lit = np.flatnonzero((painted > 155.0).any(axis=(1, 2)))
    assert lit.size > 0
    assert lit.min() >= 38
    assert lit.max() <= 57
    assert np.abs(lit - 47.5).min() >= 4


def test_a_filled_crack_has_the_tone_of_its_filling():
    look = replace(OPEN, filling=1.0, filling_tone=1.0)
    painted = paint_cracks(plain(), level_crack(10.0), rng_of(3), look=look)
    middle = painted[46:50].mean(axis=2)
    assert np.mean(np.abs(middle - 150.0) < 25.0) > 0.3
    opened = paint_cracks(plain(), level_crack(10.0), rng_of(3), look=OPEN)
    assert middle.mean() > opened[46:50].mean() + 40


def test_lime_brightens_dirt_darkens_and_rust_reddens_what_lies_beside():
    def beside(**change):
        painted = paint_cracks(plain(), level_crack(4.0), rng_of(5), look=replace(OPEN, **change))
        near = np.r_[36:45, 51:60]
        return painted[near].mean(axis=(0, 1))

    clean = beside()
    assert beside(lime=0.9).mean() > clean.mean() + 3
    assert beside(dirt=0.25, dirt_px=4.0).mean() < clean.mean() - 3
    red, _, blue = beside(rust=0.6, dirt_px=6.0)
    assert red - blue > 5


def test_chips_change_the_edge_and_not_what_is_far():
    look = replace(OPEN, chips=0.9)
    painted = paint_cracks(plain(), level_crack(8.0), rng_of(3), look=look)
    changed = np.abs(painted - 150.0).max(axis=2) > 4
    assert changed[np.r_[36:43, 53:60]].mean() > 0.03
    assert not changed[:20].any()
    assert not changed[-20:].any()
