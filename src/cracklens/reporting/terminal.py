"""Summary of an inspection as text, 80 columns wide."""

from collections import Counter
from collections.abc import Callable, Sequence
from textwrap import shorten, wrap

from cracklens.detection.surface import MOSTLY_ELSE, UNLIKE
from cracklens.grading.certainty import is_unlikely, share_text, states_text
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord
from cracklens.reporting.figures import MM_PER_M, length_mm, share
from cracklens.reporting.not_graded import not_graded
from cracklens.reporting.order import ranked as most_urgent
from cracklens.reporting.text import counted
from cracklens.reporting.verdict import kinds_counted, lines_text, unlikely

Ranked = Sequence[tuple[PhotoRecord, CrackRecord]]

_SHOWN = 5
_PATH_COLUMNS = 28
_COLUMNS = 80
_STATE_COLUMNS = 24
_REASONS = 3


def summary_text(inspection: Inspection) -> str:
    """Return the summary: in mm for photographs with a scale, else in pixels."""
    photographs = inspection.photographs
    cracks = ranked(inspection)
    cracked = sum(bool(photo.cracks) for photo in photographs)
    scaled = sum(photo.scale is not None for photo in photographs)
    lines = [
        f"{counted(len(photographs), 'photograph')} inspected, {cracked:,} with cracks"
        + (f", {scaled:,} with a scale" if scaled else "")
        + (f"; {len(inspection.failed):,} could not be" if inspection.failed else ""),
        *_copies(inspection),
        *_surfaces(inspection),
        *(_totals(inspection, cracks) if cracks else ["no cracks found"]),
        *_unlikely(inspection),
    ]
    measured = by_priority(inspection)
    unmeasured = [pair for pair in cracks if pair[1].priority is None]
    if measured:
        lines += _measured_table(measured)
    if unmeasured:
        lines += _table("longest", unmeasured)
        widest = sorted(
            unmeasured,
            key=lambda pair: (is_unlikely(pair[1].probability), -pair[1].max_width_px),
        )
        lines += _table("widest", widest)
        lines += ["", "Lengths and widths are in pixels of the photographs."]
    lines += _missing_scale(inspection)
    lines += _not_graded(inspection)
    lines += _to_retake(inspection)
    return "\n".join(lines)


def by_priority(inspection: Inspection) -> Ranked:
    """Return the cracks that have a priority with their photographs, the most urgent first."""
    return [(photo, crack) for photo, crack in most_urgent(inspection) if crack.priority]


def ranked(
    inspection: Inspection, by: Callable[[CrackRecord], float] = lambda crack: crack.length_px
) -> Ranked:
    """Return all cracks with their photographs, the greatest first, unlikely ones last."""
    pairs = [(photo, crack) for photo in inspection.photographs for crack in photo.cracks]
    return sorted(pairs, key=lambda pair: (is_unlikely(pair[1].probability), -by(pair[1])))


def length_px(inspection: Inspection) -> float:
    """Return the length of all cracks together."""
    return round(sum(crack.length_px for _, crack in ranked(inspection)), 2)


def _copies(inspection: Inspection) -> list[str]:
    count = len(inspection.copies)
    if not count:
        return []
    what = "1 copy of another photograph is" if count == 1 else f"{count:,} copies of others are"
    return [f"{what} not counted again"]


def _totals(inspection: Inspection, cracks: Ranked) -> list[str]:
    """Return how many cracks there are and how long they are: expected, where lines have a P."""
    records = [crack for _, crack in cracks]
    known = any(crack.probability is not None for crack in records)
    found = inspection.quantities
    in_mm = all(crack.measurement and crack.measurement.length_mm for crack in records)
    if not known:
        return [f"{lines_text(records)}, {_length(records, in_mm=in_mm)} in all"]
    told = f"{lines_text(records)}; expected length {_length(records, in_mm=in_mm)}"
    if in_mm and found and found.low_m is not None and found.high_m is not None:
        told += f" ({found.low_m:,.2f} to {found.high_m:,.2f})"
    return _wrapped(told)


def _length(cracks: Sequence[CrackRecord], *, in_mm: bool) -> str:
    """Return the expected length of all cracks: in m if each has one in mm, else in px."""
    if in_mm:
        metres = sum(share(crack) * (length_mm(crack) or 0.0) for crack in cracks) / MM_PER_M
        return f"{metres:,.2f} m"
    return f"{sum(share(crack) * crack.length_px for crack in cracks):,.0f} px"


def _unlikely(inspection: Inspection) -> list[str]:
    """Say how many lines are listed as probably no cracks, and what they probably are."""
    found = unlikely(inspection)
    if not found:
        return []
    count = "1 line is" if len(found) == 1 else f"{len(found):,} lines are"
    noun = "crack" if len(found) == 1 else "cracks"
    return _wrapped(
        f"{count} probably no {noun}, see tables/rejected.csv: probably {kinds_counted(found)}"
    )


def _surfaces(inspection: Inspection) -> list[str]:
    """Return which photographs show mostly something else, or are unlike the training."""
    told = {MOSTLY_ELSE: "shows mostly no concrete", UNLIKE: "is unlike the model's training"}
    lines = []
    for mark, what in told.items():
        names = [p.path for p in inspection.photographs if any(mark in note for note in p.notes)]
        if names:
            more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
            lines.append(f"{_shortened(names[0])} {what}: see its note{more}")
    return lines


def timings_text(seconds: dict[str, float], wall_s: float, photographs: int) -> str:
    """Return the time of each step as text."""
    spent = ", ".join(f"{step} {value:.1f}" for step, value in seconds.items())
    each = f", {wall_s / photographs:.2f} s per photograph" if photographs else ""
    return f"time: {wall_s:.1f} s{each} (steps run in parallel, in s: {spent})"


def _table(title: str, cracks: Ranked) -> list[str]:
    known = _is_verified(cracks)
    sure = "crack" if known else "sure"
    head = f"\n{title:<11} {'length':>8} {'mean width':>11} {'widest':>7} {sure:>6} photograph"
    rows = [
        f"{crack.id:<11} {crack.length_px:>8,.0f} {crack.mean_width_px:>11.1f} "
        f"{crack.max_width_px:>7.1f} {_sure(crack) if known else f'{crack.confidence:.0%}':>6} "
        f"{_shortened(photo.path)}"
        for photo, crack in cracks[:_SHOWN]
    ]
    more = len(cracks) - _SHOWN
    return [head, *rows, *([f"... and {more:,} more"] if more > 0 else [])]


def _measured_table(cracks: Ranked) -> list[str]:
    code, known = _code(cracks), _is_verified(cracks)
    head = f"\n{'by priority':<11} {'crack  ' if known else ''}{'width mm (95 %)':<19} "
    head += f"{'length':>9} {'score':>5} "
    condition = "if so" if known else "if a crack,"
    head += f"{condition} {code}" if code else "photograph"
    rows = []
    for photo, crack in cracks[:_SHOWN]:
        measured = crack.measurement
        if measured is None or measured.max_width_mm is None or measured.length_mm is None:
            continue
        width = measured.max_width_mm
        bound = ">" if measured.is_lower_bound else " "
        score = crack.priority.score if crack.priority else 0.0
        rows.append(
            f"{crack.id:<11} {f'{_sure(crack):<6} ' if known else ''}"
            f"{f'{width.value:.2f} ({width.low:.2f} to {width.high:.2f})':<19} "
            f"{bound}{measured.length_mm.value / 1000:>6.2f} m {score:>5.0f} "
            f"{_state(crack, code, condition) if code else _shortened(photo.path)}"[:_COLUMNS]
        )
    more = len(cracks) - _SHOWN
    return [head, *rows, *([f"... and {more:,} more"] if more > 0 else [])]


def _is_verified(cracks: Ranked) -> bool:
    return any(crack.probability is not None for _, crack in cracks)


def _sure(crack: CrackRecord) -> str:
    """Return the probability of a crack in a column; a dash where nothing verified the line."""
    return "-" if crack.probability is None else share_text(crack.probability)


def _code(cracks: Ranked) -> str | None:
    """Return the code whose states are shown: the first with inspection states, else the first."""
    grades = [grade for _, crack in cracks for grade in crack.grades]
    grades.sort(key=lambda grade: grade.kind != "inspection state")
    return grades[0].code if grades else None


def _state(crack: CrackRecord, code: str, condition: str) -> str:
    """Return the states of a crack by a code after their condition, shortened to the column."""
    grade = next((grade for grade in crack.grades if grade.code == code), None)
    if grade is None or grade.refused:
        return grade.text if grade else ""
    if grade.kind == "design limit":
        name, probability = list(grade.states.items())[-1]
        states = f"{name}: {share_text(probability)}"
    else:
        states = states_text(grade.states.items())
    return shorten(f"{condition} {states}", _STATE_COLUMNS, placeholder=" ...")


def _missing_scale(inspection: Inspection) -> list[str]:
    """Return each reason for a missing scale once, with what to do."""
    missing = Counter(p.scale_missing for p in inspection.photographs if p.scale_missing)
    return [
        line
        for reason, count in missing.most_common(_REASONS)
        for line in ["", *_wrapped(f"{counted(count, 'photograph')}: {reason}")]
    ]


def _not_graded(inspection: Inspection) -> list[str]:
    """Say which cracks no state was given for by which codes, and why."""
    told = not_graded(inspection)
    shown = [line for reason in told[:_REASONS] for line in _wrapped(f"not graded: {reason}")]
    more = len(told) - _REASONS
    rest = [f"... and {counted(more, 'other reason')}, see tables/grades.csv"] if more > 0 else []
    return ["", *shown, *rest] if told else []


def _to_retake(inspection: Inspection) -> list[str]:
    bad = [p for p in inspection.photographs if p.fitness and p.fitness.verdict == "retake"]
    if not bad:
        return []
    rows = [
        _wrapped(f"{p.id} {_shortened(p.path)}: {' '.join(p.fitness.advice)}")
        for p in bad[:_SHOWN]
        if p.fitness
    ]
    more = len(bad) - _SHOWN
    return [
        "",
        f"to retake: {counted(len(bad), 'photograph')}",
        *(line for row in rows for line in row),
        *([f"... and {more:,} more"] if more > 0 else []),
    ]


def _wrapped(text: str) -> list[str]:
    """Return lines of at most 80 columns; flags such as --mm-per-px are not broken."""
    return wrap(text, _COLUMNS, break_on_hyphens=False)


def _shortened(path: str) -> str:
    return path if len(path) <= _PATH_COLUMNS else f"...{path[3 - _PATH_COLUMNS :]}"
