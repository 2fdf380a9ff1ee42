"""Width along every crack, to a fraction of a pixel, with its uncertainty.

Grey levels across the crack are averaged along it. A model of a blurred dark opening is fitted to
them, see `profile_model`. Blur and depth are estimated from all profiles of a photograph together,
see `blur`. If the fit is not possible, the width comes from the probability map with a larger
uncertainty, or the station is unmeasured.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.measurement.accept import accept_widths
from cracklens.measurement.blur import USUAL, KnownSpread
from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.estimate import JOINT_STATIONS, estimate_widths
from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.stations import place_rows
from cracklens.measurement.summary import summarise
from cracklens.measurement.types import Widths
from cracklens.measurement.uncertainty import add_uncertainty
from cracklens.measurement.wall_widths import on_wall
from cracklens.photos.scale import Scale
from cracklens.tracing.crack import Crack


def measure_widths(
    pixels: NDArray[np.uint8],
    cracks: Sequence[Crack],
    scale: Scale | None,
    *,
    excluded: NDArray[np.bool_] | None = None,
    camera: CameraBias | None = None,
) -> tuple[Widths, ...]:
    """Return the widths of each crack of one photograph.

    Args:
        pixels: (H, W, 3) uint8 RGB, the upright photograph.
        cracks: Traced in the photograph.
        scale: Of the photograph; None for pixels only.
        excluded: (H, W), True where nothing may be measured, such as on markers.
        camera: Result of a check of this camera; it corrects the widths and adds an uncertainty.

    Returns:
        One for each crack, in the order of the cracks.

    Raises:
        UsageError: `pixels` is not an RGB image, or `excluded` has another size.
    """
    seen = see_widths(pixels, cracks, excluded=excluded)
    return widths_on_wall(seen, cracks, scale, pixels.shape[:2], camera=camera)


def see_widths(
    pixels: NDArray[np.uint8],
    cracks: Sequence[Crack],
    *,
    excluded: NDArray[np.bool_] | None = None,
    joint_stations: int = JOINT_STATIONS,
    known: KnownSpread = USUAL,
) -> SeenWidths | None:
    """Return what the pixels say of the widths; None without a crack. Arguments as above.

    The widths of one crack depend on the others: blur is estimated from all of them.

    Args:
        pixels: as above.
        cracks: as above.
        excluded: as above.
        joint_stations: most stations from which blur and depth are estimated together.
        known: blur of the photograph, such as from its other cracks.
    """
    _check(pixels, excluded)
    if not cracks:
        return None
    found = estimate_widths(
        pixels,
        place_rows(cracks),
        len(cracks),
        excluded=excluded,
        joint_stations=joint_stations,
        known=known,
    )
    return accept_widths(found, cracks)


def widths_on_wall(
    seen: SeenWidths | None,
    cracks: Sequence[Crack],
    scale: Scale | None,
    shape: tuple[int, int],
    *,
    camera: CameraBias | None = None,
) -> tuple[Widths, ...]:
    """Return the widths of each crack from what the pixels say; arguments as above.

    Args:
        seen: of these cracks.
        cracks: traced in the photograph.
        scale: of the photograph.
        shape: rows and columns of the photograph.
        camera: result of a check of this camera.
    """
    if seen is None:
        return ()
    middle_px = (shape[1] - 1) / 2, (shape[0] - 1) / 2
    return summarise(on_wall(add_uncertainty(seen, camera), scale, middle_px), cracks)


def _check(pixels: NDArray[np.uint8], excluded: NDArray[np.bool_] | None) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:  # noqa: PLR2004
        raise UsageError(
            f"widths are measured in RGB pixels (H, W, 3) of 8 bits, got {pixels.dtype} of shape "
            f"{pixels.shape}: read the picture with read_photo"
        )
    if excluded is not None and excluded.shape != pixels.shape[:2]:
        raise UsageError(
            f"the mask of what is excluded is {excluded.shape}, the photograph "
            f"{pixels.shape[:2]}: give one of the same size"
        )
