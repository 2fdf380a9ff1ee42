"""Conversion of any bit depth to 8 bits, by rules that do not depend on the brightness."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import PhotoError
from cracklens.photos.tiff import Bands

_TWELVE_BITS = 4096
_MOST_8, _MOST_16 = 255, 65535
_SAVE = "save the picture with 8 or 16 bits"


def eight_bits(bands: Bands, path: Path) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return values of a TIFF scaled to 8 bits, (H, W, 1 or 3), and notes for the user.

    Values of 16 bits lose their lower 8. Floating point values from 0 to 1 are multiplied by 255;
    three colours from 0 to 255 are unchanged, and those up to 65,535 are divided by 257. Nodata
    values are ignored; NaN becomes nodata.

    Raises:
        PhotoError: other values, such as heights, which are not known to be grey levels.
    """
    values = bands.values
    if values.dtype.kind == "f":
        return _from_floats(bands, path)
    empty = _empty(bands)
    shown = np.where(empty[:, :, None], 0, values) if empty is not None else values
    if values.dtype == bool:
        return values.astype(np.uint8) * np.uint8(_MOST_8), ()
    low, high = int(shown.min(initial=0)), int(shown.max(initial=0))
    if values.dtype.itemsize > 2:  # noqa: PLR2004
        raise PhotoError(path, f"{8 * values.dtype.itemsize}-bit values; {_SAVE}")
    if low < 0:
        raise PhotoError(path, f"values from {low} to {high}, below 0 as heights are; {_SAVE}")
    if values.dtype.itemsize == 1:
        return shown.astype(np.uint8), ()
    note = "16-bit values cut to their upper 8 bits"
    return (shown.astype(np.uint16) >> 8).astype(np.uint8), (note, *dark_note(high))


def dark_note(highest: int) -> tuple[str, ...]:
    """Return a note on 16-bit values that all fit into 12 bits."""
    if not 0 < highest < _TWELVE_BITS:
        return ()
    note = "nearly black: no value needs more than 12 of its 16 bits"
    return (f"{note}; scale it to 16 bits, or export it with 8",)


def _from_floats(bands: Bands, path: Path) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    values: NDArray[Any] = bands.values
    missing = ~np.isfinite(values).all(axis=2)
    if missing.any():
        bands.stated["nodata"] = bands.stated.get("nodata", missing) | missing
    empty = _empty(bands)
    shown = values if empty is None else np.where(empty[:, :, None], 0, values)
    known = shown if empty is None else values[~empty]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    colours = values.shape[2] > 1
    if low < 0 or high > _MOST_16 or (high > 1 and not colours):
        raise PhotoError(
            path,
            f"floating point values from {low:g} to {high:g}: cracklens reads 0 to 1, or three "
            f"colours up to 255 or 65,535; other values may be heights. {_SAVE.capitalize()}",
        )
    factor = float(_MOST_8) if high <= 1 else 1.0 if high <= _MOST_8 else 1 / 257
    scaled = np.rint(shown * factor).astype(np.uint8)
    return scaled, (f"floating point values multiplied by {factor:.4g}",)


def _empty(bands: Bands) -> NDArray[np.bool_] | None:
    masks = [*bands.stated.values(), *bands.valued.values()]
    return np.logical_or.reduce(masks) if masks else None
