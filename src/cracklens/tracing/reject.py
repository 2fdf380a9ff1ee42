"""Rejection of lines that are not cracks, with the reason and the value that decided."""

from collections.abc import Sequence
from dataclasses import replace

from cracklens.tracing.assemble import assemble
from cracklens.tracing.crack import Crack, Reason, Rejected
from cracklens.tracing.graph import Graph
from cracklens.tracing.mask import Bytes
from cracklens.tracing.prune import merge_chains
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.straight import Regularity, are_straight, regularity, strokes

_LISTED = 50  # of each reason; a noisy map has thousands


def without_straight_lines(
    graph: Graph, probability: Bytes, settings: TraceSettings
) -> tuple[Graph, list[Rejected]]:
    """Remove straight and regular lines from the graph; a crack that crosses one stays whole.

    The 50 longest are listed; the text of the last one gives the number of the others.

    Args:
        graph: Graph of the photograph, refined and bridged.
        probability: (H, W) uint8.
        settings: Limits.
    """
    if not settings.reject_straight:
        return graph, []
    lines = strokes(graph)
    found = [regularity(line) for line in lines]
    straight = are_straight(
        found,
        least_px=settings.straight_least_px,
        rms_px=settings.straight_rms_px,
        width_variation=settings.straight_width_variation,
    )
    gone: set[int] = set()
    rejected = []
    for line, line_regularity, is_straight in zip(lines, found, straight, strict=True):
        if is_straight:
            gone |= set(line.members)
            alone = merge_chains(graph.with_stretches(graph.stretches[i] for i in line.members))
            crack = assemble(alone, probability, settings.tolerance_px)
            detail = _straight_detail(line_regularity)
            rejected.append(Rejected(crack, "straight and regular", detail))
    kept = graph.with_stretches(s for i, s in enumerate(graph.stretches) if i not in gone)
    return (merge_chains(kept) if gone else graph), longest(rejected)


def reject_lines(
    cracks: Sequence[Crack], settings: TraceSettings
) -> tuple[list[Crack], list[Rejected]]:
    """Return the cracks, and the lines that are too short, not elongated or too faint.

    For each reason the 50 longest are listed; the text of the last one gives the number of others.
    """
    kept: list[Crack] = []
    rejected: dict[Reason, list[Rejected]] = {}
    for crack in cracks:
        found = _reason(crack, settings)
        if found:
            rejected.setdefault(found[0], []).append(Rejected(crack, *found))
        else:
            kept.append(crack)
    return kept, [one for reason in sorted(rejected) for one in longest(rejected[reason])]


def _reason(crack: Crack, settings: TraceSettings) -> tuple[Reason, str] | None:
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
