"""Pieces of the lines that a segmenter really finds, with what each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.detection.search import Detecting
from cracklens.tracing.candidate import candidates
from cracklens.tracing.crack import Crack
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.strip import Surface
from cracklens.verification.descriptors import NAMES, descriptors_of
from cracklens.verification.kinds import CRACK, KINDS
from cracklens.verification.pieces import Piece, Run, pieces_of, runs_of
from cracklens.verification.views import VIEWS, pyramid, views_of

Bytes = NDArray[np.uint8]
Labels = NDArray[np.uint8]

NO_CRACK, UNKNOWN = -1, -2
"""Labels of a piece that is no crack but of unknown kind, and of one that is not trained on."""
NEAR_PX = 5.0
"""Distance of a traced line from the line that it shows."""
CRACK_SHARE, FREE_SHARE, KIND_SHARE = 0.6, 0.15, 0.4
"""Least share of a piece on a crack to be one, largest share to be none, least share of a kind."""


@dataclass(frozen=True, slots=True)
class LabelledPieces:
    """Pieces of one picture or of many.

    Attributes:
        views: (N, rows, columns, channels) of each view.
        descriptors: (N, D).
        labels: (N,) index in `KINDS`, `NO_CRACK` or `UNKNOWN`.
        picture: (N,) number of the picture.
    """

    views: dict[str, Bytes]
    descriptors: NDArray[np.float32]
    labels: NDArray[np.int64]
    picture: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def chosen(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> "LabelledPieces":
        """Return some of the pieces."""
        return LabelledPieces(
            {name: view[which] for name, view in self.views.items()},
            self.descriptors[which],
            self.labels[which],
            self.picture[which],
        )


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of the lines of a picture.

    Attributes:
        labels: (H, W), 0 for nothing, 1 + index in `KINDS`; None if only `cracked` is known.
        exact: every line is known; what is not marked is surface texture. Otherwise it is no crack,
            of unknown kind.
    """

    labels: Labels | None
    exact: bool


def found_lines(
    detector: Detecting, pixels: Bytes, settings: TraceSettings
) -> tuple[Bytes, list[Crack]]:
    """Return the probability map and the candidate lines of a picture."""
    found = detector.detect(pixels)
    return found.probability, candidates(found, settings, Surface(found.probability, pixels))


def labelled_pieces(
    pixels: Bytes,
    probability: Bytes,
    lines: Sequence[Crack],
    truth: Truth,
    number: int,
) -> LabelledPieces:
    """Return the pieces of the candidate lines of a picture with their labels."""
    runs = runs_of(lines)
    pieces = pieces_of(runs)
    views = views_of(pyramid(pixels, probability), runs, pieces)
    numbers = descriptors_of(views["fine"], runs, pieces, pixels.shape[:2])
    labels = labels_of(runs, pieces, truth)
    return LabelledPieces(views, numbers, labels, np.full(len(pieces), number, np.int64))


def labels_of(runs: Sequence[Run], pieces: Sequence[Piece], truth: Truth) -> NDArray[np.int64]:
    """Return the label of each piece from the share of it that lies on each kind, (N,)."""
    if truth.labels is None:
        return np.full(len(pieces), NO_CRACK, np.int64)
    present = [index for index in range(len(KINDS)) if (truth.labels == index + 1).any()]
    near = {
        index: cv2.distanceTransform(
            (truth.labels != index + 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5
        )
        for index in present
    }
    found = np.empty(len(pieces), np.int64)
    high = np.array(truth.labels.shape[::-1]) - 1
    for place, piece in enumerate(pieces):
        run = runs[piece.run]
        scale = (len(run.points_px) - 1) / max(run.length_px, 1e-9)
        part = slice(int(piece.start_px * scale), int(piece.end_px * scale) + 1)
        points, seen = run.points_px[part], ~run.inferred[part]
        points = points[seen] if seen.any() else points
        x, y = np.clip(np.rint(points), 0, high).astype(int).T
        shares = {index: float((away[y, x] <= NEAR_PX).mean()) for index, away in near.items()}
        found[place] = _label(shares, exact=truth.exact)
    return found


def _label(shares: dict[int, float], *, exact: bool) -> int:
    crack = shares.pop(KINDS.index(CRACK), 0.0)
    if crack >= CRACK_SHARE:
        return KINDS.index(CRACK)
    if crack > FREE_SHARE:
        return UNKNOWN
    kind, share = max(shares.items(), key=lambda one: one[1], default=(-1, 0.0))
    if share >= KIND_SHARE:
        return kind
    return KINDS.index("surface texture") if exact else NO_CRACK


def joined(parts: Sequence[LabelledPieces]) -> LabelledPieces:
    """Return the pieces of all parts."""
    views = {
        name: np.concatenate([np.zeros((0, *shape), np.uint8), *(p.views[name] for p in parts)])
        for name, shape in VIEWS.items()
    }
    none = np.zeros(0, np.int64)
    return LabelledPieces(
        views,
        np.concatenate([np.zeros((0, len(NAMES)), np.float32), *(p.descriptors for p in parts)]),
        np.concatenate([none, *(p.labels for p in parts)]),
        np.concatenate([none, *(p.picture for p in parts)]),
    )
