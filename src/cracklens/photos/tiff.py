"""TIFF and GeoTIFF: page of the picture, meaning of its values, masks and nodata."""

import io
import logging
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from cracklens.errors import PhotoError
from cracklens.files import read_bytes
from cracklens.photos.tiff_codecs import add_codecs

Mask = NDArray[np.bool_]

_OLD_REDUCED = 2  # SubfileType, tag 255
_MASK_PHOTOMETRIC = 4
_NODATA, _DNG, _ORIENTATION = 42113, 50706, 274
_ALPHAS = {1, 2}  # associated and unassociated, of ExtraSamples
_LOSSY = {6, 7, 33003, 33005, 34712, 34892, 34933, 34934, 50001, 50002}
"""JPEG, JPEG 2000 and WebP as compression of TIFF."""
_COLOURS = 3
_RESAVE = "save it as RGB with 8 or 16 bits, uncompressed or with deflate"

logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)  # errors are raised
add_codecs()


@dataclass(frozen=True, slots=True)
class Layout:
    """The page of the picture in a TIFF file, and its properties.

    Attributes:
        index: of the page of the picture.
        width_px: of this page, as stored.
        height_px: the same.
        orientation: 1 to 8, of this page.
        lossy: it has a lossy compression.
        as_array: read it with tifffile, since Pillow would change its values.
        nodata: value of pixels without data; None if not stated.
        mask: True for pixels without data by the mask of the file, as stored; None without a mask.
        notes: for the user.
    """

    index: int
    width_px: int
    height_px: int
    orientation: int
    lossy: bool
    as_array: bool
    nodata: float | None
    mask: Mask | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bands:
    """The values of a picture as stored.

    Attributes:
        values: (H, W, 3) or (H, W, 1).
        stated: masks of pixels without data, by reason.
        valued: masks of pixels with a nodata value, by reason.
        notes: for the user.
    """

    values: NDArray[Any]
    stated: dict[str, Mask] = field(default_factory=dict)
    valued: dict[str, Mask] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_layout(data: bytes, path: Path) -> Layout | None:
    """Return the layout of a TIFF file; None if its structure is damaged.

    Pages of reduced resolution (overviews, thumbnails) and masks do not count as pictures.

    Raises:
        PhotoError: it contains several pictures, or is a raw file.
    """
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            pages = [page for page in file.pages if isinstance(page, tifffile.TiffPage)]
            return _layout(pages, path)
    except PhotoError:
        raise
    except Exception:  # noqa: BLE001 - Pillow reports the error of a damaged file
        return None


def read_bands(data: bytes, layout: Layout, path: Path) -> Bands:
    """Return the values of the picture: three colours or one grey.

    From more than three bands, the first three are the colours, without counting alpha.

    Raises:
        PhotoError: its compression is not supported.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[layout.index]
        assert isinstance(page, tifffile.TiffPage)
        try:
            values = page.asarray()
        except ValueError as error:
            if "imagecodecs" not in str(error):
                raise
            codec = getattr(page.compression, "name", page.compression)
            bands = f"{page.samplesperpixel} bands of {page.dtype} in {codec}"
            raise PhotoError(path, f"{bands} are not read: {_RESAVE}") from error
        if values.ndim == 3 and page.planarconfig == 2 and page.samplesperpixel > 1:  # noqa: PLR2004
            values = np.moveaxis(values, 0, -1)
        extra = tuple(int(kind) for kind in page.extrasamples)
    return _bands(values.reshape(layout.height_px, layout.width_px, -1), extra, layout)


def nodata_mask(values: NDArray[Any], nodata: float | None) -> Mask | None:
    """Return (H, W) True where all bands have the nodata value; None if nowhere."""
    if nodata is None:
        return None
    if math.isnan(nodata):
        found = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    elif values.dtype.kind == "f":
        found = values == values.dtype.type(nodata)
    else:
        found = values == nodata
    mask: Mask = np.asarray(found.all(axis=2))
    return mask if mask.any() else None


def sidecar_mask(path: Path) -> Mask | None:
    """Return (H, W) True for pixels without data by the GDAL mask NAME.msk; None without one.

    Raises:
        PhotoError: the mask cannot be read.
    """
    beside = path.with_name(f"{path.name}.msk")
    if not beside.is_file():
        return None
    try:
        with tifffile.TiffFile(io.BytesIO(read_bytes(beside))) as file:
            page = file.pages[0].aspage()
            values = page.asarray()
            if values.ndim == 3 and page.planarconfig == 2:  # noqa: PLR2004
                values = np.moveaxis(values, 0, -1)
    except Exception as error:  # on damaged data, decoders raise any exception
        reason = f"its mask {beside.name} cannot be read ({error}): repair or remove it"
        raise PhotoError(path, reason) from error
    empty: Mask = values == 0
    return np.asarray(empty.any(axis=2)) if empty.ndim == 3 else empty  # noqa: PLR2004


def _layout(pages: list[tifffile.TiffPage], path: Path) -> Layout:
    pictures = [page for page in pages if not _is_mask(page) and not _is_reduced(page)]
    if not pictures or (_DNG in pages[0].tags and _is_reduced(pages[0])):
        raise PhotoError(path, "raw file, or only thumbnails: export as JPEG or TIFF first")
    page = max(pictures, key=lambda one: one.imagewidth * one.imagelength)
    others = [one for one in pictures if one is not page and not _is_overview(one, page)]
    if others:
        raise PhotoError(
            path,
            f"holds {len(others) + 1} frames or pages; "
            "cracklens reads stills: save the one you mean as a picture of its own",
        )
    nodata = _nodata(page)
    size = page.imagelength, page.imagewidth
    masks = [one for one in pages if _is_mask(one) and (one.imagelength, one.imagewidth) == size]
    mask, notes = (_read_mask(masks[0])) if masks else (None, ())
    deep = page.dtype is not None and page.dtype.itemsize > 1
    apart = page.planarconfig == 2 and page.samplesperpixel > 1  # noqa: PLR2004 - Pillow errs there
    orientation = page.tags.valueof(_ORIENTATION, 1)
    return Layout(
        index=page.index,
        width_px=page.imagewidth,
        height_px=page.imagelength,
        orientation=orientation if isinstance(orientation, int) else 1,
        lossy=int(page.compression) in _LOSSY,
        as_array=page.dtype is not None
        and (page.dtype.kind == "f" or (deep and (nodata is not None or apart))),
        nodata=nodata,
        mask=mask,
        notes=notes,
    )


def _is_mask(page: tifffile.TiffPage) -> bool:
    return page.is_mask or page.photometric == _MASK_PHOTOMETRIC


def _is_reduced(page: tifffile.TiffPage) -> bool:
    return page.is_reduced or page.tags.valueof(255) == _OLD_REDUCED


def _is_overview(page: tifffile.TiffPage, of: tifffile.TiffPage) -> bool:
    """Return whether a page has the size of an overview: sides of a half, a quarter, ... ."""
    ratio = of.imagewidth / page.imagewidth
    power = round(math.log2(ratio)) if ratio > 0 else 0
    near = [
        abs(big / 2**power - small) <= 1.0
        for big, small in (
            (of.imagewidth, page.imagewidth), (of.imagelength, page.imagelength)
        )
    ]  # fmt: skip
    return power >= 1 and all(near)


def _read_mask(page: tifffile.TiffPage) -> tuple[Mask | None, tuple[str, ...]]:
    try:
        values = page.asarray()
        empty: Mask = values.reshape(page.imagelength, page.imagewidth) == 0
    except Exception as error:  # noqa: BLE001 - decoders raise any exception
        return None, (f"the mask of the file cannot be read ({error}) and is not used",)
    return empty, ()


def _nodata(page: tifffile.TiffPage) -> float | None:
    stated = page.tags.valueof(_NODATA)
    try:
        return float(str(stated).strip("\0 ")) if stated is not None else None
    except ValueError:
        return None


def _bands(values: NDArray[Any], extra: tuple[int, ...], layout: Layout) -> Bands:
    count = values.shape[2]
    stated: dict[str, Mask] = {}
    alphas = [count - len(extra) + n for n, kind in enumerate(extra) if kind in _ALPHAS]
    if alphas:
        alpha = values[:, :, alphas[0]]
        stated["transparent"] = alpha < 0.9 * alpha.max(initial=0)
    plain = [band for band in range(count) if band not in alphas]
    used = plain[:_COLOURS] if len(plain) >= _COLOURS else plain[:1]
    notes: tuple[str, ...] = ()
    if len(plain) not in {1, _COLOURS}:
        use = "the first three are taken as red, green and blue" if len(used) > 1 else "one is used"
        notes = (f"{len(plain)} bands: {use}",)
    chosen = values[:, :, used]
    valued = {}
    empty = nodata_mask(chosen, layout.nodata)
    if empty is not None:
        valued["nodata"] = empty
    return Bands(chosen, stated, valued, notes)
