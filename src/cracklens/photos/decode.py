"""The only place that turns the bytes of a picture into pixels."""

import hashlib
import io
import threading
from functools import cache
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cracklens.errors import PhotoError
from cracklens.files import read_bytes, require_regular
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos.find import RAWS
from cracklens.photos.photo import Photo

_JPEG = b"\xff\xd8\xff"
_EXIF_REACH = 1 << 17
_SUFFIXES = {"JPEG": {".jpg", ".jpeg", ".jpe", ".jfif"}, "MPO": {".jpg", ".jpeg", ".mpo"}}
_ORIENTATION = 0x0112
# Pillow can read far more, some of it by starting other programs (EPS starts Ghostscript); it opens
# MPO as JPEG
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF")
_EIGHT_BITS = ((np.arange(65536) + 128) // 257).astype(np.uint8)
_RAW = "raw file: export as JPEG or TIFF first"
_VIDEO = "a video, not a picture: save stills from it first"
_VIDEO_STARTS = (
    b"\x1aE\xdf\xa3",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"0&\xb2u\x8ef\xcf\x11",
)
"""Matroska, MPEG program and video streams, ASF."""
_TRANSPORT = ((0, 188), (4, 192))
"""Where MPEG transport streams have their first "G", and after how many bytes the next (ISO/IEC
13818-1; camcorders put a time code of 4 bytes before each packet)."""
_TWELVE_BITS = 4096
_limit = threading.Lock()


def read_photo(path: str | Path, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Photo:
    """Read one photograph: RGB, uint8, upright.

    The format is found from the content, never from the name. Grey, palette and CMYK pictures
    become RGB; transparency is laid on white; 16-bit grey is scaled by 1/257, and of 16-bit colour
    the upper 8 bits are taken. A note says what was done, and where a picture is nearly black since
    its values fill the lower 12 of 16 bits.

    Args:
        path: the file.
        max_pixels: refuse a picture with more pixels than this before it is decoded.

    Raises:
        PhotoError: the file is missing, empty, truncated, not a still picture, or too large.

    >>> from PIL import Image
    >>> folder = getfixture("tmp_path")
    >>> Image.new("L", (40, 30), 128).save(folder / "grey.png")
    >>> read_photo(folder / "grey.png").pixels.shape
    (30, 40, 3)
    """
    path = Path(path)
    try:
        data = read_bytes(path)
    except OSError as error:
        raise PhotoError(path, f"cannot be read ({error.strerror or error})") from error
    if not data:
        raise PhotoError(path, "the file is empty (0 bytes)")
    try:
        pixels, notes = _decode(data, path, max_pixels)
    except PhotoError:
        raise
    except MemoryError as error:
        raise PhotoError(path, "too little memory is free to decode it: cut the picture") from error
    except Exception as error:  # on damaged data, decoders raise whatever they stumble over
        raise PhotoError(path, f"the picture is damaged or cut off ({error})") from error
    return Photo(path, pixels, hashlib.sha256(data).hexdigest(), notes)


def peek_pixels(path: Path) -> int:
    """Return how many pixels the header of a file announces; 0 where it cannot be told.

    Nothing is decoded; `read_photo` says later what is wrong with a file.
    """
    try:
        with _opened(path) as image:
            return image.width * image.height
    except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
        return 0


def _decode(data: bytes, path: Path, max_pixels: int) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if data.startswith(_JPEG):
        height, width, colour, _ = simplejpeg.decode_jpeg_header(data)
        _require_budget(path, width, height, max_pixels)
        if colour not in {"CMYK", "YCCK"}:
            pixels = simplejpeg.decode_jpeg(data, "RGB", strict=True)
            if b"Exif\x00\x00" in data[:_EXIF_REACH]:
                pixels = _upright(pixels, _orientation(data))
            return pixels, _name_note(path, "JPEG")
    if path.suffix.lower() in RAWS:  # most are TIFF files, of which Pillow reads the thumbnail
        raise PhotoError(path, _RAW)
    with _open(data, path) as image:
        _require_budget(path, *image.size, max_pixels)
        if getattr(image, "n_frames", 1) > 1 and image.format not in {"MPO", "JPEG"}:
            raise PhotoError(
                path,
                f"holds {getattr(image, 'n_frames', 0)} frames or pages; "
                "cracklens reads stills: save the one you mean as a picture of its own",
            )
        deep = _has_16_bits(image)
        image.load()
        kind = image.format or ""
        upright = ImageOps.exif_transpose(image)
        pixels, notes = _to_rgb(upright, path)
        if deep and not image.mode.startswith("I"):
            notes = ("16-bit values cut to their upper 8 bits", *notes)
            notes += _dark_note(int(pixels.max()) << 8)
    return pixels, (*_name_note(path, kind), *notes)


def _require_budget(path: Path, width: int, height: int, max_pixels: int) -> None:
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
        raise PhotoError(path, _what_it_is(data)) from error


def _opened(source: Path | io.BytesIO) -> Image.Image:
    """Open with Pillow; our own pixel budget stands in for Pillow's, for this call alone."""
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
    """Return those of our formats that this Pillow can open; it refuses names it does not know."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _what_it_is(data: bytes) -> str:
    brand = data[4:12]
    if brand.startswith(b"ftyp"):
        if brand[4:] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}:
            return "HEIC is not read: set the phone to 'most compatible', or convert it to JPEG"
        return _RAW if brand[4:] == b"crx " else _VIDEO
    if (data[:4] == b"RIFF" and data[8:12] == b"AVI ") or data.startswith(_VIDEO_STARTS):
        return _VIDEO
    if any(data[first : first + 2 * step : step] == b"GG" for first, step in _TRANSPORT):
        return _VIDEO
    return f"not a picture that can be read (it starts with {data[:8]!r})"


def _orientation(data: bytes) -> int:
    with _limit:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
                return int(image.getexif().get(_ORIENTATION, 1))
        except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
            return 1  # a broken EXIF block does not spoil the pixels
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation 1..8 (CIPA DC-008, tag 0x0112)."""
    turned = {
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: p.transpose(1, 0, 2)[:, ::-1],
        7: lambda p: p.transpose(1, 0, 2)[::-1, ::-1],
        8: lambda p: p.transpose(1, 0, 2)[::-1],
    }.get(orientation)
    return pixels if turned is None else np.ascontiguousarray(turned(pixels))


def _to_rgb(image: Image.Image, path: Path) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    if image.mode.startswith("I"):
        grey = np.asarray(image)
        if grey.min() < 0 or grey.max() > 65535:  # noqa: PLR2004 - the range of 16 bits
            raise PhotoError(path, "32-bit grey values; save the picture with 8 or 16 bits")
        eight = _EIGHT_BITS[grey]
        notes = ("16-bit grey scaled to 8 bits", *_dark_note(int(grey.max())))
        return np.repeat(eight[:, :, None], 3, axis=2), notes
    if image.mode == "F":
        raise PhotoError(path, "floating point values; save the picture with 8 or 16 bits")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
        notes = ("transparency laid on white",)
    elif image.mode == "CMYK":
        notes = ("CMYK converted to RGB without a colour profile",)
    return np.array(image.convert("RGB")), notes


def _has_16_bits(image: Image.Image) -> bool:
    """Tell whether a picture that is not decoded yet holds more bits than its mode says."""
    for tile in getattr(image, "tile", ()):
        layout = tile[3] if isinstance(tile[3], str) else next(iter(tile[3] or ()), "")
        if str(layout).endswith((";16B", ";16L", ";16N")):  # in Pillow's words for raw data
            return True
    return False


def _dark_note(highest: int) -> tuple[str, ...]:
    """Return a note on 16-bit values of which not one needs more than 12 bits."""
    if not 0 < highest < _TWELVE_BITS:
        return ()
    told = "nearly black: no value needs more than 12 of its 16 bits"
    return (f"{told}; scale it to 16 bits, or export it with 8",)


def _name_note(path: Path, kind: str) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    own = _SUFFIXES.get(kind) or {s for s, k in Image.registered_extensions().items() if k == kind}
    return () if not kind or suffix in own else (f"{kind} named '{suffix}'",)
