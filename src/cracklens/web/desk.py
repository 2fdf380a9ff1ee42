"""What the routes of the server share."""

from dataclasses import dataclass, field

from cracklens.web.pyramid import Pyramids
from cracklens.web.shown import Shown
from cracklens.web.thumbnails import Thumbnails


@dataclass(frozen=True)
class Desk:
    """An inspection and the pictures that were made of it."""

    shown: Shown
    pyramids: Pyramids = field(default_factory=Pyramids)
    thumbnails: Thumbnails = field(default_factory=Thumbnails)
