"""Reading of photographs: decoding, metadata, orientation, windows, scale, fitness."""

from cracklens.photos.decode import read_photo
from cracklens.photos.find import find_photos
from cracklens.photos.photo import Photo
from cracklens.photos.stream import stream_photos

__all__ = ["Photo", "find_photos", "read_photo", "stream_photos"]
