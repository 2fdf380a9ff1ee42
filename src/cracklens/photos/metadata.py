"""Metadata of a picture file: camera, position and time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cracklens.photos.decode import _opened
from cracklens.photos.orientation import read_orientation, xmp_packet
from cracklens.photos.xmp import Xmp, read_xmp

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MAKE, _MODEL, _SOFTWARE = 0x010F, 0x0110, 0x0131
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_FOCAL, _FOCAL_35MM, _ZOOM, _SUBJECT = 0x920A, 0xA405, 0xA404, 0x9206
_WIDTH, _HEIGHT = 0xA002, 0xA003
_MAIN_WIDTH, _MAIN_HEIGHT, _RENDERED, _PANORAMA = 0x0100, 0x0101, 0xA401, 6
_PLANE_X, _PLANE_UNIT = 0xA20E, 0xA210
_MM_PER_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""Units of the focal plane resolution: inch and cm (CIPA DC-008); mm and µm (TIFF/EP)."""
_UNKNOWN_DISTANCE = 0xFFFFFFFF
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Values from the header of a picture file; None for missing ones.

    Attributes:
        width_px: as stored, before the orientation is applied.
        height_px: as stored.
        make: of the camera.
        model: of the camera.
        focal_length_mm: physical focal length of the lens.
        focal_length_35mm: equivalent for a frame of 36 x 24 mm, by the diagonal.
        digital_zoom: factor, 1 or more.
        subject_distance_m: from the autofocus; not accurate.
        focal_plane_px_per_mm: pixels per millimetre of the sensor, of the original picture.
        original_width_px: of the original picture, along the stored rows.
        original_height_px: of the original picture.
        header_width_px: from the main block of EXIF, which some editors do not update.
        header_height_px: the same.
        panorama: whether the camera stitched the picture (CustomRendered of Apple).
        software: name of the program that wrote the file: of the camera or an editor.
        orientation: EXIF, 1 to 8; 1 if not stated.
        taken: ISO 8601, local time of the camera, with its offset if the file has it.
        latitude_deg: WGS 84, north positive.
        longitude_deg: WGS 84, east positive.
        altitude_m: above sea level.
        xmp: tags of drones.
        jpeg_quality: 1 to 100 on the scale of libjpeg, of the luminance table nearest to that of
            the file; None if it is not a JPEG.
    """

    width_px: int = 0
    height_px: int = 0
    make: str | None = None
    model: str | None = None
    focal_length_mm: float | None = None
    focal_length_35mm: float | None = None
    digital_zoom: float | None = None
    subject_distance_m: float | None = None
    focal_plane_px_per_mm: float | None = None
    original_width_px: int | None = None
    original_height_px: int | None = None
    header_width_px: int | None = None
    header_height_px: int | None = None
    panorama: bool = False
    software: str | None = None
    orientation: int = 1
    taken: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float | None = None
    xmp: Xmp = field(default_factory=Xmp)
    jpeg_quality: int | None = None

    @property
    def longer_px(self) -> int:
        """Longer side of the picture as stored."""
        return max(self.width_px, self.height_px)

    @property
    def original_longer_px(self) -> int | None:
        """Longer side of the original picture."""
        if not self.original_width_px or not self.original_height_px:
            return None
        return max(self.original_width_px, self.original_height_px)

    @property
    def sizes_as_taken_px(self) -> tuple[tuple[int, int], ...]:
        """Original width and height, from each block of metadata that states them."""
        pairs = (
            (self.original_width_px, self.original_height_px),
            (self.header_width_px, self.header_height_px),
        )
        return tuple((width, height) for width, height in pairs if width and height)

    @property
    def resized(self) -> float | None:
        """Longer side divided by that of the original; 1 if unchanged, None if unknown."""
        return self.longer_px / self.original_longer_px if self.original_longer_px else None

    @property
    def cropped(self) -> bool:
        """Whether the aspect ratio differs from that of the original by more than 1 %."""
        if not self.original_width_px or not self.original_height_px or not self.height_px:
            return False
        now = self.longer_px / max(1, min(self.width_px, self.height_px))
        sides = sorted((self.original_width_px, self.original_height_px))
        return abs(now / (sides[1] / sides[0]) - 1.0) > 0.01  # noqa: PLR2004


def read_metadata(path: str | Path) -> Metadata:
    """Read the header of a picture file; missing or damaged values are None.

    It never raises: for a file that is not a picture all values are None.

    >>> from PIL import Image
    >>> folder = getfixture("tmp_path")
    >>> Image.new("L", (40, 30)).save(folder / "plain.jpg", quality=80)
    >>> read_metadata(folder / "plain.jpg").jpeg_quality
    80
    """
    try:
        with _opened(Path(path)) as image:
            return _facts(image)
    except Exception:  # noqa: BLE001 - on damaged data, Pillow raises and warns at will
        return Metadata()


def _facts(image: Image.Image) -> Metadata:
    main, exif, gps = _blocks(image)
    unit = _MM_PER_UNIT.get(_whole(exif.get(_PLANE_UNIT, 2)) or 2, 25.4)
    per_unit = _positive(exif.get(_PLANE_X))
    return Metadata(
        width_px=image.width,
        height_px=image.height,
        make=_text(main.get(_MAKE)),
        model=_text(main.get(_MODEL)),
        focal_length_mm=_positive(exif.get(_FOCAL)),
        focal_length_35mm=_positive(exif.get(_FOCAL_35MM)),
        digital_zoom=_positive(exif.get(_ZOOM)),
        subject_distance_m=_distance(exif.get(_SUBJECT)),
        focal_plane_px_per_mm=per_unit / unit if per_unit else None,
        original_width_px=_whole(exif.get(_WIDTH)),
        original_height_px=_whole(exif.get(_HEIGHT)),
        header_width_px=None if image.format == "TIFF" else _whole(main.get(_MAIN_WIDTH)),
        header_height_px=None if image.format == "TIFF" else _whole(main.get(_MAIN_HEIGHT)),
        software=_text(main.get(_SOFTWARE)),
        panorama=_whole(exif.get(_RENDERED)) == _PANORAMA,
        orientation=read_orientation(image),
        taken=_taken(exif.get(_TAKEN), exif.get(_TAKEN_OFFSET)),
        latitude_deg=_degrees(gps.get(2), gps.get(1), "S", 90.0),
        longitude_deg=_degrees(gps.get(4), gps.get(3), "W", 180.0),
        altitude_m=_altitude(gps.get(6), gps.get(5)),
        xmp=read_xmp(xmp_packet(image)),
        jpeg_quality=_jpeg_quality(image),
    )


def _blocks(image: Image.Image) -> tuple[Mapping[int, Any], Mapping[int, Any], Mapping[int, Any]]:
    """Return the main, the EXIF and the GPS tags; empty where a block is damaged."""
    try:
        main = image.getexif()
    except Exception:  # noqa: BLE001 - as above
        return {}, {}, {}
    blocks: list[Mapping[int, Any]] = [dict(main)]
    for number in (_EXIF_IFD, _GPS_IFD):
        try:
            blocks.append(dict(main.get_ifd(number)))
        except Exception:  # noqa: BLE001 - as above
            blocks.append({})
    return blocks[0], blocks[1], blocks[2]


def _positive(value: Any) -> float | None:  # noqa: ANN401 - whatever a file holds
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if 0.0 < number < float("inf") else None


def _whole(value: Any) -> int | None:  # noqa: ANN401
    number = _positive(value)
    return round(number) if number else None


def _text(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip("\0 \t\r\n") or None if isinstance(value, str) else None


def _distance(value: Any) -> float | None:  # noqa: ANN401
    if getattr(value, "numerator", 0) == _UNKNOWN_DISTANCE:
        return None
    return _positive(value)


def _taken(when: Any, offset: Any) -> str | None:  # noqa: ANN401
    found = _DATE.fullmatch(_text(when) or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = found.groups()
    zone = _text(offset) or ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone if _OFFSET.fullmatch(zone) else ''}"


def _degrees(value: Any, side: Any, negative: str, most: float) -> float | None:  # noqa: ANN401
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    total = degrees + minutes / 60.0 + seconds / 3600.0
    if not 0.0 <= total <= most:
        return None
    return -total if _text(side) == negative else total


def _altitude(value: Any, below: Any) -> float | None:  # noqa: ANN401
    height = _positive(value)
    if height is None:
        return None
    return -height if below in {1, b"\x01"} else height


def _jpeg_quality(image: Image.Image) -> int | None:
    tables: dict[int, list[int]] = getattr(image, "quantization", None) or {}
    if 0 not in tables or len(tables[0]) != _LUMINANCE.size:
        return None
    apart = np.abs(_tables() - np.asarray(tables[0], dtype=np.int64)).sum(axis=1)
    return int(100 - np.argmin(apart[::-1]))


@cache
def _tables() -> NDArray[np.int64]:
    """Return libjpeg's luminance tables for the qualities 1 to 100, (100, 64)."""
    quality = np.arange(1, 101)
    share = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)  # noqa: PLR2004
    return np.clip((_LUMINANCE[None, :] * share[:, None] + 50) // 100, 1, 255)


# ITU-T T.81, table K.1
_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=np.int64,
).ravel()
