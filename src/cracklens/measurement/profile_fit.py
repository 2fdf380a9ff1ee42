"""Fit of all profiles of a photograph: damped Gauss-Newton with robust weights."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.profile_model import (
    CENTRE,
    DEPTH,
    PARAMETERS,
    WIDTH,
    Spread,
    model,
)

Floats = NDArray[np.floating]

ROBUST = 2.5
"""Scale of the Cauchy weights, in standard deviations: larger residuals get less weight."""
LEAST_WIDTH_PX = 0.15
_PART_STATIONS = 600  # so that the arrays of a part stay in the cache of a core
_NOISE_PX = 1.2  # correlation length of the noise of a photograph: demosaicing, JPEG
_FEW = 12.0  # weight of the noise of the whole photograph in that of one station, in samples


@dataclass(frozen=True, slots=True)
class Task:
    """Profiles, and the priors of their parameters.

    Attributes:
        across_px: (N, K).
        grey: (N, K) as a share of the brightness of the concrete.
        weight: (N, K) 0 to 1.
        step_px: (N,) distance between samples.
        prior: (N, P) expected parameters.
        precision: (N, P) inverse of their variance; 0 without a prior.
        noise: (N,) standard deviation of the grey values about the model.
    """

    across_px: Floats
    grey: Floats
    weight: Floats
    step_px: Floats
    prior: Floats
    precision: Floats
    noise: Floats

    def part(self, chosen: NDArray[np.int64] | slice) -> "Task":
        """Return some of the profiles."""
        names = ("across_px", "grey", "weight", "step_px", "prior", "precision", "noise")
        return Task(*(getattr(self, name)[chosen] for name in names))

    def shared(self) -> Floats:
        """Weights of independent samples, (N, K): near samples have correlated noise."""
        shared: Floats = self.weight * np.minimum(self.step_px / _NOISE_PX, 1.0)[:, None]
        return shared


@dataclass(frozen=True, slots=True)
class State:
    """The present values of a fit.

    Attributes:
        parameters: (N, P).
        cost: (N,) half the robust sum of squares, prior included.
        residual: (N, K) grey minus model.
        slopes: (N, P, K) derivatives of the model.
    """

    parameters: Floats
    cost: Floats
    residual: Floats
    slopes: Floats


def evaluate(task: Task, parameters: Floats, spread: Spread) -> State:
    """Return model, residuals and cost for given parameters."""
    values, slopes = model(task.across_px, parameters, spread)
    residual = task.grey - values
    scaled = residual / task.noise[:, None]
    robust = ROBUST**2 / 2 * np.log1p((scaled / ROBUST) ** 2)
    known = task.precision * (parameters - task.prior) ** 2 / ROBUST**2
    cost = (task.shared() * robust).sum(axis=1) + ROBUST**2 / 2 * np.log1p(known).sum(axis=1)
    return State(parameters, cost, residual, slopes)


def normal_equations(task: Task, state: State) -> tuple[Floats, Floats, Floats]:
    """Return the matrix (N, P, P), the right-hand side (N, P) and the weights (N, K)."""
    scaled = state.residual / task.noise[:, None]
    weight = task.shared() / (1 + (scaled / ROBUST) ** 2) / task.noise[:, None] ** 2
    weighted = state.slopes * weight[:, None]
    matrix = weighted @ state.slopes.transpose(0, 2, 1)
    diagonal = np.arange(PARAMETERS)
    precision = robust_precision(task, state)
    matrix[:, diagonal, diagonal] += precision
    right = (weighted @ state.residual[..., None])[..., 0]
    right += precision * (task.prior - state.parameters)
    return matrix, right, weight


def robust_precision(task: Task, state: State) -> Floats:
    """Return the precision of the priors, reduced for parameters far from their prior."""
    away = task.precision * (state.parameters - task.prior) ** 2 / ROBUST**2
    precision: Floats = task.precision / (1 + away)
    return precision


def fit(task: Task, parameters: Floats, spread: Spread, *, rounds: int) -> State:
    """Return the fitted parameters of every station for a given spread.

    Args:
        task: Profiles.
        parameters: (N, P) initial values.
        spread: of the photograph.
        rounds: Number of steps; a step that increases the cost of a station is not taken there.
    """
    state = evaluate(task, parameters, spread)
    damping = np.full(len(parameters), 1e-3)
    for _ in range(rounds):
        matrix, right, _ = normal_equations(task, state)
        diagonal = np.arange(PARAMETERS)
        matrix[:, diagonal, diagonal] *= 1 + damping[:, None]
        matrix[:, diagonal, diagonal] += 1e-9
        step = np.linalg.solve(matrix, right[..., None])[..., 0]
        trial = evaluate(task, limited(state.parameters, step), spread)
        better = trial.cost <= state.cost
        state = _with_accepted_steps(state, trial, better)
        damping = np.where(better, damping / 4, np.minimum(damping * 8, 1e3))
    return state


def fit_all(task: Task, parameters: Floats, spread: Spread, *, rounds: int) -> State:
    """Return the same as `fit`, in parts on several threads; stations are independent."""
    parts = [slice(i, i + _PART_STATIONS) for i in range(0, len(parameters), _PART_STATIONS)]
    if len(parts) < 2:  # noqa: PLR2004 - a single part
        return fit(task, parameters, spread, rounds=rounds)
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
        states = list(
            pool.map(lambda p: fit(task.part(p), parameters[p], spread, rounds=rounds), parts)
        )
    return State(
        np.concatenate([state.parameters for state in states]),
        np.concatenate([state.cost for state in states]),
        np.concatenate([state.residual for state in states]),
        np.concatenate([state.slopes for state in states]),
    )


def limited(parameters: Floats, step: Floats) -> Floats:
    """Return the parameters after a step, with limited changes of centre and width."""
    step = step.copy()
    far = 0.5 + 0.3 * parameters[:, WIDTH]
    step[:, CENTRE] = np.clip(step[:, CENTRE], -far, far)
    step[:, WIDTH] = np.clip(step[:, WIDTH], -far, far)
    moved = parameters + step
    moved[:, WIDTH] = np.maximum(moved[:, WIDTH], LEAST_WIDTH_PX)
    moved[:, DEPTH] = np.clip(moved[:, DEPTH], -0.5, 1.2)
    return moved


def with_noise(task: Task, state: State) -> Task:
    """Return the task with the noise of each station, from its residuals and those of all."""
    weight = task.weight
    square = np.minimum(state.residual**2, (ROBUST * 2 * task.noise[:, None]) ** 2)
    mean = (weight * square).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    typical = np.median(mean) if len(mean) else 0.0
    count = task.shared().sum(axis=1)
    noise = np.sqrt((count * mean + _FEW * typical) / (count + _FEW))
    return replace(task, noise=np.maximum(noise, 2e-3))


def _with_accepted_steps(old: State, new: State, better: NDArray[np.bool_]) -> State:
    return State(
        np.where(better[:, None], new.parameters, old.parameters),
        np.where(better, new.cost, old.cost),
        np.where(better[:, None], new.residual, old.residual),
        np.where(better[:, None, None], new.slopes, old.slopes),
    )
