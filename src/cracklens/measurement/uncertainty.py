"""Sources of uncertainty of a width, by name (JCGM 100:2008)."""

from dataclasses import dataclass

import numpy as np

from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.stations import Floats
from cracklens.measurement.types import BY_MASK, BY_PROFILE

PIXEL_PX = 0.03
"""From sampling between pixels: largest error for an ideal crack under any angle."""
MODEL_PX = 0.32
"""From the model, independent of the width: edges rougher than the model assumes, grain."""
SHADING_SHARE = 0.066
"""From an unevenly dark inside, as a share of the width at an unevenness of 1: a lit wall of the
crack looks like concrete."""
FIT_FACTOR, SHARED_FACTOR = 1.1, 1.27
"""Factors that correct the linear estimates of the profile fit, and of blur and depth, which are
too small.

The last four constants were chosen on 500 rendered cracks of the seeds 40,000 to 40,499, half of
them with clean edges, half chipped, filled or stained. With them, in each class of width, blur and
unevenness 95 % of the errors are within 1.96 standard uncertainties, as far as possible. Other
seeds: `docs/results/widths.md`."""


@dataclass(frozen=True, slots=True)
class UncertainWidths:
    """Widths with their contributions.

    Attributes:
        seen: the widths before the correction of the camera's bias.
        width_px: (N,) NaN where unmeasured.
        contributions: By name, (N,) px each.
    """

    seen: SeenWidths
    width_px: Floats
    contributions: dict[str, Floats]

    @property
    def standard_px(self) -> Floats:
        """Combined standard uncertainty, (N,); NaN where unmeasured."""
        total = np.sqrt(sum(u**2 for u in self.contributions.values()))
        return np.where(np.isnan(self.width_px), np.nan, total)


def add_uncertainty(seen: SeenWidths, camera: CameraBias | None) -> UncertainWidths:
    """Return the widths, corrected for the bias of the camera, and their uncertainties."""
    width = seen.width_px
    profile = seen.method == BY_PROFILE
    known = np.nan_to_num(width)
    shading = SHADING_SHARE * known * np.minimum(seen.unevenness, 1.0)
    contributions = {
        "profile fit": np.where(profile, FIT_FACTOR * seen.fit_px, 0.0),
        "blur": np.where(profile, SHARED_FACTOR * seen.blur_px, 0.0),
        "depth": np.where(profile, SHARED_FACTOR * seen.depth_px, 0.0),
        "pixel size": np.full(len(width), PIXEL_PX),
        "model": np.where(profile, MODEL_PX, 0.0),
        "shading": np.where(profile, shading, 0.0),
    }
    if (seen.method == BY_MASK).any():
        contributions["mask"] = seen.mask_px
    if camera is not None:
        contributions["camera"] = camera.scatter_at(known)
        width = np.maximum(width - camera.bias_at(known), 0.0)
    return UncertainWidths(seen, width, contributions)
