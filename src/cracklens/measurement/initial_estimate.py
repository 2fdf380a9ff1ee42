"""Initial parameters of a fit, their prior, and the noise."""

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.profile_fit import LEAST_WIDTH_PX, Task
from cracklens.measurement.profile_model import (
    CENTRE,
    DEPTH,
    GROUND,
    LEFT_RIM,
    LEFT_TENT,
    PARAMETERS,
    RIGHT_RIM,
    RIGHT_TENT,
    SHADE,
    SLOPE,
    WIDTH,
)
from cracklens.measurement.sampling import Profiles

Floats = NDArray[np.float64]

_GROUND_FROM_PX = 2.0  # distance beyond the edge of the mask from which pixels are concrete
_SLOPE_PER_PX = 0.01  # standard deviation of the brightness gradient, as a share of the brightness
_OFF_CENTRE_PX = 1.5
_RIM = 0.12  # standard deviation of rims beside the crack, as a share of the depth
_SHADE = 0.25  # standard deviation of the darkness inside, as a share of the depth
_RESOLVED_SIGMA_PX = 1.2
_LEAST_GREY = 8.0


def initial_estimate(profiles: Profiles, mask_px: Floats) -> tuple[Task, Floats, Floats]:
    """Return the task, the initial parameters, and the brightness of the concrete.

    Args:
        profiles: At N stations.
        mask_px: (N,) width of the mask.

    Returns:
        The task with grey values divided by the brightness of the concrete, initial parameters
        (N, P), and the brightness of the concrete (N,).
    """
    t, weight = profiles.across_px, profiles.weight
    outside = weight * (np.abs(t) > (mask_px / 2 + _GROUND_FROM_PX)[:, None])
    ground = _mean(profiles.grey, outside)
    ground = np.where(ground > 0, ground, _mean(profiles.grey, weight))
    ground = np.maximum(ground, _LEAST_GREY)
    grey = profiles.grey / ground[:, None]
    start = _from_dip(t, grey, weight, mask_px)
    prior, precision = np.zeros_like(start), np.zeros_like(start)
    depth = start[:, DEPTH]
    prior[:, WIDTH] = mask_px
    precision[:, SLOPE] = 1 / _SLOPE_PER_PX**2
    precision[:, CENTRE] = 1 / (_OFF_CENTRE_PX + 0.1 * mask_px) ** 2
    precision[:, WIDTH] = 1 / (2.0 + mask_px) ** 2
    resolved = np.clip((mask_px / _RESOLVED_SIGMA_PX - 3) / 5, 0.08, 1.0)
    precision[:, [SHADE, LEFT_TENT, RIGHT_TENT]] = 1 / (_SHADE * depth * resolved)[:, None] ** 2
    precision[:, [LEFT_RIM, RIGHT_RIM]] = 1 / (_RIM * depth[:, None]) ** 2
    task = Task(t, grey, weight, profiles.step_px, prior, precision, np.full(len(t), 0.03))
    return task, start, ground


def _from_dip(t: Floats, grey: Floats, weight: Floats, mask_px: Floats) -> Floats:
    """Return initial parameters from area, depth and middle of the dark part of the profile."""
    near = weight * (np.abs(t) < (mask_px / 2 + _GROUND_FROM_PX)[:, None])
    dip = np.clip(1.0 - grey, 0.0, None) * near
    area = dip.sum(axis=1)
    step = t[:, 1] - t[:, 0]
    start = np.zeros((len(t), PARAMETERS))
    start[:, GROUND] = 1.0
    start[:, DEPTH] = np.clip(np.quantile(dip, 0.9, axis=1) if len(t) else 0.0, 0.05, 1.0)
    start[:, DEPTH] = np.maximum(start[:, DEPTH], np.clip(dip.max(axis=1, initial=0.0), 0.05, 1.0))
    middle = (dip * t).sum(axis=1) / np.maximum(area, 1e-9)
    start[:, CENTRE] = np.clip(middle, -2.0, 2.0)
    width = area * step / start[:, DEPTH]
    start[:, WIDTH] = np.clip(width, np.maximum(0.3 * mask_px, LEAST_WIDTH_PX), 1.5 * mask_px + 1)
    return start


def _mean(values: Floats, weight: Floats) -> Floats:
    total = weight.sum(axis=1)
    mean: Floats = (values * weight).sum(axis=1) / np.maximum(total, 1e-9)
    return np.where(total > 0, mean, 0.0)
