"""Calibration of the tile labels of a segmenter, also on look-alikes of cracks.

Labelled tiles show few joints, bricks and cables. Rendered pictures do, so both count alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.evaluation.calibration import TEMPERATURE_BOUNDS, apply_temperature, fit_temperature

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SHIFTS = np.arange(-6.0, 6.01, 0.25)
_THRESHOLDS = np.round(np.arange(0.2, 0.951, 0.05), 2)


@dataclass(frozen=True, slots=True)
class TileCalibration:
    """How logits of tiles become probabilities and labels.

    Attributes:
        shift: added to the logit of a crack.
        temperature: then divides it; 1 if it could not be fitted.
        calibrated: whether it could.
        threshold: probability from which a tile is cracked: the one with the highest mean of
            sensitivity and specificity, over both kinds of pictures.
        false_share: share of crack-free rendered pictures above it.
        missed_share: share of cracked rendered pictures below it.
    """

    shift: float
    temperature: float
    calibrated: bool
    threshold: float
    false_share: float
    missed_share: float


def calibrate_tiles(
    tiles: Floats, cracked: Bools, rendered: Floats, rendered_cracked: Bools
) -> TileCalibration:
    """Fit shift and temperature by the log loss; tiles and rendered pictures weigh the same.

    Args:
        tiles: (N,) logits of labelled validation tiles.
        cracked: (N,) their labels.
        rendered: (M,) logits of rendered validation pictures, among them look-alikes.
        rendered_cracked: (M,) whether they show a crack.
    """
    logits, truth = _balanced(tiles, cracked, rendered, rendered_cracked)
    best = (np.inf, 0.0, 1.0)
    for shift in _SHIFTS:
        pairs = np.stack([np.zeros(len(logits)), logits + shift], axis=1)
        temperature = fit_temperature(pairs, truth.astype(np.int64))
        share = apply_temperature(pairs, temperature)[np.arange(len(truth)), truth.astype(int)]
        loss = float(-np.log(np.maximum(share, 1e-12)).mean())
        best = min(best, (loss, float(shift), temperature))
    _, shift, temperature = best
    calibrated = temperature not in TEMPERATURE_BOUNDS
    temperature = temperature if calibrated else 1.0
    share = _sigmoid((logits + shift) / temperature)
    threshold = max(_THRESHOLDS, key=lambda t: _balance(share >= t, truth))
    shown = _sigmoid((rendered + shift) / temperature) >= threshold
    return TileCalibration(
        shift,
        temperature,
        calibrated,
        float(threshold),
        _mean(shown[~rendered_cracked]),
        _mean(~shown[rendered_cracked]),
    )


def _balanced(
    tiles: Floats, cracked: Bools, rendered: Floats, rendered_cracked: Bools
) -> tuple[Floats, Bools]:
    """Return both kinds together; the smaller kind is repeated up to the size of the other."""
    kinds = [(tiles, cracked), (rendered, rendered_cracked)]
    most = max(len(logits) for logits, _ in kinds)
    repeated = [
        (np.resize(logits, most), np.resize(truth, most)) for logits, truth in kinds if len(logits)
    ]
    return np.concatenate([r[0] for r in repeated]), np.concatenate([r[1] for r in repeated])


def _balance(said: Bools, truth: Bools) -> float:
    return _mean(said[truth]) + _mean(~said[~truth])


def _mean(values: Bools) -> float:
    return float(values.mean()) if values.size else 0.0


def _sigmoid(logits: Floats) -> Floats:
    share: Floats = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return share
