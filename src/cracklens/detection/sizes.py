"""The sizes at which a photograph is searched, chosen by its scale in millimetres."""

from collections.abc import Sequence

WIDEST_MM = 10.0
"""A crack of this width is searched for where the scale is known."""
WIDEST_PX = 30.0
"""A reduced picture shows a crack of up to this width whole; see `docs/results/widest.md`."""
SMALLEST = 1 / 8
LEAST_SIDE_PX = 128
"""A picture is not reduced further than to this side."""


def sizes_for(
    sizes: Sequence[float], mm_per_px: float | None, shape: tuple[int, int]
) -> tuple[float, ...]:
    """Return the sizes at which a photograph is searched.

    The picture is halved until a crack of `WIDEST_MM` is at most `WIDEST_PX` wide in it.

    Args:
        sizes: of the card of the model.
        mm_per_px: scale of the photograph; None if it is not known.
        shape: rows and columns of the photograph in px.

    >>> sizes_for((1.0, 0.5), 0.2, (3000, 4000))
    (1.0, 0.5)
    >>> sizes_for((1.0, 0.5), 0.05, (3000, 4000))
    (1.0, 0.5, 0.25, 0.125)
    >>> sizes_for((1.0, 0.5), 0.05, (600, 800))
    (1.0, 0.5, 0.25)
    """
    found = list(sizes)
    if mm_per_px is None:
        return tuple(found)
    widest_px = WIDEST_MM / mm_per_px
    size = min(found)
    while widest_px * size > WIDEST_PX and _is_large_enough(size / 2, shape):
        size /= 2
        found.append(size)
    return tuple(found)


def _is_large_enough(size: float, shape: tuple[int, int]) -> bool:
    return size >= SMALLEST and size * min(shape) >= LEAST_SIDE_PX


def searched_note(sizes: Sequence[float], searched: Sequence[float]) -> str | None:
    """Return what is said of a photograph that was searched at more sizes than those of the card.

    Args:
        sizes: of the card.
        searched: at which it was searched.

    >>> searched_note((1.0, 0.5), (1.0, 0.5, 0.25))
    'searched at 0.25 of its size too, for cracks of up to 10 mm'
    """
    more = [size for size in searched if size not in sizes]
    if not more:
        return None
    return f"searched at {_and(more)} of its size too, for cracks of up to {WIDEST_MM:g} mm"


def not_searched_note(
    searched: Sequence[float], mm_per_px: float | None, shape: tuple[int, int]
) -> str | None:
    """Return what is said where a scale that is known only now asks for more sizes.

    Args:
        searched: sizes at which the photograph was searched; empty if a person chose them.
        mm_per_px: scale of the photograph; None if it is not known.
        shape: rows and columns of the photograph in px.

    >>> not_searched_note((1.0, 0.5), 0.1, (3000, 4000))
    'not searched at 0.25 of its size, as a new inspection with this scale does: inspect it again \
to find cracks wider than about 6 mm'
    """
    if mm_per_px is None or not searched:
        return None
    more = [size for size in sizes_for(searched, mm_per_px, shape) if size not in searched]
    if not more:
        return None
    found_mm = WIDEST_PX / min(searched) * mm_per_px
    return (
        f"not searched at {_and(more)} of its size, as a new inspection with this scale does: "
        f"inspect it again to find cracks wider than about {found_mm:.1g} mm"
    )


def _and(sizes: Sequence[float]) -> str:
    return " and ".join(f"{size:g}" for size in sizes)
