"""The order of lines: what is more likely something else never stands above a crack."""

from collections.abc import Sequence

from cracklens.grading.certainty import is_unlikely
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord
from cracklens.reporting import figures

Ranked = list[tuple[PhotoRecord, CrackRecord]]


def ranked(inspection: Inspection) -> Ranked:
    """Return all cracks with their photographs, the most urgent first; see `urgency`."""
    pairs = [(photo, crack) for photo in inspection.photographs for crack in photo.cracks]
    return sorted(pairs, key=lambda pair: urgency(pair[1]))


def urgency(crack: CrackRecord) -> tuple[bool, float, float, float]:
    """Return the sort key of a crack, so that the most urgent comes first.

    Lines that are more likely something else (probability of a crack below 0.5) come last. Among
    the others, and among these, the score decides; lines without one come after, the longest first.
    """
    return (
        is_unlikely(crack.probability),
        -crack.priority.score if crack.priority else 1.0,
        -figures.length_px(crack),
        -figures.max_width_px(crack),
    )


def likely_first(cracks: Sequence[CrackRecord]) -> list[CrackRecord]:
    """Return cracks in their order, but those that are more likely something else last."""
    return sorted(cracks, key=lambda crack: is_unlikely(crack.probability))
