"""What makes a width uncertain, by name (JCGM 100:2008)."""

from dataclasses import dataclass

import numpy as np

from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.judge import Judged
from cracklens.measurement.stations import Floats
from cracklens.measurement.types import BY_MASK, BY_PROFILE

PIXEL_PX = 0.03
"""Of the sampling between pixels: an ideal crack under any angle is measured within this."""
MODEL_PX, MODEL_SHARE, MODEL_BLUR = 0.1, 0.02, 0.1
"""What the model leaves out, as rendered cracks of the calibration show: in px, as a share of the
width, and as a share of the blur."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Widths with their contributions.

    Attributes:
        judged: The widths before the camera's bias was taken off.
        width_px: (N,) NaN where unmeasured.
        contributions: By name, (N,) px each.
    """

    judged: Judged
    width_px: Floats
    contributions: dict[str, Floats]

    @property
    def standard_px(self) -> Floats:
        """Combined standard uncertainty, (N,); NaN where unmeasured."""
        total = np.sqrt(sum(u**2 for u in self.contributions.values()))
        return np.where(np.isnan(self.width_px), np.nan, total)


def uncertain(judged: Judged, camera: CameraBias | None) -> Uncertain:
    """Return the widths with what makes each uncertain."""
    estimate, width = judged.estimate, judged.width_px
    profile = judged.method == BY_PROFILE
    known = np.nan_to_num(width)
    sigma = estimate.common.spread.sigma_px
    model = np.sqrt(MODEL_PX**2 + (MODEL_SHARE * known) ** 2 + (MODEL_BLUR * sigma) ** 2)
    contributions = {
        "profile fit": np.where(profile, estimate.fit_px, 0.0),
        "blur": np.where(profile, estimate.blur_px, 0.0),
        "depth": np.where(profile, estimate.depth_px, 0.0),
        "pixel size": np.full(len(width), PIXEL_PX),
        "model": np.where(profile, model, 0.0),
    }
    if (judged.method == BY_MASK).any():
        contributions["mask"] = judged.mask_px
    if camera is not None:
        contributions["camera"] = camera.scatter_at(known)
        width = np.maximum(width - camera.bias_at(known), 0.0)
    return Uncertain(judged, width, contributions)
