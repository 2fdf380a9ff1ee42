"""From pixels to millimetres of wall."""

from cracklens.photos.scale.scale import Scale

__all__ = ["Scale"]
