"""The lines of the sheet as they lie in a photograph, in the form in which cracks are measured."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.target.layout import Floats, SheetLine
from cracklens.measurement.target.pose import Pose
from cracklens.tracing.crack import Branch, Crack

_LEAST_PIECE_MM = 4.0
"""A shorter piece of line is not looked at."""
_END_MM = 1.5  # left out at both ends, or the width of the line if that is more
_BORDER_PX = 4.0
_STEP_MM = 0.25


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line that the photograph shows.

    Attributes:
        line: the line.
        course_mm: (N, 2) its centreline on the sheet.
        course_px: (N, 2) the same points in the photograph.
    """

    line: SheetLine
    course_mm: Floats
    course_px: Floats

    def true_width_px(self, points_px: Floats, pose: Pose) -> tuple[Floats, Floats]:
        """Return the true widths at points on the centreline, and the scale across the line there.

        A strip of width w has, across the picture of its centreline, the width w |J t| / |det J|,
        where J maps steps in px to mm and t is the unit tangent in the picture.

        Args:
            points_px: (M, 2) points on the centreline, in the photograph.
            pose: of the sheet.

        Returns:
            (M,) widths in px and (M,) mm per px.
        """
        along = _along(self.course_px)
        nearest = ((points_px[:, None] - self.course_px[None]) ** 2).sum(axis=2).argmin(axis=1)
        tangent = np.gradient(self.course_px, along, axis=0)[nearest]
        tangent /= np.hypot(*tangent.T)[:, None]
        to_mm = np.linalg.inv(pose.px_per_mm(self.course_mm[nearest]))
        stretch = np.hypot(*np.einsum("nij,nj->ni", to_mm, tangent).T)
        mm_per_px = np.abs(np.linalg.det(to_mm)) / stretch
        return self.line.width_mm / mm_per_px, mm_per_px


def visible_pieces(
    lines: Iterable[SheetLine], pose: Pose, height_px: int, width_px: int
) -> list[Piece]:
    """Return what the photograph shows of the lines, without their ends.

    Args:
        lines: of the sheet.
        pose: of the sheet.
        height_px: of the photograph.
        width_px: of the photograph.
    """
    pieces = []
    for line in lines:
        course_mm = _trimmed(line)
        course_px = pose.to_px(course_mm)
        high = np.array([width_px, height_px]) - 1 - _BORDER_PX
        inside = np.asarray(((course_px >= _BORDER_PX) & (course_px <= high)).all(axis=1))
        pieces += [
            Piece(line, course_mm[run], course_px[run])
            for run in _runs(inside)
            if (run.stop - run.start) * _STEP_MM >= _LEAST_PIECE_MM
        ]
    return pieces


def cracks_of(pieces: Sequence[Piece], pose: Pose) -> tuple[list[Crack], list[list[Piece]]]:
    """Return the pieces as cracks: those that cross are one crack with branches and nodes.

    Returns:
        The cracks, and for each the piece that each of its branches is a part of.
    """
    alone = [piece for piece in pieces if piece.line.shape != "crossing"]
    crossing = [piece for piece in pieces if piece.line.shape == "crossing"]
    cracks = [_crack([_branch(piece.course_px, piece, pose)]) for piece in alone]
    owners = [[piece] for piece in alone]
    if crossing:
        parts = [(part, piece) for piece in crossing for part in _cut(piece, crossing)]
        cracks.append(_crack([_branch(part, piece, pose) for part, piece in parts]))
        owners.append([piece for _, piece in parts])
    return cracks, owners


def _trimmed(line: SheetLine) -> Floats:
    """Return the centreline at even steps, without its ends."""
    along = _along(line.course_mm)
    end = max(_END_MM, line.width_mm)
    wanted = np.arange(end, along[-1] - end, _STEP_MM)
    return np.stack([np.interp(wanted, along, axis) for axis in line.course_mm.T], axis=1)


def _along(points: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def _runs(inside: NDArray[np.bool_]) -> Iterator[slice]:
    padded = np.concatenate([[False], inside, [False]]).astype(int)
    for start, stop in np.flatnonzero(np.diff(padded)).reshape(-1, 2):
        yield slice(int(start), int(stop))


def _cut(piece: Piece, others: Sequence[Piece]) -> Iterator[Floats]:
    """Yield the parts of a piece between its crossings with straight others."""
    start, end = piece.course_px[0], piece.course_px[-1]
    shares = sorted(
        share
        for other in others
        if (share := _crossed_at(start, end, other.course_px[0], other.course_px[-1])) is not None
    )
    places = np.linspace(0.0, 1.0, len(piece.course_px))
    for low, high in itertools.pairwise([0.0, *shares, 1.0]):
        within = places[(places > low) & (places < high)]
        wanted = np.concatenate([[low], within, [high]])
        yield np.stack([np.interp(wanted, places, axis) for axis in piece.course_px.T], axis=1)


def _crossed_at(start: Floats, end: Floats, other_start: Floats, other_end: Floats) -> float | None:
    """Return where, as a share of the first stretch, another one crosses it; None if nowhere."""
    sides = np.column_stack([end - start, other_start - other_end])
    if abs(np.linalg.det(sides)) < 1e-9 * np.abs(sides).max() ** 2:
        return None
    share, other = np.linalg.solve(sides, other_start - start)
    return float(share) if 0 < share < 1 and 0 < other < 1 else None


def _branch(course_px: Floats, piece: Piece, pose: Pose) -> Branch:
    """Return a branch whose nodes are not known yet; its width is a first estimate alone."""
    width = float(np.mean(piece.true_width_px(piece.course_px[::20], pose)[0]))
    return Branch(course_px, np.full(len(course_px), width), start=-1, end=-1)


def _crack(branches: Sequence[Branch]) -> Crack:
    """Return a crack of branches that meet where their ends do."""
    nodes: list[Floats] = []

    def node_at(point: Floats) -> int:
        for index, node in enumerate(nodes):
            if np.hypot(*(node - point)) < 1.0:
                return index
        nodes.append(point)
        return len(nodes) - 1

    joined = tuple(
        Branch(
            branch.points_px,
            branch.width_px,
            node_at(branch.points_px[0]),
            node_at(branch.points_px[-1]),
        )
        for branch in branches
    )
    widest = max(joined, key=lambda branch: float(branch.width_px.max()))
    lengths = [branch.length_px for branch in joined]
    means = [float(branch.width_px.mean()) for branch in joined]
    return Crack(
        branches=joined,
        nodes_px=np.array(nodes),
        confidence=1.0,
        mean_width_px=float(np.average(means, weights=lengths)),
        max_width_px=float(widest.width_px.max()),
        widest_px=(float(widest.points_px[0, 0]), float(widest.points_px[0, 1])),
        touches_border=False,
    )
