"""From pixels to millimetres of wall."""

from cracklens.photos.scale.camera import focal_of, scale_from_camera
from cracklens.photos.scale.find import ScaleRequest, find_scale, find_scale_again
from cracklens.photos.scale.geotiff import scale_from_transform
from cracklens.photos.scale.length import parse_length
from cracklens.photos.scale.marker_scale import scale_from_markers
from cracklens.photos.scale.markers import Marker, excluded, find_markers
from cracklens.photos.scale.points import scale_from_points
from cracklens.photos.scale.scale import Scale, check_mm_per_px
from cracklens.photos.scale.sight import MarkerLook, NeedsPixelsError, Sight, TransformLook
from cracklens.photos.scale.table import ScaleRow, read_scale_table

__all__ = [
    "Marker",
    "MarkerLook",
    "NeedsPixelsError",
    "Scale",
    "ScaleRequest",
    "ScaleRow",
    "Sight",
    "TransformLook",
    "check_mm_per_px",
    "excluded",
    "find_markers",
    "find_scale",
    "find_scale_again",
    "focal_of",
    "parse_length",
    "read_scale_table",
    "scale_from_camera",
    "scale_from_markers",
    "scale_from_points",
    "scale_from_transform",
]
