"""The finest crack that a photograph could have shown to the model."""

from dataclasses import dataclass

from cracklens.photos.fitness import Fitness
from cracklens.photos.scale import Scale

BLUR_FACTOR = 1.1
"""Width from which nine tenths of a crack are marked, over the standard deviation of the blur,
where the blur decides: the largest ratio measured for 1.5 to 3 px of blur
(docs/results/finest.md)."""
NO_SCALE = "the photograph has no scale"
NO_FIGURE = "the card of the model does not say how fine the cracks are that it finds"


@dataclass(frozen=True, slots=True)
class FinestCrack:
    """Width from which nine tenths of a crack are marked; narrower ones may be missed.

    Attributes:
        px: in the photograph.
        mm: on the wall, at the middle of the photograph.
    """

    px: float
    mm: float


def finest_crack(
    marked_from_px: float | None, scale: Scale | None, blur_px: float | None = None
) -> FinestCrack | str:
    """Return the finest crack that a photograph could have shown, or why that is not known.

    Args:
        marked_from_px: width from which the model marks nine tenths of a crack, of its card; None
            if the card does not say.
        scale: of the photograph.
        blur_px: standard deviation of its blur; None if it is not known.

    >>> finest_crack(1.2, Scale(0.1, 0.01, "typed", ""))
    FinestCrack(px=1.2, mm=0.12)
    >>> finest_crack(1.2, Scale(0.1, 0.01, "typed", ""), blur_px=2.0).px
    2.2
    >>> finest_crack(1.2, None)
    'the photograph has no scale'
    """
    if marked_from_px is None:
        return NO_FIGURE
    if scale is None:
        return NO_SCALE
    width_px = max(marked_from_px, BLUR_FACTOR * (blur_px or 0.0))
    return FinestCrack(width_px, width_px * scale.mm_per_px)


def blur_of(fitness: Fitness) -> float | None:
    """Return the standard deviation of the blur in px that the fitness check found, if it is sure.

    Args:
        fitness: of the photograph.
    """
    return next(
        (c.value for c in fitness.checks if c.name == "focus" and c.verdict != "not known"), None
    )
