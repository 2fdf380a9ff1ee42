"""Rows of the tables of measured values: grades, widths along the cracks, quantities."""

from collections.abc import Iterator

from cracklens.record.measured import GradeRecord, ProfileRecord
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord

Cell = str | float | int | None
Row = tuple[Cell, ...]

GRADE_COLUMNS = (
    "crack_id", "photograph_id", "photograph", "code", "title", "clause", "kind", "verified",
    "probability", "stated", "states", "refused", "basis", "notes",
)  # fmt: skip
"""`grades.csv`, one row per crack and code. `kind` is `design limit` or `inspection state`;
`verified` is `primary`, or `secondary` for a table from a secondary source; `stated` is the single
state that contains the whole 95 % interval, empty if the interval spans several; `probability` is
that of a crack, empty where nothing verified it; `states` gives that and the probability of each
state if it is one, such as `a crack 0.930; if so CS1 0.190; CS2 0.810`; `refused` is the reason if
there is no state. Ratings are the inspector's."""

WIDTH_COLUMNS = (
    "crack_id", "branch", "station", "x_px", "y_px", "width_px", "standard_px", "width_mm",
    "standard_mm", "method",
)  # fmt: skip
"""`widths.csv`, one row per station along a crack. `branch` and `station` count from 1;
`standard_*` is the standard uncertainty of the width; `method` is `profile`, `mask` or `none`; for
`none` the width is empty."""

QUANTITY_COLUMNS = (
    "kind", "code", "name", "above_mm", "up_to_mm", "length_m", "area_m2", "cracks", "low_m",
    "high_m",
)  # fmt: skip
"""`quantities.csv`: expected metres of crack in all (`kind` is `all`), by width class (`width
class`), and by state of each code (`state`); there each crack is divided by its probabilities. Each
line counts times its probability of a crack; `low_m` and `high_m` are the ends of the 95 %
interval; `cracks` counts lines. `area_m2` is the area of
the wall around the cracks. Photographs without a scale do not count."""


def grade_rows(inspection: Inspection) -> Iterator[Row]:
    """Yield a row for each crack and code, in the order of `GRADE_COLUMNS`."""
    for photo in inspection.photographs:
        for crack in photo.cracks:
            for grade in crack.grades:
                yield (crack.id, photo.id, photo.path, *_grade(grade))


def width_rows(photo: PhotoRecord) -> Iterator[Row]:
    """Yield a row for each station of each profile, in the order of `WIDTH_COLUMNS`.

    No cell is text that a spreadsheet would evaluate.
    """
    for crack in photo.cracks:
        profiles = crack.measurement.profiles if crack.measurement else ()
        for branch, profile in enumerate(profiles, 1):
            yield from _stations(crack, branch, profile)


def quantity_rows(inspection: Inspection) -> Iterator[Row]:
    """Yield a row for each class of width and each state, in the order of `QUANTITY_COLUMNS`."""
    found = inspection.quantities
    if found is None:
        return
    if found.length_m is not None:
        ends = _ends(found.low_m, found.high_m)
        length_m = round(found.length_m, 3)
        yield "all", None, "all cracks", None, None, length_m, None, found.lines, *ends
    for each in found.width_classes:
        length_m = round(each.length_m, 3)
        yield (
            "width class", None, each.name, each.above_mm, each.up_to_mm, length_m, None,
            each.cracks, *_ends(each.low_m, each.high_m),
        )  # fmt: skip
    for state in found.states:
        area_m2 = None if state.area_m2 is None else round(state.area_m2, 4)
        length_m = round(state.length_m, 3)
        yield (
            "state",
            state.code,
            state.state,
            None,
            None,
            length_m,
            area_m2,
            None,
            *_ends(state.low_m, state.high_m),
        )


def _ends(low_m: float | None, high_m: float | None) -> tuple[Cell, Cell]:
    """Return the ends of an interval to millimetres."""
    low, high = (None if end is None else round(end, 3) for end in (low_m, high_m))
    return low, high


def yes_or_no(value: bool) -> str:
    """Return a boolean as text for a table.

    >>> yes_or_no(True)
    'yes'
    """
    return "yes" if value else "no"


def _grade(grade: GradeRecord) -> Row:
    return (
        grade.code,
        grade.title,
        grade.clause,
        grade.kind,
        grade.verified,
        grade.probability,
        grade.stated,
        _states(grade),
        grade.refused,
        "; ".join(grade.basis),
        " ".join(grade.notes),
    )


def _states(grade: GradeRecord) -> str:
    """Return the states after the words that say on what they depend; empty if refused."""
    if not grade.states:
        return ""
    sure = "if a crack," if grade.probability is None else f"a crack {grade.probability:.3f}; if so"
    return f"{sure} " + "; ".join(f"{state} {share:.3f}" for state, share in grade.states.items())


def _stations(crack: CrackRecord, branch: int, profile: ProfileRecord) -> Iterator[Row]:
    blank = [None] * len(profile.points_px)
    columns = zip(
        profile.points_px,
        profile.width_px,
        profile.standard_px,
        profile.width_mm or blank,
        profile.standard_mm or blank,
        profile.method,
        strict=True,
    )
    for station, (point_px, *widths, method) in enumerate(columns, 1):
        x_px, y_px = (round(value, 1) for value in point_px)
        yield (crack.id, branch, station, x_px, y_px, *widths, method)
