"""What is known of a photograph before it is searched: its scale, and what hides the wall."""

from dataclasses import dataclass

from cracklens.photos import Photo
from cracklens.photos.metadata import Metadata
from cracklens.photos.no_concrete import Mask
from cracklens.photos.scale import Scale, ScaleRequest, Sight


@dataclass(frozen=True, slots=True)
class Scaled:
    """The scale of a photograph and the markers in it.

    Attributes:
        request: what was said of its scale.
        metadata: of its file.
        scale: None without one.
        missing: reason for a missing scale, and what to do; empty with one.
        sight: what the pixels and the file say of the scale.
        hidden: (H, W) True where no concrete is seen, such as under the card of a marker; None if
            it is seen everywhere.
    """

    request: ScaleRequest
    metadata: Metadata
    scale: Scale | None
    missing: str
    sight: Sight
    hidden: Mask | None


def hidden_part(photo: Photo, markers: Mask | None) -> Mask | None:
    """Return where a photograph shows no concrete or a marker; None if nowhere.

    Args:
        photo: as it was read.
        markers: (H, W) True where the cards of markers lie, or None without any.
    """
    elsewhere = photo.no_concrete.mask if photo.no_concrete else None
    if markers is None or elsewhere is None:
        return elsewhere if markers is None else markers
    return markers | elsewhere
