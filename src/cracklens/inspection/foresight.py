"""What will not be graded, as far as it is known before any photograph is searched."""

from collections.abc import Sequence
from pathlib import Path

from cracklens.errors import CracklensError
from cracklens.grading import Context, not_applicable
from cracklens.grading.member import member_note
from cracklens.photos.metadata import read_metadata
from cracklens.photos.numerical import FAILURES
from cracklens.photos.scale import ScaleRequest, scale_from_transform

MOST_HEADERS = 300
"""Of so many photographs the headers are read; of more, nothing is said of what they hold."""
_WAYS = "put a marker on the wall (--marker 50mm), or give --mm-per-px, --distance or --scale-table"


def not_graded_notes(
    context: Context,
    request: ScaleRequest,
    paths: Sequence[Path],
    *,
    table: bool,
    tiles: bool,
    holding: Sequence[bool] | None = None,
) -> list[str]:
    """Return why cracks will not be graded, one line each; only what is sure.

    Args:
        context: of the member.
        request: what was said of the scale of all photographs.
        paths: of the photographs.
        table: a table gives the scale of single photographs.
        tiles: the model labels whole tiles, so nothing can be measured.
        holding: whether each file may hold its scale, where that is known already.
    """
    notes = [
        f"nothing will be graded by {code}: {reason.removeprefix(f'{code} ')}"
        for code, reason in not_applicable(context).items()
    ]
    if context.codes and tiles:
        notes.append(
            "nothing will be graded: the model labels whole tiles, and nothing can be measured in "
            "them; take a segmenter, such as that of the package"
        )
    elif context.codes and not table and not _gives_scale(request):
        notes += _without_scale(paths, holding)
    member = member_note(context)
    return [*notes, *([member] if member else [])]


def _gives_scale(request: ScaleRequest) -> bool:
    given = (request.marker_mm, request.mm_per_px, request.distance_m, request.points_px)
    return any(value is not None for value in given)


def _without_scale(paths: Sequence[Path], known: Sequence[bool] | None) -> list[str]:
    if len(paths) > MOST_HEADERS:
        return [f"no scale was given, so what has none in its file is not graded: {_WAYS}"]
    holding = sum(known if known is not None else map(_may_hold_scale, paths))
    if not holding:
        return [f"nothing will be graded: no scale was given, and no file holds one: {_WAYS}"]
    if holding == len(paths):
        return []
    without = f"{len(paths) - holding:,} of {len(paths):,} files hold none"
    return [f"no scale was given, and {without}: what they show is not graded: {_WAYS}"]


def _may_hold_scale(path: Path) -> bool:
    """Return whether a file may hold its scale; true where that cannot be told."""
    try:
        xmp = read_metadata(path).xmp
        if xmp.laser_distance_m or xmp.relative_altitude_m:
            return True
        return scale_from_transform(path) is not None
    except (CracklensError, *FAILURES, OSError):
        return True


def is_foreseen(sentence: str) -> bool:
    """Return whether a sentence among the limits of a record comes from `not_graded_notes`.

    That on a member without weights is not told from others.

    >>> is_foreseen("No scale was given, and 1 of 2 files hold none: what they show is not graded.")
    True
    """
    return sentence.lower().startswith(("nothing will be graded", "no scale was given"))
