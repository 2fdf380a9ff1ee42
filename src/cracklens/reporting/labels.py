"""Positions of labels on the picture of a photograph, without overlap."""

from collections.abc import Iterator, Sequence

Place = tuple[float, float]
_Box = tuple[float, float, float, float]

LETTER_SHARE = 0.017
"""Size of the letters as a share of the picture's width; an upper limit in `report.css`."""
_LETTER_WIDTH, _MARGIN, _HEIGHT = 0.62, 0.9, 1.5  # in units of the letter size; digits take 0.56
_AWAY = (0.8, 1.7, 3.0)
_RING = 0.6


def place_labels(
    anchors: Sequence[Place], texts: Sequence[str], height: float, taken: Sequence[_Box] = ()
) -> list[Place | None]:
    """Return the upper left corner of each label beside its anchor; None if there is no space.

    Labels do not overlap each other and, if possible, do not cover an anchor. The first ones are
    placed first. All lengths are shares of the width of the picture.

    Args:
        anchors: x, y of the labelled points.
        texts: a few letters each.
        height: of the picture.
        taken: boxes of x, y, width and height that no label may cover.

    >>> place_labels([(0.5, 0.5), (0.5, 0.5)], ["C01", "C02"], 0.75)
    [(0.5136, 0.4609), (0.5136, 0.5136)]
    """
    boxes, found = list(taken), list[Place | None]()
    radius = _RING * LETTER_SHARE
    rings = [(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in anchors]
    for anchor, text in zip(anchors, texts, strict=True):
        size = ((_LETTER_WIDTH * len(text) + _MARGIN) * LETTER_SHARE, _HEIGHT * LETTER_SHARE)
        free = [
            box
            for box in _places(anchor, size, height)
            if not any(_overlap(box, other) for other in boxes)
        ]
        clear = (box for box in free if not any(_overlap(box, ring) for ring in rings))
        best = next(clear, free[0] if free else None)
        found.append(best and (round(best[0], 4), round(best[1], 4)))
        if best:
            boxes.append(best)
    return found


def _places(anchor: Place, size: Place, height: float) -> Iterator[_Box]:
    """Yield positions inside the picture, the nearest first."""
    (x, y), (wide, high) = anchor, size
    for share in _AWAY:
        away = share * LETTER_SHARE
        right, left, middle = x + away, x - away - wide, x - wide / 2
        above, below, level = y - away - high, y + away, y - high / 2
        for left_px, top_px in (
            (right, above), (right, below), (left, above), (left, below),
            (right, level), (left, level), (middle, above), (middle, below),
        ):  # fmt: skip
            if 0 <= left_px <= 1 - wide and 0 <= top_px <= height - high:
                yield left_px, top_px, wide, high


def _overlap(one: _Box, other: _Box) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )
