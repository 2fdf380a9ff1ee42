"""What the pixels and the file of a photograph say of its scale, looked up once and kept.

A scale is found again from this without the photograph, as far as the same was looked for before.
"""

from dataclasses import dataclass, field

from cracklens.errors import UsageError
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.photos.photo import Photo
from cracklens.photos.scale.geotiff import scale_from_transform
from cracklens.photos.scale.marker_advice import why_no_marker
from cracklens.photos.scale.markers import Marker, find_markers
from cracklens.photos.scale.scale import Scale


class NeedsPixelsError(Exception):
    """The pixels of a photograph have to be read, since this was not looked for before."""


@dataclass(frozen=True, slots=True)
class MarkerLook:
    """What a search for the markers of one dictionary found.

    Attributes:
        markers: None if the search failed.
        failure: why it failed.
        advice: why there is no marker and what to do; None if nobody asked.
    """

    markers: tuple[Marker, ...] | None
    failure: str = ""
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class TransformLook:
    """What a GeoTIFF or a world file says: a scale, why it is refused or failed, or nothing."""

    scale: Scale | None = None
    refused: str = ""
    failure: str = ""


@dataclass(slots=True)
class Sight:
    """What is known of a photograph for its scale; it looks up what is not known, and keeps it.

    Attributes:
        shape: of the pixels, (H, W, 3).
        photo: None where only what was kept is known.
        looks: for markers, by the dictionary that was asked for.
        transform: None if nobody looked.
    """

    shape: tuple[int, ...]
    photo: Photo | None = None
    looks: dict[str | None, MarkerLook] = field(default_factory=dict)
    transform: TransformLook | None = None

    @classmethod
    def of(cls, photo: Photo) -> "Sight":
        """Return the sight of a photograph of which nothing is known."""
        return cls(photo.pixels.shape, photo)

    def markers(self, dictionary: str | None) -> tuple[Marker, ...]:
        """Return the markers of a dictionary, or of all.

        Raises:
            NeedsPixelsError: nobody looked for them, and there are no pixels.
            UsageError: there is no such dictionary.
            ValueError: the search failed.
        """
        look = self.looks.get(dictionary) or self._look(dictionary)
        if look.markers is None:
            raise ValueError(look.failure)
        return look.markers

    def why_no_marker(self, dictionary: str | None) -> str:
        """Return why there is no marker, and what to do.

        Raises:
            NeedsPixelsError: nobody asked, and there are no pixels.
        """
        look = self.looks.get(dictionary)
        if look is not None and look.advice is not None:
            return look.advice
        advice = why_no_marker(self._photo.pixels, dictionary)
        self.looks[dictionary] = MarkerLook((), advice=advice)
        return advice

    def scale_of_file(self) -> Scale | None:
        """Return the scale of a GeoTIFF or a world file; None if there is neither.

        Raises:
            NeedsPixelsError: nobody looked, and there is no file.
            UsageError: there is one that cannot be used.
            ValueError: it could not be computed.
        """
        if self.transform is None:
            self.transform = _transform(self._photo)
        if self.transform.refused:
            raise UsageError(self.transform.refused)
        if self.transform.failure:
            raise ValueError(self.transform.failure)
        return self.transform.scale

    def kept(self) -> "Sight":
        """Return what is known, the scale of the file included, without the pixels."""
        if self.transform is None:
            self.transform = _transform(self._photo)
        return Sight(self.shape, None, dict(self.looks), self.transform)

    @property
    def _photo(self) -> Photo:
        if self.photo is None:
            raise NeedsPixelsError
        return self.photo

    def _look(self, dictionary: str | None) -> MarkerLook:
        pixels = self._photo.pixels
        try:
            look = MarkerLook(find_markers(pixels, dictionary=dictionary))
        except UsageError:
            raise
        except FAILURES as error:
            look = MarkerLook(None, failure_text(error))
        self.looks[dictionary] = look
        return look


def _transform(photo: Photo) -> TransformLook:
    try:
        return TransformLook(scale_from_transform(photo.path))
    except UsageError as error:
        return TransformLook(refused=str(error))
    except FAILURES as error:
        return TransformLook(failure=failure_text(error))
