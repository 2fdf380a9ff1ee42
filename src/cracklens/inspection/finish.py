"""From the map of one photograph to its record, and to what is kept of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.detection.surface import SurfaceMap, SurfaceModel
from cracklens.errors import CracklensError, PhotoError
from cracklens.inspection.assess import Assess
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.kept.file import kept_path, write_kept
from cracklens.inspection.kept.photograph import kept_of
from cracklens.inspection.looked import Looked, look
from cracklens.inspection.scaled import Scaled, hidden_part
from cracklens.inspection.store import Finished, Stamp, Store
from cracklens.inspection.timings import Seconds, timed
from cracklens.photos import Photo
from cracklens.photos.no_concrete import Mask, Pixels
from cracklens.record.assessed import Assessed
from cracklens.record.convert import photo_record
from cracklens.record.facts import PhotoFacts, facts_of
from cracklens.record.schema import PhotoRecord
from cracklens.tracing.crack import Tracing
from cracklens.tracing.surface import on_known_surfaces

OnPhoto = Callable[[Photo, PhotoRecord], None]
Find = Callable[[ProbabilityMap, Pixels, Mask | None], Tracing]
"""Function of the map, the pixels and the hidden part of a photograph, such as a `Finder`."""


@dataclass(frozen=True, slots=True)
class Read:
    """A photograph that was read.

    Attributes:
        index: among the inputs.
        photo: decoded.
        stamp: of its file.
        seconds: spent so far.
        scaled: its scale; None if nothing is measured.
    """

    index: int
    photo: Photo
    stamp: Stamp
    seconds: Seconds
    scaled: Scaled | None

    @property
    def hidden(self) -> Mask | None:
        """Where no concrete is seen, (H, W), or None."""
        return self.scaled.hidden if self.scaled else hidden_part(self.photo, None)

    @property
    def mm_per_px(self) -> float | None:
        """Its scale, or None."""
        return self.scaled.scale.mm_per_px if self.scaled and self.scaled.scale else None


@dataclass(frozen=True, slots=True)
class Finisher:
    """Traces, measures and keeps one photograph after the other; arguments of `run_inspection`."""

    inputs: Inputs
    finder: Find
    assess: Assess | None
    surface: SurfaceModel | None
    store: Store | None
    on_photo: OnPhoto | None
    overlays: bool

    def __call__(self, read: Read, found: ProbabilityMap) -> Finished:
        """Return the result of a photograph; it counts as finished when the store has it.

        Raises:
            PhotoError: a step failed.
            OutputError: the result cannot be written.
        """
        seconds, photo = read.seconds, read.photo
        with timed(seconds, "tracing"), explained(photo.path):
            tracing = self.finder(found, photo.pixels, read.hidden)
            seen = self.surface.look(photo.pixels, read.hidden) if self.surface else None
            if seen:
                photo = replace(photo, notes=(*photo.notes, *seen.notes))
                tracing = on_known_surfaces(tracing, seen)
        with timed(seconds, "measuring"), explained(photo.path):
            facts = facts_of(photo, found)
            looked = assessed = None
            if self.assess and read.scaled:
                looked, assessed = _assessed(self.assess, photo, facts, tracing, read.scaled)
            record = self._record(read.index, facts, tracing, assessed)
        with timed(seconds, "writing"):
            if looked:
                self._keep(record, facts, tracing, seen, looked, read.scaled)
            if self.on_photo:
                self.on_photo(photo, record)
        finished = Finished(record, read.stamp, seconds)
        if self.store:
            self.store.put(finished)
        return finished

    def _record(
        self, index: int, facts: PhotoFacts, tracing: Tracing, assessed: Assessed | None
    ) -> PhotoRecord:
        inputs = self.inputs
        return photo_record(
            facts,
            tracing,
            assessed,
            identifier=inputs.identifier(index),
            path=inputs.name(index),
            overlay=inputs.overlay(index) if self.overlays else None,
        )

    def _keep(
        self,
        record: PhotoRecord,
        facts: PhotoFacts,
        tracing: Tracing,
        seen: SurfaceMap | None,
        looked: Looked,
        scaled: Scaled | None,
    ) -> None:
        if self.store and scaled:
            kept = kept_of(facts, tracing, seen, looked, scaled)
            write_kept(kept, kept_path(self.store.result, record.id))


def _assessed(
    assess: Assess, photo: Photo, facts: PhotoFacts, tracing: Tracing, scaled: Scaled
) -> tuple[Looked, Assessed]:
    """Return what the pixels say, and what follows from it."""
    tiles = facts.map_kind == "tiles"
    looked = look(photo, tracing, scaled.metadata, scaled.hidden, tiles=tiles)
    return looked, assess.assessed(looked, tracing, scaled, tiles=tiles)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what nobody foresaw in one photograph into its error: the others go on.

    Raises:
        PhotoError: names what happened.
    """
    try:
        yield
    except CracklensError:
        raise
    except MemoryError as error:
        reason = "too little memory is free to inspect it: cut the picture"
        raise PhotoError(path, reason) from error
    except Exception as error:  # a fault of ours must not cost the other 9,999 photographs
        reason = f"the inspection failed ({type(error).__name__}: {error}): please report this"
        raise PhotoError(path, reason) from error
