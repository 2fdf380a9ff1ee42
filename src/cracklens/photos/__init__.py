"""Reading of photographs: decoding, metadata, orientation, windows, scale, fitness."""

from cracklens.photos.decode import read_photo
from cracklens.photos.find import find_photos
from cracklens.photos.in_memory import Picture, PictureInMemory, given_pictures
from cracklens.photos.photo import Photo
from cracklens.photos.stream import stream_photos

__all__ = [
    "Photo",
    "Picture",
    "PictureInMemory",
    "find_photos",
    "given_pictures",
    "read_photo",
    "stream_photos",
]
