"""Tags of drones in the XMP packet of a photograph."""

import math
import re
from dataclasses import dataclass
from typing import Any

_NUMBER = r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:/(\d+))?\s*[\"'<]"
"""A number, or a fraction as in EXIF, and the end of the attribute or element."""


@dataclass(frozen=True, slots=True)
class Xmp:
    """Values of the tags; None for missing ones.

    Attributes:
        relative_altitude_m: height above the take-off point, which is not always the height above
            the wall or the deck.
        laser_distance_m: from the laser range finder to the point in the middle of the picture.
        gimbal_pitch_deg: of the camera: 0 level, -90 straight down, +90 straight up.
        calibrated_focal_px: focal length in px of the original picture, without zoom.
        gimbal_roll_deg: of the camera: 180 upside down.
        projection: of a panorama or a fisheye, such as "equirectangular".
        editor_crop: whether an Adobe editor cropped the picture; None if not stated.
        editor: name of the program that wrote the file.
    """

    relative_altitude_m: float | None = None
    laser_distance_m: float | None = None
    gimbal_pitch_deg: float | None = None
    calibrated_focal_px: float | None = None
    gimbal_roll_deg: float | None = None
    projection: str | None = None
    editor_crop: bool | None = None
    editor: str | None = None


_NAMES = {
    # DJI: Mavic 3M Image Processing Guide v1.0 (2023); ExifTool, XMP-drone-dji
    # Autel writes the prefix drone, as does ExifTool's table of it
    # Skydio: its camera and metadata overview (support.skydio.com, article 4417425974683)
    # Parrot and senseFly: Pix4D's namespace Camera, ExifTool's pix4d.config
    "relative_altitude_m": (
        "drone-dji:RelativeAltitude",
        "drone:RelativeAltitude",
        "drone-skydio:RelativeAltitude",
        "Camera:AboveGroundAltitude",
    ),
    "laser_distance_m": ("drone-dji:LRFTargetDistance",),
    "gimbal_pitch_deg": (
        "drone-dji:GimbalPitchDegree",
        "drone:GimbalPitchDegree",
        "drone-parrot:CameraPitchDegree",
        "drone-skydio:CameraOrientationNED:Pitch",
    ),
    "gimbal_roll_deg": (
        "drone-dji:GimbalRollDegree",
        "drone:GimbalRollDegree",
        "drone-parrot:CameraRollDegree",
        "drone-skydio:CameraOrientationNED:Roll",
    ),
    "calibrated_focal_px": (
        "drone-dji:CalibratedFocalLength",
        "drone-skydio:CalibratedFocalLength:X",
    ),
}
_POSITIVE = {"relative_altitude_m", "laser_distance_m", "calibrated_focal_px"}
_PROJECTION = re.compile(
    r"""GPano:ProjectionType\s*(?:=\s*["']|>)\s*([\w-]+)|Camera:ModelType\s*(?:=\s*["']|>)\s*(fisheye)"""
)
"""Google's Photo Sphere XMP Metadata; Pix4D's namespace Camera, as Parrot writes it."""
_PANORAMA = re.compile(r"GPano:(?:FullPano|CroppedArea|UsePanoramaViewer)|GSpherical:")
_EDITOR_CROP = re.compile(r"""crs:HasCrop\s*(?:=\s*["']|>)\s*(true|false)""", re.IGNORECASE)
"""Of Lightroom and Camera Raw (XMP Specification Part 2, Camera Raw namespace)."""
_EDITOR = re.compile(r"""xmp:CreatorTool\s*(?:=\s*["']|>)([^"'<]{1,80})""")
_LASER_STATUS = re.compile(r'drone-dji:LRFStatus\s*(?:=\s*["\']|>)\s*(\w+)')


def read_xmp(packet: bytes) -> Xmp:
    """Read the tags of an XMP packet, as attributes or as elements; damaged ones are None.

    The packet is searched and not parsed: packets of drones are often not valid XML. Nothing in
    them is expanded or loaded. Of seven kinds of packets the search
    reads six, and an XML parser two (docs/results/libraries.md).

    >>> read_xmp(b'<rdf:Description drone-dji:RelativeAltitude="+12.30"/>').relative_altitude_m
    12.3
    """
    text = packet.decode("utf-8", "replace")
    found: dict[str, Any] = {}
    for fact, names in _NAMES.items():
        for name in names:
            value = _number(text, name)
            if value is not None and (value > 0 or fact not in _POSITIVE):
                found[fact] = value
                break
    status = _LASER_STATUS.search(text)
    if status and status[1] != "Normal":  # such as TooFar: the distance is then invalid
        found.pop("laser_distance_m", None)
    projection = _PROJECTION.search(text)
    if projection:
        found["projection"] = projection[1] or projection[2]
    elif _PANORAMA.search(text):
        found["projection"] = "tags of Google Photo Sphere"
    cut, editor = _EDITOR_CROP.search(text), _EDITOR.search(text)
    if cut:
        found["editor_crop"] = cut[1].lower() == "true"
    if editor:
        found["editor"] = editor[1].strip()
    return Xmp(**found)


def _number(text: str, name: str) -> float | None:
    """Return the value of an attribute or element; `name:part` is a part within a structure."""
    space, _, rest = name.partition(":")
    outer, _, part = rest.partition(":")
    if part:
        start = text.find(f"{space}:{outer}")
        if start < 0:
            return None
        text, outer = text[start : start + 2000], part
    found = re.search(rf'{space}:{outer}\s*(?:=\s*["\']|>)\s*{_NUMBER}', text)
    value = math.nan
    if found:
        value = float(found[1]) / (float(found[2] or 1) or math.nan)
    return value if math.isfinite(value) else None
