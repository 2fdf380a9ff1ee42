"""What the pixels of one photograph say of its fitness and of the widths of its cracks."""

from dataclasses import dataclass

from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.width import see_widths
from cracklens.photos import Photo
from cracklens.photos.fitness import Check, pixel_checks
from cracklens.photos.metadata import Metadata
from cracklens.photos.no_concrete import Mask
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.tracing.crack import Tracing


@dataclass(frozen=True, slots=True)
class Looked:
    """All that was read from pixels to measure and grade the cracks of a photograph.

    Attributes:
        shape: of the pixels, (H, W, 3).
        checks: of the fitness; the reason if they could not be computed.
        widths: of the cracks; None without any, and for tiles; the reason if they could not be
            computed.
        hidden: (H, W) True where no concrete is seen; None if it is seen everywhere.
    """

    shape: tuple[int, ...]
    checks: tuple[Check, ...] | str
    widths: SeenWidths | str | None
    hidden: Mask | None


def look(
    photo: Photo, tracing: Tracing, metadata: Metadata, hidden: Mask | None, *, tiles: bool
) -> Looked:
    """Return what the pixels of a photograph say.

    Args:
        photo: as it was read.
        tracing: its cracks.
        metadata: of its file.
        hidden: (H, W) True where no concrete is seen, or None.
        tiles: the model labels whole tiles, so that there are no widths.
    """
    try:
        checks: tuple[Check, ...] | str = pixel_checks(photo, metadata, hidden)
    except FAILURES as error:
        checks = failure_text(error)
    widths = None if tiles else look_at_widths(photo, tracing, hidden)
    return Looked(photo.pixels.shape, checks, widths, hidden)


def look_at_widths(photo: Photo, tracing: Tracing, hidden: Mask | None) -> SeenWidths | str | None:
    """Return the widths of the cracks in px; the reason if they could not be computed.

    Args:
        photo: as it was read.
        tracing: its cracks.
        hidden: (H, W) True where no concrete is seen, or None.
    """
    try:
        return see_widths(photo.pixels, tracing.cracks, excluded=hidden)
    except FAILURES as error:
        return failure_text(error)
