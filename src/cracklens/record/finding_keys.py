"""The stable id of a finding: of the photograph and the line, not of an order."""

import hashlib
from collections.abc import Iterable, Sequence

from cracklens.record.base import Point
from cracklens.record.schema import CrackRecord, PhotoRecord, RejectedRecord

Line = Sequence[Point]


def finding_key(sha256: str, lines_px: Iterable[Line]) -> str:
    """Return the stable id of a line: 64 hexadecimal digits.

    Args:
        sha256: of the photograph.
        lines_px: one polyline for each branch; rounded to whole pixels, so that the last digit of a
            computation does not move the id.

    >>> finding_key("ab", [[(1.2, 3.4), (9.1, 9.0)]]) == finding_key("ab", [[(1, 3), (9, 9)]])
    True
    """
    lines = ";".join(" ".join(f"{round(x)},{round(y)}" for x, y in line) for line in lines_px)
    return hashlib.sha256(f"{sha256}|{lines}".encode("utf-8", "backslashreplace")).hexdigest()


def finding_keys(photo: PhotoRecord) -> list[str]:
    """Return the stable ids of all lines of a photograph: cracks, then rejected lines.

    Of lines that lie on the same pixels, the second and later ones have ids of their own.
    """
    times: dict[str, int] = {}
    keys = []
    lines: list[CrackRecord | RejectedRecord] = [*photo.cracks, *photo.rejected]
    for line in lines:
        key = finding_key(photo.sha256, lines_of(line))
        times[key] = times.get(key, 0) + 1
        more = f"{photo.sha256}|{key}|{times[key]}"
        keys.append(key if times[key] == 1 else finding_key(more, []))
    return keys


def lines_of(line: CrackRecord | RejectedRecord) -> list[list[Point]]:
    """Return the polylines of a crack or of a rejected line."""
    if isinstance(line, CrackRecord):
        return [branch.points_px for branch in line.branches]
    return line.lines_px
