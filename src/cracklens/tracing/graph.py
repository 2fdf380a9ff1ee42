"""Graph of a skeleton: nodes at ends and junctions, and the stretches (lines) between them.

skan (0.13.1) is three times as quick once it is loaded. It brings numba, LLVM and pandas, 298 MB,
and takes 2.9 s of compilation before the first graph, more than a photograph takes; of some
junctions it makes several (docs/results/libraries.md).
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from cracklens.tracing.crack import Floats
from cracklens.tracing.mask import Ints, Mask
from cracklens.tracing.packed import Packing

_PATH = 2  # neighbours of a pixel in the middle of a line
_DENSE = 0.01  # share of pixels from which the distances of all are found sooner
_DENSE_PX2 = 32_000_000  # of a photograph; they take 4 bytes each, and roots of larger squares err


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line between two nodes.

    Attributes:
        points_px: (N, 2) x, y, N >= 2, from node to node.
        radius_px: (N,) distance of each point to the edge of the mask: half the local width.
        start: index of the node at the first point.
        end: index of the node at the last point; equal to `start` in a closed loop.
        inferred: (N,) True at points of a join where the crack is not seen; None if it is seen
            everywhere.
    """

    points_px: Floats
    radius_px: Floats
    start: int
    end: int
    inferred: NDArray[np.bool_] | None = None

    @property
    def unseen(self) -> NDArray[np.bool_]:
        """Whether each point is inferred, (N,)."""
        return np.zeros(len(self.points_px), bool) if self.inferred is None else self.inferred

    @property
    def length_px(self) -> float:
        """Length along the points."""
        return float(np.hypot(*np.diff(self.points_px, axis=0).T).sum())

    def reversed(self) -> "Stretch":
        """Return the same line, from its end to its start."""
        unseen = None if self.inferred is None else self.inferred[::-1]
        return Stretch(self.points_px[::-1], self.radius_px[::-1], self.end, self.start, unseen)

    def part(self, first: int, last: int, start: int, end: int) -> "Stretch":
        """Return the part from one point to another, both included, between other nodes."""
        own = slice(first, last + 1)
        unseen = None if self.inferred is None else self.inferred[own]
        return Stretch(self.points_px[own], self.radius_px[own], start, end, unseen)


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and stretches of a whole photograph.

    Attributes:
        nodes_px: (K, 2) x, y; nodes without a stretch may remain.
        stretches: in a fixed order.
    """

    nodes_px: Floats
    stretches: tuple[Stretch, ...]

    def degrees(self) -> Ints:
        """Return the degree of each node, (K,); a loop counts twice."""
        return np.bincount(self.ends().reshape(-1), minlength=len(self.nodes_px))

    def ends(self) -> Ints:
        """Return the nodes of each stretch, (S, 2): start and end."""
        return np.array([(s.start, s.end) for s in self.stretches], np.int64).reshape(-1, 2)

    def components(self) -> NDArray[np.int32]:
        """Return the label of the connected component of each node, (K,)."""
        size = len(self.nodes_px)
        start, end = self.ends().T
        edges = coo_array((np.ones(len(start)), (start, end)), shape=(size, size))
        labels: NDArray[np.int32] = connected_components(edges, directed=False)[1]
        return labels

    def with_stretches(self, stretches: Iterable[Stretch]) -> "Graph":
        """Return a graph of the same nodes with these stretches."""
        return replace(self, stretches=tuple(stretches))


def skeleton_graph(skeleton: Ints, mask: Mask) -> Graph:
    """Return the graph of a skeleton of one pixel's width.

    Pixels that touch along an edge are neighbours. Pixels that touch at a corner are neighbours
    only if no third pixel touches both along an edge. Connected pixels with three or more
    neighbours are one node, at their mean. A ring without a junction gets a node at its first pixel
    in reading order. A single pixel becomes a stretch across its region, along x.

    Args:
        skeleton: (N,) sorted flat indices into `mask.image`.
        mask: The mask that was thinned.
    """
    if not skeleton.size:
        return Graph(np.zeros((0, 2)), ())
    points, radius = mask.xy(skeleton), edge_distance(skeleton, mask)
    near = _neighbours(skeleton, mask.stride)
    degree = (near >= 0).sum(axis=1)
    node_of, nodes = _nodes(points, near, degree)
    paths = _paths(near, degree, node_of)
    packing = Packing.of([len(path) for path in paths])
    at = np.fromiter(chain.from_iterable(paths), np.int64)
    for ring in at[packing.first][node_of[at[packing.first]] < 0]:  # without a node
        node_of[ring] = len(nodes)
        nodes.append(points[ring])
    ends = node_of[at[packing.first]].tolist(), node_of[at[packing.last]].tolist()
    lines = packing.split(points[at]), packing.split(radius[at]), *ends
    stretches = [Stretch(*one) for one in zip(*lines, strict=True)]
    for lone in np.flatnonzero(degree == 0):
        reach = np.array([max(radius[lone] - 0.5, 0.5), 0.0])
        stretches.append(
            Stretch(
                np.stack([points[lone] - reach, points[lone] + reach]),
                radius[[lone, lone]],
                len(nodes),
                len(nodes) + 1,
            )
        )
        nodes += [points[lone] - reach, points[lone] + reach]
    return Graph(np.array(nodes), tuple(stretches))


def edge_distance(pixels: Ints, mask: Mask) -> Floats:
    """Return the distance of mask pixels to the nearest pixel outside of the mask, (N,).

    Equal to the exact Euclidean distance transform (`cv2.distanceTransform` with
    `DIST_MASK_PRECISE`), but computed only at the given pixels if they are few. The area outside of
    the photograph is ignored; a mask that fills the photograph is as wide as its short side.
    """
    inner = mask.image[1:-1, 1:-1]
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
    if pixels.size > inner.size * _DENSE and inner.size <= _DENSE_PX2 and not inner.all():
        whole = cv2.distanceTransform(inner, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        y, x = np.divmod(pixels, mask.stride)
        exact: Floats = np.sqrt(np.rint(whole[y - 1, x - 1].astype(np.float64) ** 2))
        return exact
    y, x = np.nonzero(cv2.dilate(inner, cross) - inner)
    if not y.size:
        return np.full(pixels.size, min(inner.shape) / 2.0)
    distance: Floats = cKDTree(np.stack([x, y], axis=1)).query(mask.xy(pixels))[0]
    return distance


def _neighbours(skeleton: Ints, stride: int) -> NDArray[np.int32]:
    """Return (N, 8) the index of each neighbour in `skeleton`, or -1."""

    def at(offset: int) -> NDArray[np.int32]:
        found = np.searchsorted(skeleton, skeleton + offset)
        found[found == skeleton.size] = 0
        return np.where(skeleton[found] == skeleton + offset, found, -1).astype(np.int32)

    straight = {offset: at(offset) for offset in (-stride, -1, 1, stride)}
    corner = [
        np.where((straight[row] < 0) & (straight[column] < 0), at(row + column), -1)
        for row in (-stride, stride)
        for column in (-1, 1)
    ]
    return np.stack([*straight.values(), *corner], axis=1)


def _nodes(
    points: Floats, near: NDArray[np.int32], degree: Ints
) -> tuple[NDArray[np.int64], list[Floats]]:
    """Return the node of each pixel, or -1, and the positions of the nodes."""
    meeting = degree > _PATH
    row, column = np.nonzero((near >= 0) & meeting[:, None])
    other = near[row, column]
    both = meeting[other]
    size = len(points)
    edges = coo_array((np.ones(both.sum()), (row[both], other[both])), shape=(size, size))
    cluster = connected_components(edges, directed=False)[1]
    is_node = meeting | (degree == 1)
    kept, label = np.unique(cluster[is_node], return_inverse=True)
    node_of = np.full(size, -1)
    node_of[is_node] = label
    count = np.bincount(label, minlength=kept.size)
    places = [np.bincount(label, points[is_node, axis], kept.size) / count for axis in (0, 1)]
    return node_of, list(np.stack(places, axis=1))


def _paths(near: NDArray[np.int32], degree: Ints, node_of: Ints) -> list["array[int]"]:
    """Return the pixels of each line, from node to node, then those of rings without a node."""
    # A list would take 36 bytes for each number, 0.3 GB for 12 million pixels of noise.
    links, first_link, nodes = (
        array("i", values.astype(np.int32).tobytes())
        for values in (near[near >= 0], np.cumsum(degree) - degree, node_of)
    )
    used = bytearray(len(nodes))
    paths = []
    for first in np.flatnonzero(node_of >= 0).tolist():
        at = first_link[first]
        for step in links[at : at + int(degree[first])]:
            inner = nodes[step] < 0
            if (inner and used[step]) or (
                not inner and (step < first or nodes[step] == nodes[first])
            ):
                continue
            paths.append(_walk(first, step, links, first_link, nodes, used))
    for first in np.flatnonzero((node_of < 0) & (degree > 0)).tolist():
        if not used[first]:
            used[first] = True
            paths.append(_walk(first, links[first_link[first]], links, first_link, nodes, used))
    return paths


def _walk(
    first: int,
    step: int,
    links: "array[int]",
    first_link: "array[int]",
    node_of: "array[int]",
    used: bytearray,
) -> "array[int]":
    """Follow a line from `first` over `step` to the next node, or once around a ring."""
    path = array("i", (first, step))
    while node_of[step] < 0 and step != path[0]:
        used[step] = True
        at = first_link[step]
        step = links[at + 1] if links[at] == path[-2] else links[at]
        path.append(step)
    return path
