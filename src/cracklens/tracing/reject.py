"""Rejection of lines that are not cracks, with the reason and the value that decided."""

from collections.abc import Sequence
from dataclasses import replace

from cracklens.tracing.candidate import Candidate
from cracklens.tracing.crack import Crack, Reason, Rejected
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.straight import Regularity

_LISTED = 50  # of each reason; a noisy map has thousands
_ROUNDING = 0.002  # half a step of the map


def reject_candidates(
    lines: Sequence[Candidate], settings: TraceSettings
) -> tuple[list[int], list[Rejected]]:
    """Return the indices of the lines that are cracks, and the rejected lines.

    A line without a pixel above the seed threshold is in neither. For each reason the 50 longest
    are listed; the text of the last one gives the number of the others.

    Args:
        lines: all candidates of a photograph.
        settings: limits.
    """
    kept: list[int] = []
    rejected: dict[Reason, list[Rejected]] = {}
    for index, line in enumerate(lines):
        if line.peak < settings.seed_threshold - _ROUNDING:
            continue
        found: tuple[Reason, str] | None
        if line.straight is not None:
            found = "straight and regular", _straight_detail(line.straight)
        else:
            found = reject_reason(line.crack, settings)
        if found:
            crack = replace(line.crack, continues=())
            rejected.setdefault(found[0], []).append(Rejected(crack, *found))
        else:
            kept.append(index)
    return kept, [one for reason in sorted(rejected) for one in longest(rejected[reason])]


def reject_lines(
    cracks: Sequence[Crack], settings: TraceSettings
) -> tuple[list[Crack], list[Rejected]]:
    """Return the cracks, and the lines that are too short, not elongated or too faint.

    For each reason the 50 longest are listed; the text of the last one gives the number of others.
    """
    kept: list[Crack] = []
    rejected: dict[Reason, list[Rejected]] = {}
    for crack in cracks:
        found = reject_reason(crack, settings)
        if found:
            rejected.setdefault(found[0], []).append(Rejected(crack, *found))
        else:
            kept.append(crack)
    return kept, [one for reason in sorted(rejected) for one in longest(rejected[reason])]


def reject_reason(crack: Crack, settings: TraceSettings) -> tuple[Reason, str] | None:
    """Return the reason for the rejection and the value that decided; None for a crack."""
    length_px, width_px = crack.length_px, crack.mean_width_px
    if length_px < settings.least_length_px:
        return (
            "too short",
            f"{length_px:.0f} px long, at least {settings.least_length_px:g} are needed",
        )
    if length_px < settings.least_elongation * width_px:
        times = f"a crack is at least {settings.least_elongation:g} times as long as wide"
        return "not elongated", f"{length_px:.0f} px long and {width_px:.0f} px wide; {times}"
    if crack.confidence < settings.least_confidence:
        mean = f"mean probability {crack.confidence:.2f} along the line"
        return "too faint", f"{mean}, at least {settings.least_confidence:g} is needed"
    return None


def longest(rejected: list[Rejected]) -> list[Rejected]:
    """Return the longest lines; the text of the last one gives the number of the others."""
    rejected = sorted(rejected, key=lambda one: -one.crack.length_px)
    more = len(rejected) - _LISTED
    if more > 0:
        last = rejected[_LISTED - 1]
        detail = f"{last.detail}; {more:,} shorter ones are not listed"
        rejected[_LISTED - 1] = replace(last, detail=detail)
    return rejected[:_LISTED]


def _straight_detail(found: Regularity) -> str:
    return (
        f"within {found.rms_px:.1f} px of a straight line over {found.length_px:.0f} px, and its "
        f"width varies by {found.width_variation:.0%}: like a joint or a formwork line"
    )
