"""How sharp a photograph is and how dark its cracks are inside, from all profiles together.

A box of width w and depth d under a Gaussian sigma has the area w d and, where it is narrow, only
the second moment sigma^2 + w^2 / 12 besides. One profile of a fine crack does not tell width, depth
and blur apart. Many do: blur is the same in the whole photograph, the inside is about equally dark
along a crack, and wide places show both. The joint fit solves for what all stations share by the
Schur complement of what each has for itself (Triggs et al. 2000, Bundle adjustment, section 6).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.profile_fit import (
    State,
    Task,
    evaluate,
    fit,
    limited,
    normal_equations,
    robust_precision,
)
from cracklens.measurement.profile_model import DEPTH, PARAMETERS, Spread, model

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

USUAL_SIGMA_PX, USUAL_FACTOR = 0.85, 0.5
"""What the spread of an edge is before a picture is seen: phones and cameras in focus lie between
0.5 and 1.3 px."""
USUAL_SHARPENING, SHARPENING_STANDARD = 0.15, 0.35
USUAL_DEPTH, DEPTH_STANDARD = 0.65, 0.2
"""How much darker than the ground cracks are inside, as a share of the ground's brightness."""
DEPTH_SCATTER = 0.1
"""How much that changes along a crack, as a share of itself."""
_STEP = 1e-2
STATIONS_WORTH = 1.0
"""Independent stations that all those of a photograph are worth for what they share. What the model
leaves out (the inside of a crack is no even box, edges are ragged) is alike at all of them, so that
it does not average out."""
_SHARED = 2  # log sigma and sharpening


@dataclass(frozen=True, slots=True)
class Common:
    """What the stations of a photograph share.

    Attributes:
        spread: of an edge.
        depth: (C,) darkness of the inside of each crack, as a share of the ground's brightness.
        covariance: (2 + C, 2 + C) of log sigma, sharpening, and the depths.
    """

    spread: Spread
    depth: Floats
    covariance: Floats


def prior_common(cracks: int) -> Common:
    """Return what is expected before a picture is seen."""
    variance = [USUAL_FACTOR**2, SHARPENING_STANDARD**2, *[DEPTH_STANDARD**2] * cracks]
    return Common(
        Spread(USUAL_SIGMA_PX, USUAL_SHARPENING), np.full(cracks, USUAL_DEPTH), np.diag(variance)
    )


def estimate_common(
    task: Task, state: State, crack: Ints, cracks: int, *, rounds: int
) -> tuple[Common, State]:
    """Return what all stations share, and the fit of each with that.

    Args:
        task: The profiles; depth has no prior of its own.
        state: A fit to start from.
        crack: (N,) number of the crack of each station.
        cracks: How many there are.
        rounds: Joint steps.
    """
    expected = prior_common(cracks)
    common = expected
    state = evaluate(with_depth(task, common, crack), state.parameters, common.spread)
    for _ in range(rounds):
        now = with_depth(task, common, crack)
        step, covariance, local = _joint_step(now, state, common, expected, crack)
        common = _moved(common, step, covariance)
        now = with_depth(task, common, crack)
        state = fit(now, limited(state.parameters, local), common.spread, rounds=1)
    return common, state


def with_depth(task: Task, common: Common, crack: Ints) -> Task:
    """Return the task with each crack's depth expected at its stations.

    A station that lies far from it, as where the crack is filled, is not drawn to it.
    """
    prior, precision = task.prior.copy(), task.precision.copy()
    prior[:, DEPTH] = common.depth[crack]
    precision[:, DEPTH] = 1 / (DEPTH_SCATTER * common.depth[crack]) ** 2
    return replace(task, prior=prior, precision=precision)


def sensitivities(task: Task, state: State, common: Common) -> tuple[Floats, Floats]:
    """Return inverse normal matrices (N, P, P), and how each parameter follows what is shared.

    The second is (N, P, 3): the derivatives by log sigma, by sharpening, and by the crack's depth.
    """
    matrix, _, weight = normal_equations(task, state)
    inverse = np.linalg.inv(matrix + 1e-9 * np.eye(PARAMETERS))
    return inverse, -inverse @ _cross(task, state, common, weight)


def _cross(task: Task, state: State, common: Common, weight: Floats) -> Floats:
    """Return the mixed part of the normal matrix, (N, P, 3)."""
    shared = _shared_slopes(task, state, common)
    cross = np.empty((len(state.parameters), PARAMETERS, _SHARED + 1))
    cross[..., :_SHARED] = (state.slopes * weight[:, None]) @ shared.transpose(0, 2, 1)
    cross[..., _SHARED] = 0.0
    cross[:, DEPTH, _SHARED] = -robust_precision(task, state)[:, DEPTH]
    return cross


def _shared_slopes(task: Task, state: State, common: Common) -> Floats:
    """Return the derivatives of the model by log sigma and sharpening, (N, 2, K)."""
    sigma, sharpening = common.spread.sigma_px, common.spread.sharpening
    at = task.grey - state.residual
    moved = (Spread(sigma * (1 + _STEP), sharpening), Spread(sigma, sharpening + _STEP))
    shifted = [
        (model(task.across_px, state.parameters, one, derivatives=False)[0] - at) / _STEP
        for one in moved
    ]
    return np.stack(shifted, axis=1)


def _joint_step(
    task: Task, state: State, common: Common, expected: Common, crack: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return the step of what is shared, its covariance, and the steps of the stations (N, P)."""
    matrix, right, weight = normal_equations(task, state)
    shared = _shared_slopes(task, state, common)
    cross = _cross(task, state, common, weight)
    inverse = np.linalg.inv(matrix + 1e-9 * np.eye(PARAMETERS))
    own = np.zeros((len(crack), _SHARED + 1, _SHARED + 1))
    own[:, :_SHARED, :_SHARED] = (shared * weight[:, None]) @ shared.transpose(0, 2, 1)
    binding = robust_precision(task, state)[:, DEPTH]
    own[:, _SHARED, _SHARED] = binding
    pull = np.zeros((len(crack), _SHARED + 1))
    pull[:, :_SHARED] = ((shared * weight[:, None]) @ state.residual[..., None])[..., 0]
    pull[:, _SHARED] = binding * (state.parameters[:, DEPTH] - task.prior[:, DEPTH])
    own -= cross.transpose(0, 2, 1) @ inverse @ cross
    pull -= (cross.transpose(0, 2, 1) @ inverse @ right[..., None])[..., 0]
    tempered = min(1.0, STATIONS_WORTH / max(len(crack), 1))
    own *= tempered
    pull *= tempered
    index = np.stack([np.zeros_like(crack), np.ones_like(crack), _SHARED + crack], axis=1)
    total = np.linalg.inv(expected.covariance)
    rhs = total @ (_vector(expected) - _vector(common))
    np.add.at(total, (index[:, :, None], index[:, None, :]), own)
    np.add.at(rhs, index, pull)
    covariance = np.linalg.inv(total)
    step = covariance @ rhs
    follow = (inverse @ (right[..., None] - cross @ step[index][..., None]))[..., 0]
    return step, covariance, follow


def _vector(common: Common) -> Floats:
    spread = common.spread
    return np.concatenate([[np.log(spread.sigma_px), spread.sharpening], common.depth])


def _moved(common: Common, step: Floats, covariance: Floats) -> Common:
    """Return what is shared after a step that goes only so far at a time."""
    sigma = common.spread.sigma_px * np.exp(np.clip(step[0], -0.25, 0.25))
    sharpening = common.spread.sharpening + np.clip(step[1], -0.2, 0.2)
    return Common(
        Spread(float(np.clip(sigma, 0.25, 6.0)), float(np.clip(sharpening, 0.0, 2.0))),
        np.clip(common.depth + np.clip(step[_SHARED:], -0.15, 0.15), 0.03, 1.0),
        covariance,
    )
