"""Joint fit of the blur of a photograph and of the darkness of each crack.

A profile is a box of width w and depth d under a Gaussian of sigma. If the box is narrow, the
profile determines only two figures: the area w d and the second moment sigma^2 + w^2 / 12. So one
profile of a fine crack does not determine width, depth and blur. All profiles together do: the
blur is the same in the whole photograph, the depth is nearly constant along a crack, and wide
places show both. The joint fit solves for these shared parameters by the Schur complement of the
parameters of each station (Triggs et al. 2000, Bundle adjustment, section 6).
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
"""Prior of the spread of an edge: phones and cameras in focus have 0.5 to 1.3 px."""
USUAL_SHARPENING, SHARPENING_STANDARD = 0.15, 0.35
USUAL_DEPTH, DEPTH_STANDARD = 0.65, 0.2
"""Prior of the depth: the darkness of the inside, as a share of the brightness of the concrete."""
DEPTH_SCATTER = 0.1
"""Standard deviation of the depth along a crack, as a share of the depth."""
_STEP = 1e-2
STATIONS_WORTH = 1.0
"""Weight of all stations of a photograph in the shared parameters, in independent stations. The
errors of the model (uneven inside, ragged edges) are similar at all stations, so that they do not
average out."""
_SHARED = 2  # log sigma and sharpening


@dataclass(frozen=True, slots=True)
class Common:
    """The parameters that all stations of a photograph share.

    Attributes:
        spread: of an edge.
        depth: (C,) darkness of the inside of each crack, as a share of the brightness of the
            concrete.
        covariance: (2 + C, 2 + C) of log sigma, sharpening, and the depths.
    """

    spread: Spread
    depth: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class KnownSpread:
    """The spread of an edge as it is known before the profiles are looked at.

    Attributes:
        spread: expected.
        covariance: (2, 2) of log sigma, and of the sharpening.
    """

    spread: Spread
    covariance: Floats


USUAL = KnownSpread(
    Spread(USUAL_SIGMA_PX, USUAL_SHARPENING), np.diag([USUAL_FACTOR**2, SHARPENING_STANDARD**2])
)
"""Of any photograph."""


def prior_common(cracks: int, known: KnownSpread = USUAL) -> Common:
    """Return the prior of the shared parameters.

    Args:
        cracks: number of cracks.
        known: of the spread, such as from other cracks of the photograph.
    """
    covariance = np.diag([DEPTH_STANDARD**2] * (_SHARED + cracks))
    covariance[:_SHARED, :_SHARED] = known.covariance
    return Common(known.spread, np.full(cracks, USUAL_DEPTH), covariance)


def estimate_common(
    task: Task, state: State, crack: Ints, expected: Common, *, rounds: int
) -> tuple[Common, State]:
    """Return the shared parameters, and the fit of each station with them.

    Args:
        task: The profiles, without a prior of the depth.
        state: The initial fit.
        crack: (N,) number of the crack of each station.
        expected: The prior, from `prior_common`.
        rounds: Number of joint steps.
    """
    common = expected
    state = evaluate(with_depth(task, common, crack), state.parameters, common.spread)
    for _ in range(rounds):
        now = with_depth(task, common, crack)
        step, covariance, local = _joint_step(now, state, common, expected, crack)
        common = _after_step(common, step, covariance)
        now = with_depth(task, common, crack)
        state = fit(now, limited(state.parameters, local), common.spread, rounds=1)
    return common, state


def with_depth(task: Task, common: Common, crack: Ints) -> Task:
    """Return the task with the depth of each crack as the prior of its stations.

    The prior is robust: it has little effect on a station of very different depth, for example
    where the crack is filled.
    """
    prior, precision = task.prior.copy(), task.precision.copy()
    prior[:, DEPTH] = common.depth[crack]
    precision[:, DEPTH] = 1 / (DEPTH_SCATTER * common.depth[crack]) ** 2
    return replace(task, prior=prior, precision=precision)


def sensitivities(task: Task, state: State, common: Common) -> tuple[Floats, Floats]:
    """Return the inverse normal matrices (N, P, P), and the sensitivities (N, P, 3).

    The sensitivities are the derivatives of each parameter by log sigma, by sharpening, and by the
    depth of the crack.
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
    """Return the step of the shared parameters, its covariance, and the station steps (N, P)."""
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


def _after_step(common: Common, step: Floats, covariance: Floats) -> Common:
    """Return the shared parameters after a step of limited size."""
    sigma = common.spread.sigma_px * np.exp(np.clip(step[0], -0.25, 0.25))
    sharpening = common.spread.sharpening + np.clip(step[1], -0.2, 0.2)
    return Common(
        Spread(float(np.clip(sigma, 0.25, 6.0)), float(np.clip(sharpening, 0.0, 2.0))),
        np.clip(common.depth + np.clip(step[_SHARED:], -0.15, 0.15), 0.03, 1.0),
        covariance,
    )
