"""The region of a photograph that a person wants searched: a mask, or polygons."""

import io
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.files import read_bytes
from cracklens.photos.mask_file import mask_values
from cracklens.photos.no_concrete import Mask, NoConcrete
from cracklens.photos.photo import Photo
from cracklens.photos.polygon_file import Ring, read_polygons

MASKS, POLYGONS = (".png",), (".json", ".geojson")
WHY = "outside the region"
_SHIFT = 4
"""Bits of a pixel's fraction with which corners of polygons are drawn."""
_BEYOND_PX = 1.0


def within_region(photo: Photo, file: Path) -> Photo:
    """Return a photograph of which only a region is concrete that is to be searched.

    Args:
        photo: as it was read.
        file: a PNG mask of its size, in which what is not 0 is to be searched, or JSON with
            polygons, see `read_polygons`.

    Raises:
        PhotoError: names the photograph, and what is wrong with the file of its region: unreadable,
            of another size, empty, self-crossing, or outside the picture.
    """
    size_px = photo.height_px, photo.width_px
    try:
        if file.suffix.lower() in POLYGONS:
            wanted = _drawn(read_polygons(file), size_px)
        else:
            wanted = _mask(file, size_px)
    except PhotoError as error:
        raise PhotoError(photo.path, f"its region {error.path}: {error.reason}") from error
    except ValueError as error:
        raise PhotoError(photo.path, f"its region {file}: {error}") from error
    known = photo.no_concrete
    mask = ~wanted if known is None else ~wanted | known.mask
    if not mask.any():
        return photo
    why = (*(known.why if known else ()), *([WHY] if not wanted.all() else []))
    return replace(photo, no_concrete=NoConcrete(mask, why))


def _mask(file: Path, size_px: tuple[int, int]) -> Mask:
    """Return the marked pixels of a mask.

    Raises:
        PhotoError: it is no picture.
        ValueError: it has another size, or nothing is marked.
    """
    height, width = size_px
    try:
        with Image.open(io.BytesIO(read_bytes(file))) as image:
            own = image.height, image.width  # before anything is decoded
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"the mask cannot be read: {error}") from error
    if own != size_px:
        turned = (
            ", the size before its orientation was applied: turn the mask"
            if own == (width, height)
            else ": save the mask with the size of the photograph"
        )
        raise ValueError(
            f"the mask has {own[1]} x {own[0]} px, the photograph {width} x {height} px{turned}"
        )
    values, _ = mask_values(file)
    if not values.any():
        raise ValueError(
            "the mask is empty (all 0): paint what is to be searched with another value, such as "
            "white, or leave the region out"
        )
    return np.asarray(values != 0)


def _drawn(polygons: list[list[Ring]], size_px: tuple[int, int]) -> Mask:
    """Return the pixels inside polygons; the first ring of each is its outline, others are holes.

    Raises:
        ValueError: a polygon reaches beyond the picture, or holds no pixel.
    """
    height, width = size_px
    found = np.zeros(size_px, np.uint8)
    for rings in polygons:
        for ring in rings:
            _require_inside(ring, size_px)
        own = np.zeros(size_px, np.uint8)
        for number, ring in enumerate(rings):
            corners = np.clip(ring, -0.5, [width - 0.5, height - 0.5])
            fixed = np.rint(corners * 2**_SHIFT).astype(np.int32)
            cv2.fillPoly(own, [fixed], 255 if number == 0 else 0, shift=_SHIFT)
        found |= own
    if not found.any():
        raise ValueError(
            "its polygons enclose no pixel: draw around what is to be searched, or leave the "
            "region out"
        )
    return np.asarray(found > 0)


def _require_inside(ring: NDArray[np.float64], size_px: tuple[int, int]) -> None:
    height, width = size_px
    limits = np.array([width, height]) - 1 + _BEYOND_PX
    outside = ((ring < -_BEYOND_PX) | (ring > limits)).any(axis=1)
    if outside.any():
        x, y = ring[outside][0]
        raise ValueError(
            f"the corner ({x:g}, {y:g}) lies outside the photograph of {width} x {height} px: give "
            "corners in px of the upright photograph, x first, from its top left"
        )
