"""What the verification says of lines, as text: a crack, or which look-alike."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cracklens.grading.certainty import share_text
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord, RejectedRecord
from cracklens.reporting.text import counted
from cracklens.tracing.crack import NOT_A_CRACK
from cracklens.verification.kinds import named

_LEAST_SHARE, _MOST_KINDS = 0.005, 3


@dataclass(frozen=True, slots=True)
class Unlikely:
    """A line that is listed as probably no crack; `number` counts the rejected of its photo."""

    photo: PhotoRecord
    number: int
    record: RejectedRecord

    @property
    def crack(self) -> str:
        """The probability of a crack, as text."""
        return "" if self.record.probability is None else share_text(self.record.probability)

    @property
    def kinds(self) -> str:
        """The likeliest look-alikes, as text."""
        return kinds_text(self.record.kinds)


def likeliest(kinds: Mapping[str, float]) -> tuple[str, float]:
    """Return the likeliest look-alike and its probability; ("", 0.0) if none is known."""
    return max(kinds.items(), key=lambda kind: kind[1], default=("", 0.0))


def kinds_text(kinds: Mapping[str, float]) -> str:
    """Return the likeliest look-alikes with their probabilities, at most three.

    >>> kinds_text({"plant": 0.02, "joint": 0.86, "scratch": 0.001})
    'a joint 0.86, a plant 0.02'
    """
    found = sorted(kinds.items(), key=lambda kind: -kind[1])[:_MOST_KINDS]
    return ", ".join(f"{named(k)} {share_text(p)}" for k, p in found if p >= _LEAST_SHARE)


def unlikely_of(photo: PhotoRecord) -> Iterator[Unlikely]:
    """Yield the lines of a photograph that the verification calls probably no crack."""
    for number, line in enumerate(photo.rejected, 1):
        if line.reason == NOT_A_CRACK:
            yield Unlikely(photo, number, line)


def unlikely(inspection: Inspection) -> list[Unlikely]:
    """Return all lines that are probably no crack, the most doubtful first."""
    found = [each for photo in inspection.photographs for each in unlikely_of(photo)]
    return sorted(found, key=lambda each: -(each.record.probability or 0.0))


def kinds_counted(lines: Sequence[Unlikely]) -> str:
    """Return how many lines are probably what, the most frequent first.

    >>> kinds_counted([])
    ''
    """
    names = Counter(likeliest(each.record.kinds)[0] or "something else" for each in lines)
    return ", ".join(
        f"{named(kind) if kind != 'something else' else kind} ({count:,})"
        for kind, count in names.most_common()
    )


def lines_text(cracks: Sequence[CrackRecord]) -> str:
    """Return how many lines there are, and how many of them are expected to be cracks.

    Where nothing verified the lines, they are called cracks, and no probability is claimed.
    """
    known = [crack.probability for crack in cracks if crack.probability is not None]
    if not known:
        return counted(len(cracks), "crack")
    number = sum(known) + len(cracks) - len(known)
    return f"{counted(len(cracks), 'line')}, {number:,.1f} of them expected to be cracks"
