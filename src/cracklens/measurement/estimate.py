"""Widths at the stations of all cracks of one photograph, and what makes each uncertain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.blur import (
    Common,
    estimate_common,
    prior_common,
    sensitivities,
    with_depth,
)
from cracklens.measurement.edges import edge_spreads
from cracklens.measurement.initial_estimate import first_guess
from cracklens.measurement.occlusion import clear_of_others
from cracklens.measurement.profile_fit import State, Task, fit, fit_all, with_noise
from cracklens.measurement.profile_model import (
    CENTRE,
    DEPTH,
    LEFT_TENT,
    RIGHT_TENT,
    SHADE,
    WIDTH,
)
from cracklens.measurement.sampling import Profiles, centred, sample_profiles
from cracklens.measurement.stations import Floats, Rows

JOINT_STATIONS = 800
"""How many stations the joint fit of blur and depth takes at most, evenly over all."""
_CENTRINGS = 2
_ROUNDS = 4
_UNEVEN = [SHADE, LEFT_TENT, RIGHT_TENT]
_LEAST_DEPTH = 0.01  # of the ground


@dataclass(frozen=True, slots=True)
class Estimate:
    """Widths at N stations, from grey levels alone.

    Attributes:
        rows: The lines; the stations are `rows.stations`.
        width_px: (N,) between the edges.
        fit_px: (N,) standard uncertainty from the residuals of the own profile.
        blur_px: (N,) from what is not known of the blur.
        depth_px: (N,) from what is not known of how dark the crack is inside.
        depth: (N,) darkness of the inside.
        unevenness: (N,) how unevenly dark the inside is, as a share of its darkness: a wall of the
            crack that faces the light. It is the sum of what shade and tents of the model hold.
        noise: (N,) deviation of the profile from the model, in units of the ground.
        off_px: (N,) distance of the middle from the centreline.
        core: (N,) share of the inside that can be seen.
        beside_px: (N,) of concrete that is seen on the side where it is less.
        merged: (N,) True where another line meets this one.
        common: what the stations share.
        edge_px: (C,) how soft the edges of each crack are; NaN where that cannot be seen.
    """

    rows: Rows
    width_px: Floats
    fit_px: Floats
    blur_px: Floats
    depth_px: Floats
    depth: Floats
    unevenness: Floats
    noise: Floats
    off_px: Floats
    core: Floats
    beside_px: Floats
    merged: NDArray[np.bool_]
    common: Common
    edge_px: Floats


def estimate_widths(
    pixels: NDArray[np.uint8],
    rows: Rows,
    cracks: int,
    *,
    excluded: NDArray[np.bool_] | None = None,
) -> Estimate:
    """Return the widths at the stations of all lines.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        rows: Lines along the cracks, at least one.
        cracks: How many cracks there are.
        excluded: (H, W), True where nothing may be measured.
    """
    for _ in range(_CENTRINGS):
        rows = centred(pixels, rows)
    profiles = sample_profiles(pixels, rows, excluded=excluded)
    weight, merged = clear_of_others(rows, profiles.across_px, profiles.weight)
    profiles = Profiles(profiles.across_px, profiles.grey, weight, profiles.step_px)
    stations = rows.stations
    crack = rows.crack[stations]
    task, start, _ = first_guess(profiles, rows.mask_px[stations])
    common, chosen = _common(task, start, crack, cracks, usable=~merged)
    task = with_depth(with_typical_noise(task, chosen), common, crack)
    state = fit_all(task, start, common.spread, rounds=_ROUNDS)
    task = with_noise(task, state)
    state = fit_all(task, state.parameters, common.spread, rounds=1)
    fit_px, blur_px, depth_px = _standards(task, state, common, crack)
    parameters = state.parameters.astype(np.float64)
    width, centre = parameters[:, WIDTH], parameters[:, CENTRE]
    core, beside = _seen(profiles, centre, width, common.spread.sigma_px)
    return Estimate(
        rows=rows,
        width_px=width,
        fit_px=fit_px,
        blur_px=blur_px,
        depth_px=depth_px,
        depth=parameters[:, DEPTH],
        unevenness=np.abs(parameters[:, _UNEVEN]).sum(axis=1)
        / np.maximum(parameters[:, DEPTH], _LEAST_DEPTH),
        noise=task.noise.astype(np.float64),
        off_px=centre,
        core=core,
        beside_px=beside,
        merged=merged,
        common=common,
        edge_px=edge_spreads(profiles, centre, width, crack, cracks),
    )


def with_typical_noise(task: Task, chosen: Task) -> Task:
    """Return the task with the median noise of some of its profiles."""
    typical = float(np.median(chosen.noise)) if len(chosen.noise) else 0.03
    return Task(
        task.across_px,
        task.grey,
        task.weight,
        task.step_px,
        task.prior,
        task.precision,
        np.full(len(task.grey), typical),
    )


def _common(
    task: Task, start: Floats, crack: NDArray[np.int64], cracks: int, *, usable: NDArray[np.bool_]
) -> tuple[Common, Task]:
    """Return what the stations share, and the task of those that it was found from."""
    whole = usable & (task.weight.mean(axis=1) > 0.9)  # noqa: PLR2004
    places = np.flatnonzero(whole)
    if not len(places):
        return prior_common(cracks), task.part(places)
    places = places[:: -(-len(places) // JOINT_STATIONS)]
    part, own = task.part(places), crack[places]
    common = prior_common(cracks)
    state = fit(part, start[places], common.spread, rounds=3)
    part = with_noise(part, state)
    _, state = estimate_common(part, state, own, cracks, rounds=8)
    part = with_noise(part, state)
    common, _ = estimate_common(part, state, own, cracks, rounds=5)
    return common, part


def _standards(
    task: Task, state: State, common: Common, crack: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Return the standard uncertainties by the own profile, the blur, and the depth."""
    inverse, follow = sensitivities(task, state, common)
    by = follow[:, WIDTH]
    index = np.stack([np.zeros_like(crack), np.ones_like(crack), 2 + crack], axis=1)
    shared = common.covariance[index[:, :, None], index[:, None, :]]
    blur = np.einsum("ni,nij,nj->n", by[:, :2], shared[:, :2, :2], by[:, :2])
    both = np.einsum("ni,nij,nj->n", by, shared, by)
    fit_px = np.sqrt(np.maximum(inverse[:, WIDTH, WIDTH], 0.0))
    return fit_px, np.sqrt(np.maximum(blur, 0.0)), np.sqrt(np.maximum(both - blur, 0.0))


def _seen(
    profiles: Profiles, centre: Floats, width: Floats, sigma_px: float
) -> tuple[Floats, Floats]:
    """Return the share of the inside that is seen, and how much is seen beside it."""
    t = profiles.across_px - centre[:, None]
    inside = np.abs(t) < (width / 2 + sigma_px)[:, None]
    core = (profiles.weight * inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    step = profiles.step_px
    left, right = (
        (profiles.weight * (side * t > (width / 2 + sigma_px)[:, None])).sum(axis=1) * step
        for side in (-1, 1)
    )
    return core, np.minimum(left, right)
