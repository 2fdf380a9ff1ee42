"""One photograph graded again from what was kept of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cracklens.detection.sizes import not_searched_note
from cracklens.inspection.assess import Assessor
from cracklens.inspection.kept.photograph import KeptPhoto, said_of, same_cracks
from cracklens.inspection.looked import look_at_widths
from cracklens.inspection.scaled import Scaled
from cracklens.photos import Photo
from cracklens.photos.scale import NeedsPixelsError, ScaleRequest, Sight, find_scale_again
from cracklens.record.assessed import Assessed
from cracklens.record.convert import photo_record
from cracklens.record.facts import PhotoFacts
from cracklens.record.schema import PhotoRecord
from cracklens.tracing.crack import Tracing

CARD_SEARCHED = (
    "the marker was looked for after the search for cracks, so the card around it was searched as "
    "if it were wall: inspect the photograph again if a line lies on it"
)

Load = Callable[[], Photo]
"""Reads the photograph, of which nothing outside its region is concrete; raises `PhotoError`."""


@dataclass(frozen=True, slots=True)
class Regraded:
    """A photograph that was graded again.

    Attributes:
        record: the new one.
        kept: what is kept of it, if that changed since pixels were read; else None.
    """

    record: PhotoRecord
    kept: KeptPhoto | None


def regrade(
    kept: KeptPhoto,
    assessor: Assessor,
    load: Load,
    *,
    path: Path,
    identifier: str,
    name: str,
    overlay: str | None,
    threshold: float | None,
) -> Regraded:
    """Return the record of a photograph for another scale, context or threshold.

    The network never runs. Pixels are read in two cases alone: markers are asked for that nobody
    looked for; and another threshold reports other lines, whose widths are not known yet. What
    hides the wall stays as it was when the lines were traced, and so do the sizes at which the
    photograph was searched; the record says so where another scale asks for more.

    Args:
        kept: of the photograph.
        assessor: what measures and grades.
        load: reads the photograph.
        path: of the photograph, by which a table of scales knows it.
        identifier: of the photograph, such as "P003".
        name: its path in the record.
        overlay: path of its overlay, or None.
        threshold: probability from which a line is a crack; None for that of the model.

    Raises:
        PhotoError: pixels are needed, and the photograph cannot be read.
        UsageError: what was said of the scale makes no sense.
    """
    request = assessor.request_for(path)
    scaled, looked_up = scaled_again(kept, request, load)
    tracing, widths = _traced(looked_up or kept, load, threshold)
    now = widths or looked_up or kept
    tiles = kept.facts.map_kind == "tiles"
    assessed = assessor.assessed(now.looked, tracing, scaled, tiles=tiles)
    record = photo_record(
        kept.facts,
        tracing,
        _with_sizes(_with_card(assessed, scaled), kept.facts),
        identifier=identifier,
        path=name,
        overlay=overlay,
    )
    return Regraded(record, None if now is kept else now)


def scaled_again(
    kept: KeptPhoto, request: ScaleRequest, load: Load
) -> tuple[Scaled, KeptPhoto | None]:
    """Return the scale, and what is kept now if pixels had to be read for it.

    Args:
        kept: of the photograph.
        request: what is said of the scale.
        load: reads the photograph.

    Raises:
        PhotoError: pixels are needed, and the photograph cannot be read.
        UsageError: what was said of the scale makes no sense.
    """
    changed, sight = None, kept.sight
    if said_of(request) == kept.scale_said:
        found = kept.scale, kept.scale_missing, sight, kept.looked.hidden
        return Scaled(request, kept.metadata, *found), None
    try:
        scale, missing, _ = find_scale_again(sight, kept.metadata, request, cover=False)
    except NeedsPixelsError:
        seeing = Sight(sight.shape, load(), dict(sight.looks), sight.transform)
        scale, missing, _ = find_scale_again(seeing, kept.metadata, request, cover=False)
        sight = seeing.kept()
        changed = replace(
            kept, sight=sight, scale=scale, scale_missing=missing, scale_said=said_of(request)
        )
    return Scaled(request, kept.metadata, scale, missing, sight, kept.looked.hidden), changed


def _traced(
    kept: KeptPhoto, load: Load, threshold: float | None
) -> tuple[Tracing, KeptPhoto | None]:
    """Return the lines, and what is kept now if other ones had to be measured."""
    decision = kept.decision
    tracing = kept.tracing(threshold)
    if decision is None or threshold in {None, decision.threshold}:
        return tracing, None
    if same_cracks(tracing, kept.tracing()):
        return tracing, None
    widths = look_at_widths(load(), tracing, kept.looked.hidden)
    return tracing, replace(
        kept,
        decision=replace(decision, threshold=threshold),
        looked=replace(kept.looked, widths=widths),
    )


def _with_sizes(assessed: Assessed, facts: PhotoFacts) -> Assessed:
    """Return the result with a note if a new inspection would search more sizes."""
    mm_per_px = assessed.scale.mm_per_px if assessed.scale else None
    note = not_searched_note(facts.sizes, mm_per_px, facts.shape)
    return replace(assessed, notes=(*assessed.notes, note)) if note else assessed


def _with_card(assessed: Assessed, scaled: Scaled) -> Assessed:
    """Return the result with a note if the card of a marker was taken for wall."""
    if assessed.scale is None or assessed.scale.source != "marker":
        return assessed
    hidden, sight = scaled.hidden, scaled.sight
    look = sight.looks.get(scaled.request.dictionary)
    rows, columns = sight.shape[:2]
    for marker in (look and look.markers) or ():
        x, y = (round(float(value)) for value in marker.middle_px)
        inside = 0 <= x < columns and 0 <= y < rows
        if inside and (hidden is None or not hidden[y, x]):
            return replace(assessed, notes=(*assessed.notes, CARD_SEARCHED))
    return assessed
