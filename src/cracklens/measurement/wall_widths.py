"""Conversion of widths in the photograph to widths on the wall."""

from dataclasses import dataclass

import numpy as np

from cracklens.measurement.plane import horizon_margin
from cracklens.measurement.stations import Floats
from cracklens.measurement.uncertainty import UncertainWidths
from cracklens.photos.scale import Scale

_TURN_DEG = 4.0  # standard uncertainty of the direction of a centreline


@dataclass(frozen=True, slots=True)
class OnWall:
    """Widths in px and, with a scale, in mm.

    Attributes:
        found: In px.
        mm_per_px: (N,) across the crack; NaN near the horizon of the wall and beyond it, where
            nothing is measured; None without a scale.
        relative: Relative standard uncertainties of `mm_per_px` by name, (N,) each.
    """

    found: UncertainWidths
    mm_per_px: Floats | None
    relative: dict[str, Floats]


def on_wall(found: UncertainWidths, scale: Scale | None, middle_px: tuple[float, float]) -> OnWall:
    """Return the widths with the scale across the crack at each station.

    Args:
        found: Widths in px.
        scale: Of the photograph.
        middle_px: x, y of the photograph's middle.
    """
    if scale is None:
        return OnWall(found, None, {})
    points, ahead = found.seen.points_px, found.seen.ahead
    across = across_mm_per_px(scale, points, ahead)
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    relative = {"scale": scale.relative_standard_at(points, aside)}
    if scale.homography is not None:
        turn = np.radians(_TURN_DEG)
        turned = [
            across_mm_per_px(scale, points, np.cos(turn) * ahead + side * np.sin(turn) * aside)
            for side in (-1, 1)
        ]
        relative["tilt"] = np.abs(turned[1] - turned[0]) / (2 * across)
    across[horizon_margin(scale, points, middle_px) < 0] = np.nan
    return OnWall(found, across, relative)


def across_mm_per_px(scale: Scale, points_px: Floats, ahead: Floats) -> Floats:
    """Return the size in mm on the wall of a pixel across a line, (N,).

    A strip of width w along the unit tangent t becomes one along J t, where J is the Jacobian from
    px to mm. Its area grows by |det J| and its length by |J t|: w_mm = w_px |det J| / |J t|.

    Args:
        scale: Of the photograph.
        points_px: (N, 2) x, y on the line.
        ahead: (N, 2) unit tangents.
    """
    jacobian = scale.jacobian(points_px)
    along = (jacobian @ ahead[..., None])[..., 0]
    ratio: Floats = np.abs(np.linalg.det(jacobian)) / np.hypot(along[:, 0], along[:, 1])
    return ratio
