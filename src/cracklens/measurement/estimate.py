"""Widths at the stations of all cracks of one photograph, with their standard uncertainties."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.blur import (
    USUAL,
    Common,
    KnownSpread,
    estimate_common,
    prior_common,
    sensitivities,
    with_depth,
)
from cracklens.measurement.edges import edge_spreads
from cracklens.measurement.initial_estimate import initial_estimate
from cracklens.measurement.occlusion import exclude_other_lines
from cracklens.measurement.profile_fit import State, Task, fit, fit_all, with_noise
from cracklens.measurement.profile_model import (
    CENTRE,
    DEPTH,
    LEFT_TENT,
    RIGHT_TENT,
    SHADE,
    WIDTH,
)
from cracklens.measurement.sampling import Profiles, recentred, sample_profiles
from cracklens.measurement.stations import Floats, Rows

JOINT_STATIONS = 800
"""Largest number of stations in the joint fit of blur and depth, evenly spaced over all."""
_CENTRINGS = 2
_ROUNDS = 4
_UNEVEN = [SHADE, LEFT_TENT, RIGHT_TENT]
_LEAST_DEPTH = 0.01  # share of the brightness of the concrete


@dataclass(frozen=True, slots=True)
class Estimate:
    """Widths at N stations, from grey levels only.

    Attributes:
        rows: The lines; the stations are `rows.stations`.
        width_px: (N,) between the edges.
        fit_px: (N,) standard uncertainty from the residuals of the profile.
        blur_px: (N,) standard uncertainty from the blur.
        depth_px: (N,) standard uncertainty from the depth.
        depth: (N,) darkness of the inside, as a share of the brightness of the concrete.
        unevenness: (N,) variation of the darkness inside the crack, as a share of the depth; for
            example from a lit wall of the crack. The sum of the shade and tent parameters.
        noise: (N,) deviation of the profile from the model, as a share of the brightness of the
            concrete.
        off_px: (N,) distance of the middle from the centreline.
        core: (N,) visible share of the inside.
        beside_px: (N,) visible concrete beside the crack, on the side with less.
        merged: (N,) True where another line meets this one, or where the crack is not seen.
        common: the shared parameters.
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
    joint_stations: int = JOINT_STATIONS,
    known: KnownSpread = USUAL,
) -> Estimate:
    """Return the widths at the stations of all lines.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        rows: Lines along the cracks, at least one.
        cracks: Number of cracks.
        excluded: (H, W), True where nothing may be measured.
        joint_stations: Largest number of stations in the joint fit of blur and depth.
        known: Spread of an edge, before these lines are looked at.
    """
    for _ in range(_CENTRINGS):
        rows = recentred(pixels, rows)
    profiles = sample_profiles(pixels, rows, excluded=excluded)
    weight, merged = exclude_other_lines(rows, profiles.across_px, profiles.weight)
    merged |= rows.unseen
    profiles = Profiles(profiles.across_px, profiles.grey, weight, profiles.step_px)
    stations = rows.stations
    crack = rows.crack[stations]
    task, start, _ = initial_estimate(profiles, rows.mask_px[stations])
    prior = prior_common(cracks, known)
    common, chosen = _common(task, start, crack, prior, ~merged, joint_stations)
    task = with_depth(with_typical_noise(task, chosen), common, crack)
    state = fit_all(task, start, common.spread, rounds=_ROUNDS)
    task = with_noise(task, state)
    state = fit_all(task, state.parameters, common.spread, rounds=1)
    fit_px, blur_px, depth_px = _standards(task, state, common, crack)
    parameters = state.parameters.astype(np.float64)
    width, centre = parameters[:, WIDTH], parameters[:, CENTRE]
    core, beside = _visible(profiles, centre, width, common.spread.sigma_px)
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
    """Return the task with the median noise of the profiles of the joint fit."""
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
    task: Task,
    start: Floats,
    crack: NDArray[np.int64],
    prior: Common,
    usable: NDArray[np.bool_],
    joint_stations: int,
) -> tuple[Common, Task]:
    """Return the shared parameters, and the task of the stations of the joint fit."""
    whole = usable & (task.weight.mean(axis=1) > 0.9)  # noqa: PLR2004
    places = np.flatnonzero(whole)
    if not len(places):
        return prior, task.part(places)
    places = places[:: -(-len(places) // joint_stations)]
    part, own = task.part(places), crack[places]
    state = fit(part, start[places], prior.spread, rounds=3)
    part = with_noise(part, state)
    _, state = estimate_common(part, state, own, prior, rounds=8)
    part = with_noise(part, state)
    common, _ = estimate_common(part, state, own, prior, rounds=5)
    return common, part


def _standards(
    task: Task, state: State, common: Common, crack: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Return the standard uncertainties from the profile, the blur, and the depth."""
    inverse, follow = sensitivities(task, state, common)
    by = follow[:, WIDTH]
    index = np.stack([np.zeros_like(crack), np.ones_like(crack), 2 + crack], axis=1)
    shared = common.covariance[index[:, :, None], index[:, None, :]]
    blur = np.einsum("ni,nij,nj->n", by[:, :2], shared[:, :2, :2], by[:, :2])
    both = np.einsum("ni,nij,nj->n", by, shared, by)
    fit_px = np.sqrt(np.maximum(inverse[:, WIDTH, WIDTH], 0.0))
    return fit_px, np.sqrt(np.maximum(blur, 0.0)), np.sqrt(np.maximum(both - blur, 0.0))


def _visible(
    profiles: Profiles, centre: Floats, width: Floats, sigma_px: float
) -> tuple[Floats, Floats]:
    """Return the visible share of the inside, and the visible concrete beside it in px."""
    t = profiles.across_px - centre[:, None]
    inside = np.abs(t) < (width / 2 + sigma_px)[:, None]
    core = (profiles.weight * inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    step = profiles.step_px
    left, right = (
        (profiles.weight * (side * t > (width / 2 + sigma_px)[:, None])).sum(axis=1) * step
        for side in (-1, 1)
    )
    return core, np.minimum(left, right)
