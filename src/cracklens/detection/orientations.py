"""A photograph looked at in several orientations, and one answer from all of them.

A network with strides and learned filters does not say the same of a turned picture. What it says
on average over a set of orientations is the same for each of them: over all 8, it depends on none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.models import Engine
from cracklens.photos.windows import Window, WindowPlan

Orientations = Literal[1, 2, 4, 8]
Values = TypeVar("Values", bound=np.generic)

_LEAST = np.float32(2**-20)
"""Probabilities are cut here, so that one that rounds to 0 or 1 does not outvote all others."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the 8 ways in which a picture can lie without being sampled anew.

    Attributes:
        upside_down: the rows are reversed,
        mirrored: the columns are reversed,
        transposed: then rows become columns.
    """

    upside_down: bool = False
    mirrored: bool = False
    transposed: bool = False

    def turned(self, picture: NDArray[Values]) -> NDArray[Values]:
        """Return a view of a picture (H, W, ...) in this orientation.

        >>> Orientation(mirrored=True, transposed=True).turned(np.array([[1, 2], [3, 4]])).tolist()
        [[2, 4], [1, 3]]
        """
        turned = picture[:: -1 if self.upside_down else 1, :: -1 if self.mirrored else 1]
        return turned.swapaxes(0, 1) if self.transposed else turned

    def turned_back(self, picture: NDArray[Values]) -> NDArray[Values]:
        """Return a view of a picture in this orientation as it stood before."""
        picture = picture.swapaxes(0, 1) if self.transposed else picture
        return picture[:: -1 if self.upside_down else 1, :: -1 if self.mirrored else 1]


def orientations_of(count: Orientations) -> tuple[Orientation, ...]:
    """Return a set of orientations that is closed: one after another gives one of the set.

    1: as it stands. 2: also mirrored. 4: also upside down and turned by 180 degrees. 8: also all of
    them transposed, which are the quarter turns and the mirrorings at the diagonals.

    >>> orientations_of(2)[1].mirrored, len(set(orientations_of(8)))
    (True, 8)
    """
    flags = (False, True)
    every = [Orientation(down, side, over) for over in flags for down in flags for side in flags]
    return tuple(every[:count])


def require_orientations(count: int) -> Orientations:
    """Return a number of orientations that there is a set of.

    Raises:
        UsageError: it is not 1, 2, 4 or 8.
    """
    if count not in get_args(Orientations):
        raise UsageError(f"orientations are 1, 2, 4 or 8, not {count}")
    return count  # type: ignore[return-value] # is one of them


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says of one window.

    Attributes:
        map: (height, width) float32 probability of a crack for each pixel.
        probabilities: (classes,) float32, of the window as a whole.
    """

    map: NDArray[np.float32]
    probabilities: NDArray[np.float32]


def look(
    plan: WindowPlan,
    count: Orientations,
    read: Callable[[Window], NDArray[np.uint8]],
    engine: Engine,
) -> Iterator[Answer]:
    """Yield what a segmenter says of each window of a plan, on average over its orientations.

    Windows are turned, never the photograph, so that no more of it is held. The plan is symmetric:
    each window lies where it would in the turned photograph. Where the photograph cannot be padded
    evenly that is 1 px away, and the map is shifted back.

    Args:
        plan: the windows; square, if any orientation is transposed.
        count: number of orientations.
        read: gives the pixels of a window.
        engine: for windows of this size.
    """
    every = orientations_of(count)

    def views() -> Iterator[tuple[Window, ...]]:
        """Yield, for each window, where it lies in each orientation."""
        places = [plan.windows(upside_down=o.upside_down, mirrored=o.mirrored) for o in every]
        return zip(*places, strict=True)

    turned = (
        np.stack([each.turned(read(view)) for each, view in zip(every, seen, strict=True)])
        for seen in views()
    )
    answers = engine.map(turned)
    for window, seen, outputs in zip(plan.windows(), views(), answers, strict=True):
        maps = [
            _shifted(each.turned_back(found), view, window)
            for each, view, found in zip(every, seen, outputs["map"], strict=True)
        ]
        yield Answer(mean_probability(maps), mean_probability(list(outputs["probabilities"])))


def _shifted(found: NDArray[np.float32], view: Window, window: Window) -> NDArray[np.float32]:
    """Return the part of a map that lies in the window; its edge is repeated where it ends."""
    down, right = window.top_px - view.top_px, window.left_px - view.left_px
    if not down and not right:
        return found
    return np.pad(found[down:, right:], ((0, down), (0, right)), mode="edge")


def mean_probability(found: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Return the probability whose logit is the mean of the logits; that of one array is itself.

    >>> mean_probability([np.float32([0.9]), np.float32([0.1])]).round(3)
    array([0.5], dtype=float32)

    Args:
        found: probabilities, arrays of one shape. What is not finite stays so.
    """
    if len(found) == 1:
        return np.asarray(found[0], np.float32)
    total = np.zeros(found[0].shape, np.float32)
    finite = np.ones(found[0].shape, bool)
    for each in found:
        finite &= np.isfinite(each)
        cut = np.clip(each, _LEAST, 1 - _LEAST)
        total += np.log(cut / (1 - cut))
    mean = 1 / (1 + np.exp(total / -len(found)))
    return np.where(finite, mean, np.float32(np.nan)).astype(np.float32)
