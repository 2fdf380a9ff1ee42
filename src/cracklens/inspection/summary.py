"""An inspection in a few lines of text, 80 columns wide."""

from collections.abc import Callable, Sequence

from cracklens.inspection.record import CrackRecord, Inspection, PhotoRecord

Ranked = Sequence[tuple[PhotoRecord, CrackRecord]]

_SHOWN = 5
_PATH_COLUMNS = 28


def summary_text(inspection: Inspection) -> str:
    """Return what was found, for people. Lengths and widths are in pixels."""
    cracks = ranked(inspection)
    cracked = sum(bool(photo.cracks) for photo in inspection.photographs)
    lines = [
        f"{_counted(len(inspection.photographs), 'photograph')} inspected, {cracked:,} with cracks"
        + (f"; {len(inspection.failed):,} could not be" if inspection.failed else ""),
        f"{_counted(len(cracks), 'crack')}, {length_px(inspection):,.0f} px in all"
        if cracks
        else "no cracks found",
    ]
    if cracks:
        lines += _table("longest", cracks)
        lines += _table("widest", ranked(inspection, by=lambda crack: crack.max_width_px))
        lines += ["", "Lengths and widths are in pixels of the photographs."]
    return "\n".join(lines)


def ranked(
    inspection: Inspection, by: Callable[[CrackRecord], float] = lambda crack: crack.length_px
) -> Ranked:
    """Return all cracks with their photographs, the greatest first."""
    pairs = [(photo, crack) for photo in inspection.photographs for crack in photo.cracks]
    return sorted(pairs, key=lambda pair: -by(pair[1]))


def length_px(inspection: Inspection) -> float:
    """Return the length of all cracks together."""
    return round(sum(crack.length_px for _, crack in ranked(inspection)), 2)


def timings_text(seconds: dict[str, float], wall_s: float, photographs: int) -> str:
    """Return where the time went, for people."""
    spent = ", ".join(f"{step} {value:.1f}" for step, value in seconds.items())
    each = f", {wall_s / photographs:.2f} s per photograph" if photographs else ""
    return f"time: {wall_s:.1f} s{each} (side by side, in s: {spent})"


def _table(title: str, cracks: Ranked) -> list[str]:
    head = f"\n{title:<11} {'length':>8} {'mean width':>11} {'widest':>7} {'sure':>5}  photograph"
    rows = [
        f"{crack.id:<11} {crack.length_px:>8,.0f} {crack.mean_width_px:>11.1f} "
        f"{crack.max_width_px:>7.1f} {crack.confidence:>5.0%}  {_shortened(photo.path)}"
        for photo, crack in cracks[:_SHOWN]
    ]
    more = len(cracks) - _SHOWN
    return [head, *rows, *([f"... and {more:,} more"] if more > 0 else [])]


def _shortened(path: str) -> str:
    return path if len(path) <= _PATH_COLUMNS else f"...{path[3 - _PATH_COLUMNS :]}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
