"""Decoding of a picture file to pixels."""

import hashlib
import io
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cracklens.errors import PhotoError
from cracklens.files import as_path, read_bytes, require_regular
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos.bit_depth import dark_note, eight_bits
from cracklens.photos.decoder_messages import suppressed_messages
from cracklens.photos.jpeg import decode_jpeg
from cracklens.photos.no_concrete import Mask, no_concrete
from cracklens.photos.orientation import (
    jpeg_may_be_turned,
    orientation_left,
    read_orientation,
    upright,
)
from cracklens.photos.photo import Photo
from cracklens.photos.tiff import Layout, nodata_mask, read_bands, read_layout, sidecar_mask
from cracklens.photos.unsupported import AROUND, RAW, left_out_advice, what_it_is

_JPEG = b"\xff\xd8\xff"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SUFFIXES = {"JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"}, "MPO": {".jpg", ".jpeg", ".mpo"}}
# Pillow reads more formats, some of them by starting other programs (EPS starts Ghostscript). It
# opens MPO as JPEG. pi-heif adds HEIF.
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF", "HEIF")
_LOSSY = {"JPEG", "MPO", "WEBP", "JPEG2000", "AVIF", "HEIF"}
_ONE_PICTURE = {"MPO", "JPEG", "HEIF"}
"""Formats whose other frames are previews, depth maps or bursts of the main picture."""
_EIGHT_BITS = ((np.arange(65536) + 128) // 257).astype(np.uint8)
_OPAQUE = 0.9
"""Least alpha of a visible pixel, as a share of the largest alpha."""
_limit = threading.Lock()


def read_photo(path: str | Path, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Photo:
    """Read one photograph: RGB, uint8, upright.

    The format is recognised from the content, not from the name. Grey, palette and CMYK pictures
    become RGB; transparent areas become white; 16-bit grey is divided by 257, and 16-bit colour
    keeps its upper 8 bits; floating point values are scaled by `eight_bits`. Notes name these
    conversions, and pictures that are nearly black because they use only the lower 12 of 16 bits.
    From a TIFF with overviews and masks, the page of full resolution is read.

    `no_concrete` of the result is the area without concrete (transparency, the mask of the file or
    of NAME.msk beside it, its nodata value, flat borders); the pixels there are not changed.

    Args:
        path: the file.
        max_pixels: a picture with more pixels is refused before it is decoded.

    Raises:
        PhotoError: the file is missing, empty, truncated, not a still picture, or too large.

    >>> from PIL import Image
    >>> folder = getfixture("tmp_path")
    >>> Image.new("L", (40, 30), 128).save(folder / "grey.png")
    >>> read_photo(folder / "grey.png").pixels.shape
    (30, 40, 3)
    """
    path = Path(path) if os.path.lexists(path) else as_path(path)  # a folder may be called "~"
    try:
        data = read_bytes(path)
    except OSError as error:
        raise PhotoError(path, f"cannot be read ({error.strerror or error})") from error
    if not data:
        raise PhotoError(path, "the file is empty (0 bytes)")
    try:
        found = _decode(data, path, max_pixels)
        empty = sidecar_mask(path)
    except PhotoError:
        raise
    except MemoryError as error:
        raise PhotoError(path, "too little memory is free to decode it: cut the picture") from error
    except Exception as error:  # on damaged data, decoders raise any exception
        raise PhotoError(path, f"the picture is damaged or cut off ({error})") from error
    notes, stated = found.notes, found.stated
    if empty is not None and empty.shape != found.stored_px:
        notes = (*notes, f"{path.name}.msk has another size than the picture and is not used")
    elif empty is not None:
        stated = {**stated, "masked": _upright_mask(empty, found.orientation)}
    nothing = no_concrete(found.pixels, stated, found.valued, lossy=found.lossy)
    return Photo(path, found.pixels, hashlib.sha256(data).hexdigest(), notes, nothing)


def peek_pixels(path: Path) -> int:
    """Return the number of pixels from the header of a file; 0 if it is unknown.

    Nothing is decoded; `read_photo` reports the errors of a file.
    """
    try:
        with _opened(path) as image:
            return image.width * image.height
    except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
        return 0


@dataclass(frozen=True, slots=True)
class Decoded:
    """An upright picture; the masks are upright as well, see `no_concrete`."""

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...]
    orientation: int = 1
    lossy: bool = False
    stated: dict[str, Mask] = field(default_factory=dict)
    valued: dict[str, Mask] = field(default_factory=dict)

    @property
    def stored_px(self) -> tuple[int, int]:
        """Rows and columns before the orientation was applied."""
        rows, columns = self.pixels.shape[:2]
        return (columns, rows) if self.orientation >= 5 else (rows, columns)  # noqa: PLR2004


def _decode(data: bytes, path: Path, max_pixels: int) -> Decoded:
    if left_out_advice(path) in {AROUND, RAW}:  # TIFF or JPEG files, with a thumbnail or two views
        raise PhotoError(path, left_out_advice(path) or "")
    if data.startswith(_JPEG):
        height, width, colour, _ = simplejpeg.decode_jpeg_header(data, strict=False)
        require_budget(path, width, height, max_pixels)
        if colour not in {"CMYK", "YCCK"}:
            pixels, notes = decode_jpeg(data)
            orientation = _orientation(data) if jpeg_may_be_turned(data) else 1
            pixels = upright(pixels, orientation)
            return Decoded(pixels, (*_name_note(path, "JPEG"), *notes), orientation, lossy=True)
    if data.startswith(_TIFF):
        return _decode_tiff(data, path, max_pixels)
    with _open(data, path) as image:
        return decode_image(image, path, max_pixels)


def _decode_tiff(data: bytes, path: Path, max_pixels: int) -> Decoded:
    printed: list[str] = []
    with suppressed_messages(printed):
        layout = read_layout(data, path)
        if layout is None:  # Pillow reports the error
            with _open(data, path) as image:
                return decode_image(image, path, max_pixels)
        require_budget(path, layout.width_px, layout.height_px, max_pixels)
        found = _tiff_image(data, path, max_pixels, layout)
        if found is None:
            found = _tiff_bands(data, path, layout)
    if layout.mask is not None:
        masked = _upright_mask(layout.mask, found.orientation)
        found = replace(found, stated={**found.stated, "masked": masked})
    printed_note = (f"message of the decoder: {printed[0]}",) if printed else ()
    notes = (*found.notes, *layout.notes, *printed_note)
    return replace(found, lossy=layout.lossy, notes=notes)


def _tiff_image(data: bytes, path: Path, max_pixels: int, layout: Layout) -> Decoded | None:
    """Return the picture decoded by Pillow; None if it does not support such values."""
    if layout.as_array:
        return None
    try:
        image = _opened(io.BytesIO(data))
        image.seek(layout.index)
    except (UnidentifiedImageError, SyntaxError, EOFError):
        return None
    with image:
        found = decode_image(image, path, max_pixels, frames=False)
    empty = nodata_mask(found.pixels, layout.nodata)
    return found if empty is None else replace(found, valued={"nodata": empty})


def _tiff_bands(data: bytes, path: Path, layout: Layout) -> Decoded:
    """Return a picture of values that Pillow does not support."""
    bands = read_bands(data, layout, path)
    values, notes = eight_bits(bands, path)
    pixels = upright(np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values,
                     layout.orientation)  # fmt: skip
    masks = [
        {why: _upright_mask(mask, layout.orientation) for why, mask in found.items()}
        for found in (bands.stated, bands.valued)
    ]
    return Decoded(
        pixels,
        (*_name_note(path, "TIFF"), *bands.notes, *notes),
        layout.orientation,
        stated=masks[0],
        valued=masks[1],
    )


def decode_image(
    image: Image.Image,
    path: Path,
    max_pixels: int,
    *,
    frames: bool = True,
    named: bool = True,
) -> Decoded:
    """Return what Pillow opened: RGB, upright, with notes on what was done.

    Args:
        image: whose pixels need not be loaded yet.
        path: of it, for notes and errors.
        max_pixels: refuse a picture with more pixels than this before it is decoded.
        frames: refuse a picture of several frames or pages.
        named: note a format that the name does not say.

    Raises:
        PhotoError: it cannot be used.
    """
    require_budget(path, *image.size, max_pixels)
    if frames and getattr(image, "n_frames", 1) > 1 and image.format not in _ONE_PICTURE:
        raise PhotoError(
            path,
            f"holds {getattr(image, 'n_frames', 0)} frames or pages; "
            "cracklens reads stills: save the one you mean as a picture of its own",
        )
    deep = _has_16_bits(image)
    kind = image.format or ""
    orientation, left = read_orientation(image), orientation_left(image)
    image.load()
    pixels, notes, stated = _to_rgb(image, path)
    pixels = upright(pixels, left)
    stated = {why: _upright_mask(mask, left) for why, mask in stated.items()}
    if deep and not image.mode.startswith("I"):
        notes = ("16-bit values cut to their upper 8 bits", *notes)
        notes += dark_note(int(pixels.max()) << 8)
    notes = (*(_name_note(path, kind) if named else ()), *notes)
    return Decoded(pixels, notes, orientation, lossy=kind in _LOSSY, stated=stated)


def require_budget(path: Path, width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture with more pixels than the budget.

    Raises:
        PhotoError: says how many there are, and what to do.
    """
    if width * height > max_pixels:
        raise PhotoError(
            path,
            f"{width} x {height} is {width * height / 1e6:.0f} million pixels, over the "
            f"budget of {max_pixels / 1e6:.0f} million: raise --max-pixels or cut the picture",
        )


def _open(data: bytes, path: Path) -> Image.Image:
    try:
        return _opened(io.BytesIO(data))
    except UnidentifiedImageError as error:
        raise PhotoError(path, what_it_is(data)) from error


def _opened(source: Path | io.BytesIO) -> Image.Image:
    """Open with Pillow, without its limit of pixels; `_require_budget` is used instead."""
    if isinstance(source, Path):
        require_regular(source)
    with _limit:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(source, formats=_known_formats())
        finally:
            Image.MAX_IMAGE_PIXELS = before


@cache
def _known_formats() -> tuple[str, ...]:
    """Return the formats that the installed Pillow supports; it refuses unknown names."""
    Image.init()
    with suppress(ImportError):  # pi-heif does not exist for every system
        import pi_heif

        pi_heif.register_heif_opener()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _orientation(data: bytes) -> int:
    with _limit:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
                return read_orientation(image)
        except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
            return 1  # a damaged EXIF block does not affect the pixels
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _upright_mask(mask: Mask, orientation: int) -> Mask:
    turned: Mask = upright(mask[:, :, None], orientation)[:, :, 0]
    return np.ascontiguousarray(turned)


def _to_rgb(
    image: Image.Image, path: Path
) -> tuple[NDArray[np.uint8], tuple[str, ...], dict[str, Mask]]:
    notes: tuple[str, ...] = ()
    stated: dict[str, Mask] = {}
    if image.mode.startswith("I"):
        grey = np.asarray(image)
        if grey.min() < 0 or grey.max() > 65535:  # noqa: PLR2004 - the range of 16 bits
            raise PhotoError(path, "32-bit grey values; save the picture with 8 or 16 bits")
        eight = _EIGHT_BITS[grey]
        notes = ("16-bit grey scaled to 8 bits", *dark_note(int(grey.max())))
        return np.repeat(eight[:, :, None], 3, axis=2), notes, stated
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        alpha = np.asarray(rgba.getchannel("A"))
        stated["transparent"] = alpha < max(_OPAQUE * int(alpha.max()), 1)
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
        notes = ("transparency laid on white",)
    elif image.mode == "CMYK":
        notes = ("CMYK converted to RGB without a colour profile",)
    return np.array(image.convert("RGB")), notes, stated


def _has_16_bits(image: Image.Image) -> bool:
    """Return whether a picture has 16 bits although its mode has 8, before it is decoded."""
    for tile in getattr(image, "tile", ()):
        layout = tile[3] if isinstance(tile[3], str) else next(iter(tile[3] or ()), "")
        if str(layout).endswith((";16B", ";16L", ";16N")):  # names of raw modes in Pillow
            return True
    return False


def _name_note(path: Path, kind: str) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    own = _SUFFIXES.get(kind) or {s for s, k in Image.registered_extensions().items() if k == kind}
    return () if not kind or suffix in own else (f"{kind} named '{suffix}'",)
