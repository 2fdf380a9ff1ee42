"""One photograph, from file to pixels that one can trust."""

from cracklens.photos.decode import read_photo
from cracklens.photos.find import find_photos
from cracklens.photos.photo import DEFAULT_MAX_PIXELS, Photo
from cracklens.photos.stream import stream_photos

__all__ = ["DEFAULT_MAX_PIXELS", "Photo", "find_photos", "read_photo", "stream_photos"]
