"""Records of lines as they are after the decisions."""

import math
from collections.abc import Sequence

import numpy as np

from cracklens.measurement.orientation import main_direction
from cracklens.record.base import Box, Point
from cracklens.record.decisions.finding import Finding, Lines
from cracklens.record.decisions.model import OTHER
from cracklens.record.schema import BranchRecord, CrackRecord, PhotoRecord, RejectedRecord
from cracklens.verification.kinds import named

BY_A_PERSON = "rejected by a person"
"""The reason of lines that a person rejects."""
_SAME_PX = 1.5  # ends of branches nearer than this belong to one node
_BORDER_PX = 1.0


def crack_record(finding: Finding, photo: PhotoRecord) -> CrackRecord:
    """Return the record of a line that counts as a crack.

    A line that is not that of a crack of the model has no measurement, and widths of 0 px.
    """
    decided = finding.status == "accepted"
    if isinstance(finding.record, CrackRecord) and not finding.moved:
        if not decided:
            return finding.record
        return finding.record.model_copy(update={"probability": 1.0, "kinds": {}})
    nodes, ends = graph_of(finding.lines_px)
    angle = main_direction([np.array(line) for line in finding.lines_px]).angle_deg
    return CrackRecord(
        id=finding.name,
        probability=1.0 if decided else finding.probability,
        confidence=finding.record.confidence if finding.record else 0.0,
        length_px=round(finding.length_px, 2),
        mean_width_px=0.0,
        max_width_px=0.0,
        widest_px=finding.lines_px[0][0],
        orientation_deg=round(angle, 1) % 180,
        box_px=box_of(finding.lines_px, photo),
        touches_border=_touches_border(finding.lines_px, photo),
        nodes_px=nodes,
        branches=[
            BranchRecord(points_px=list(line), width_px=[0.0] * len(line), start=start, end=end)
            for line, (start, end) in zip(finding.lines_px, ends, strict=True)
        ],
    )


def aside_record(finding: Finding, photo: PhotoRecord) -> RejectedRecord:
    """Return the record of a line that does not count: by the model, or by a person."""
    said = finding.record
    if finding.status == "open" and isinstance(said, RejectedRecord):
        if not finding.moved:
            return said
        where = {
            "lines_px": [list(line) for line in finding.lines_px],
            "length_px": round(finding.length_px, 2),
            "box_px": box_of(finding.lines_px, photo),
        }
        return said.model_copy(update=where)
    by = next((one.who for one in reversed(finding.history) if one.kind == "reject"), "a person")
    known = [] if finding.what in {None, OTHER} else [named(finding.what or OTHER)]
    what = ": ".join([*known, *([finding.why] if finding.why else [])])
    return RejectedRecord(
        reason=BY_A_PERSON,
        detail=f"{what}, by {by}" if what else f"by {by}",
        probability=0.0,
        kinds={},
        confidence=finding.record.confidence if finding.record else 0.0,
        length_px=round(finding.length_px, 2),
        box_px=box_of(finding.lines_px, photo),
        lines_px=[list(line) for line in finding.lines_px],
    )


def graph_of(lines: Lines) -> tuple[list[Point], list[tuple[int, int]]]:
    """Return the nodes of branches, and the first and the last node of each branch.

    Ends within 1.5 px of a node belong to it.

    >>> graph_of((((0, 0), (9, 0)), ((9.5, 0), (20, 5))))
    ([(0, 0), (9, 0), (20, 5)], [(0, 1), (1, 2)])
    """
    nodes: list[Point] = []

    def node(end: Point) -> int:
        for number, known in enumerate(nodes):
            if math.dist(known, end) <= _SAME_PX:
                return number
        nodes.append(end)
        return len(nodes) - 1

    ends = [(node(line[0]), node(line[-1])) for line in lines]
    return nodes, ends


def box_of(lines: Sequence[Sequence[Point]], photo: PhotoRecord) -> Box:
    """Return the smallest box of whole pixels around lines, inside the photograph."""
    points = np.array([point for line in lines for point in line])
    last = np.array([photo.width_px, photo.height_px]) - 1
    low = np.clip(np.floor(points.min(axis=0) + 0.5).astype(int), 0, last)
    high = np.clip(np.ceil(points.max(axis=0) - 0.5).astype(int), low, last)
    (x, y), (right, bottom) = low.tolist(), high.tolist()
    return x, y, right - x + 1, bottom - y + 1


def _touches_border(lines: Lines, photo: PhotoRecord) -> bool:
    return any(
        min(x, y, photo.width_px - 1 - x, photo.height_px - 1 - y) <= _BORDER_PX
        for line in lines
        for x, y in line
    )
