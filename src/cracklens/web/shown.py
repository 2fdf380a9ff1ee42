"""An inspection folder as the desk shows it: record, decisions, and where the photographs lie.

Nothing here changes the record.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

from cracklens.api.remeasuring import measuring_of
from cracklens.api.reviewing import report as write_reviewed
from cracklens.errors import DataNotFoundError, PhotoError
from cracklens.files import REPORT, REVIEWED, sha256_file, write_json
from cracklens.grading.priority import Weights
from cracklens.photos.find import find_photos
from cracklens.record.decisions import (
    Decision,
    Finding,
    Journal,
    Measure,
    ReviewedPhoto,
    holding,
    review_photo,
)
from cracklens.record.decisions.decided import context_of, decided_photo
from cracklens.record.decisions.history import undone
from cracklens.record.schema import Inspection, PhotoRecord, read_json

_SEEN = "seen.json"


@dataclass(frozen=True, slots=True)
class State:
    """The decisions as they are now, and the photographs with them applied."""

    decisions: tuple[Decision, ...]
    photographs: dict[str, ReviewedPhoto]
    undone: frozenset[int]


@dataclass(frozen=True, slots=True)
class DecidedPhoto:
    """A photograph after its decisions, as it counts.

    Attributes:
        reviewed: with the decisions applied.
        record: measured and graded again; `cracks` are the lines that count.
        unmeasured: why a line, or the photograph, could not be measured again, by its short name.
    """

    reviewed: ReviewedPhoto
    record: PhotoRecord
    unmeasured: dict[str, str]


@dataclass
class Shown:
    """An inspection.

    Attributes:
        folder: output of `inspect`.
        inspection: its record.
        photos: folder in which the photographs lie now, if they were moved.
    """

    folder: Path
    inspection: Inspection
    photos: Path | None = None
    _known: State | None = None
    _stamp: tuple[int, int] | None = None
    _lock: Lock = field(default_factory=Lock)
    _counted: dict[str, DecidedPhoto] = field(default_factory=dict)
    _one_measures: Lock = field(default_factory=Lock)
    _reported: list[tuple[str, int]] | None = None

    @cached_property
    def journal(self) -> Journal:
        """Its decisions on disk."""
        return Journal(self.folder)

    def state(self) -> State:
        """Return the photographs with the decisions that are on the disk now.

        Only photographs with new decisions are computed again.

        Raises:
            DataError: history was changed.
        """
        with self._lock:
            stamp = self._file_stamp()
            if self._known is None or stamp != self._stamp:
                self._known = self._applied(self._known)
                self._stamp = stamp
            return self._known

    def _file_stamp(self) -> tuple[int, int]:
        try:
            found = self.journal.file.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_size, found.st_mtime_ns

    def _applied(self, before: State | None) -> State:
        decisions = tuple(self.journal.read())
        holds = {decision.number for decision in holding(decisions)}
        by_photo: dict[str, list[Decision]] = {}
        for decision in decisions:
            by_photo.setdefault(decision.photograph or "", []).append(decision)
        photographs = {}
        for photo in self.inspection.photographs:
            own = by_photo.get(photo.sha256, [])
            known = before.photographs.get(photo.id) if before else None
            if known is None or len(known.history) != len(own):
                known = review_photo(photo, own, holds)
            photographs[photo.id] = known
        return State(decisions, photographs, frozenset(undone(decisions)))

    def photograph(self, identifier: str) -> ReviewedPhoto:
        """Return a photograph with its decisions.

        Raises:
            DataNotFoundError: the inspection has no such photograph.
        """
        found = self.state().photographs.get(identifier)
        if found is None:
            raise DataNotFoundError(f"the inspection has no photograph {identifier!r}")
        return found

    def counted(self, photo: ReviewedPhoto, *, pixels: bool = True) -> DecidedPhoto:
        """Return a photograph as it counts after its decisions, measured and graded again.

        The result is kept until the next decision about the photograph.

        Args:
            photo: with the decisions applied.
            pixels: measure again what needs pixels; without, such lines have no figures unless
                they are known already.
        """
        if not photo.history:
            return DecidedPhoto(photo, photo.record, {})
        known = self._counted.get(photo.record.id)
        if known and known.reviewed is photo:
            return known
        context = context_of(self.inspection)
        measure, weights = self._measuring
        if not pixels:
            return DecidedPhoto(photo, *decided_photo(photo, context, weights))
        with self._one_measures:
            known = self._counted.get(photo.record.id)
            if known and known.reviewed is photo:
                return known
            found = DecidedPhoto(photo, *decided_photo(photo, context, weights, measure))
            self._counted[photo.record.id] = found
            return found

    @cached_property
    def _measuring(self) -> tuple[Measure, Weights]:
        """What measures lines again, or says why it cannot; and the weights of the priority."""
        return measuring_of(self.folder, self.inspection, self.require_file)

    def report(self) -> Path:
        """Return the report: with the decisions in it if there are any, as they are now.

        Raises:
            DataNotFoundError: the inspection has no report, and nobody decided anything.
            CracklensError: it cannot be written.
        """
        versions = [*self.folder.glob("approved-*.json"), self.journal.file]
        stamps = [(one.name, one.stat().st_mtime_ns) for one in versions if one.is_file()]
        if not stamps:
            said = self.folder / REPORT
            if not said.is_file():
                raise DataNotFoundError("the inspection has no report")
            return said
        file = self.folder / REVIEWED / REPORT
        with self._one_measures:
            if self._reported != stamps or not file.is_file():
                write_reviewed(self.folder, photos=self.photos)
                self._reported = stamps  # of before: what is decided meanwhile makes a new one
        return file

    def finding(self, identifier: str, key: str) -> tuple[ReviewedPhoto, Finding]:
        """Return a finding and its photograph.

        Args:
            identifier: of the photograph.
            key: id of the finding, or its short name.

        Raises:
            DataNotFoundError: there is no such finding.
        """
        photo = self.photograph(identifier)
        found = photo.finding(key)
        if found is None:
            raise DataNotFoundError(f"photograph {identifier} has no line {key!r}")
        return photo, found

    def file(self, photo: PhotoRecord) -> Path | None:
        """Return where a photograph lies; None if it is not found.

        A photograph that was moved is found by its name below `photos`, or by its content.
        """
        named = Path(self.inspection.root, photo.path)
        if named.is_file():
            return named
        if self.photos is None:
            return None
        moved = self.photos / photo.path
        return moved if moved.is_file() else self._moved.get(photo.sha256)

    @cached_property
    def _moved(self) -> dict[str, Path]:
        """The files below `photos` by their SHA-256."""
        assert self.photos is not None
        return {sha256_file(path): path for path in find_photos([self.photos])}

    def require_file(self, photo: PhotoRecord) -> Path:
        """Return where a photograph lies.

        Raises:
            PhotoError: it is not found; says how to name its folder.
        """
        found = self.file(photo)
        if found is None:
            raise PhotoError(
                Path(self.inspection.root, photo.path),
                "is no longer there: name its new folder with --photos",
            )
        return found

    @cached_property
    def seen(self) -> set[str]:
        """SHA-256 of the photographs that a person has looked at."""
        try:
            content = read_json(self.folder / _SEEN)
        except (OSError, ValueError):
            return set()
        return {str(one) for one in content} if isinstance(content, list) else set()

    def mark_seen(self, photo: PhotoRecord) -> None:
        """Keep that a person has looked at a photograph."""
        with self._lock:
            if photo.sha256 not in self.seen:
                self.seen.add(photo.sha256)
                write_json(self.folder / _SEEN, sorted(self.seen))
