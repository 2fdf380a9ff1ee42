"""Set aside what is not a crack, with the reason and the figure that decided."""

from collections.abc import Sequence

from cracklens.tracing.assemble import assemble
from cracklens.tracing.crack import Crack, Rejected
from cracklens.tracing.graph import Graph
from cracklens.tracing.mask import Bytes
from cracklens.tracing.prune import merge_chains
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.straight import Regularity, regularity, straight_ones, strokes

_LISTED_SHORT = 50  # of the too short; a noisy map has thousands


def without_straight_lines(
    graph: Graph, probability: Bytes, settings: TraceSettings
) -> tuple[Graph, list[Rejected]]:
    """Take the straight and regular lines out of the graph; a crack that crosses one stays whole.

    Args:
        graph: Graph of the photograph, refined and bridged.
        probability: (H, W) uint8.
        settings: Limits.
    """
    if not settings.reject_straight:
        return graph, []
    lines = strokes(graph)
    found = [regularity(line) for line in lines]
    straight = straight_ones(
        found,
        least_px=settings.straight_least_px,
        rms_px=settings.straight_rms_px,
        width_variation=settings.straight_width_variation,
    )
    gone: set[int] = set()
    rejected = []
    for line, its_own, aside in zip(lines, found, straight, strict=True):
        if aside:
            gone |= set(line.members)
            alone = merge_chains(graph.having(graph.stretches[i] for i in line.members))
            crack = assemble(alone, probability, settings.tolerance_px)
            rejected.append(Rejected(crack, "straight and regular", _straight_detail(its_own)))
    kept = graph.having(s for i, s in enumerate(graph.stretches) if i not in gone)
    return (merge_chains(kept) if gone else graph), rejected


def sift(cracks: Sequence[Crack], settings: TraceSettings) -> tuple[list[Crack], list[Rejected]]:
    """Part cracks from what is too short, not elongated or too faint.

    Of the too short, the 50 longest are listed; the last of them says how many more there were.
    """
    kept, rejected, short = [], [], []
    for crack in cracks:
        length, width = crack.length_px, crack.mean_width_px
        if length < settings.least_elongation * width:
            detail = (
                f"{length:.0f} px long and {width:.0f} px wide; a crack is at least "
                f"{settings.least_elongation:g} times as long as wide"
            )
            rejected.append(Rejected(crack, "not elongated", detail))
        elif length < settings.least_length_px:
            short.append(crack)
        elif crack.confidence < settings.least_confidence:
            detail = (
                f"mean probability {crack.confidence:.2f} along the line, at least "
                f"{settings.least_confidence:g} is needed"
            )
            rejected.append(Rejected(crack, "too faint", detail))
        else:
            kept.append(crack)
    return kept, rejected + _too_short(short, settings)


def _too_short(cracks: Sequence[Crack], settings: TraceSettings) -> list[Rejected]:
    cracks = sorted(cracks, key=lambda crack: -crack.length_px)
    more = len(cracks) - _LISTED_SHORT
    rejected = []
    for rank, crack in enumerate(cracks[:_LISTED_SHORT], 1):
        detail = f"{crack.length_px:.0f} px long, at least {settings.least_length_px:g} are needed"
        if rank == _LISTED_SHORT and more > 0:
            detail += f"; {more:,} shorter ones are not listed"
        rejected.append(Rejected(crack, "too short", detail))
    return rejected


def _straight_detail(found: Regularity) -> str:
    return (
        f"within {found.rms_px:.1f} px of a straight line over {found.length_px:.0f} px, and its "
        f"width varies by {found.width_variation:.0%}: like a joint or a formwork line"
    )
