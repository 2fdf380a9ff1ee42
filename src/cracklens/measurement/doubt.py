"""What the faults of a photograph leave open about the greatest width of a crack.

A fault that the fitness of the photograph found may shift a width beyond its own interval. How far
was looked at on rendered cracks of 2.5 to 80 px with one fault each (`benchmarks/faults.py`; the
constants were chosen on seeds below 100,000, what they do on others: `docs/results/faults.md`).

Blur, by focus or by movement, is judged at the edges of the crack itself too, since that is what
shifts its width: where they are soft by s, the width lies off by up to the full width at half
height of the blur, 2.355 s, and a line that is not much wider is drawn by the lens as wide whatever
it is. Noise, compression and tilt enter the uncertainty of each width by themselves: all widths lay
within it. Beside clipped white a crack comes out narrower, by up to 2.4 px.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cracklens.measurement.quantity import COVERAGE_FACTOR
from cracklens.measurement.types import Widths
from cracklens.photos.fitness import Check, consequence

FWHM = 2.355
"""Full width at half height of a Gaussian, in standard deviations."""
RESOLVED = 6.0
"""A line is resolved that is measured wider than so many standard deviations of the blur. A box of
6 s keeps its depth under a blur s; lines finer than s came out at 3.4 to 5.6 of their `edge_px`."""
MOVED = 0.37
"""Standard deviation that `edges` finds for an even movement across an edge, by its length."""
IN_STANDARD = 1.0
"""Standard uncertainty that noise, compression and tilt add, in those of the width itself."""
SOFT_PX = 2.0
"""Edges softer than this are blurred though the photograph as a whole is not known to be. Under a
blur of up to 1.5 px, which is good, those of 60 cracks were at most 1.74 px soft, chipped and lit
ones too (`benchmarks/widths.py`, seeds from 70,000 on)."""
LIGHT_PX = 5.0
"""By how much a width may lie off where the picture is clipped: twice what was seen."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What faults of a photograph leave open about the greatest width of one crack.

    Attributes:
        faults: in a few words each, such as "out of focus by 4 px".
        advice: what to do about them.
        reach_px: by how much the width may lie off because of them, with 95 % probability; infinite
            where nothing is known of it.
        least_px: what is measured narrower than this may have any width up to there.
    """

    faults: tuple[str, ...]
    advice: tuple[str, ...]
    reach_px: float
    least_px: float = 0.0

    @property
    def named(self) -> str:
        """The faults in a line."""
        return " and ".join(self.faults)


def doubt_of(checks: Iterable[Check], widths: Widths) -> Doubt | None:
    """Return what the faults of a photograph leave open about a crack; None if there are none.

    A crack whose edges are soft is in doubt also where the photograph as a whole passes for sharp:
    a smooth wall does not tell, and the depth of field ends somewhere. Whether the scale is fine
    enough is no fault: it depends on the boundaries of each code.

    Args:
        checks: of the photograph.
        widths: of the crack.
    """
    faults = [
        check for check in checks if check.name != "scale" and consequence(check) != "measure"
    ]
    words = [_WORDS[check.name](check) for check in faults]
    advice = [check.advice for check in faults if check.advice]
    blur_px = _blur_px(faults, widths)
    if not blur_px and widths.edge_px is not None and widths.edge_px > SOFT_PX:
        blur_px = widths.edge_px
        words.append(f"soft at its edges by {blur_px:.2g} px")
        advice.append(_SOFT)
    if not words:
        return None
    others = (_reach_px(check, widths) for check in faults if check.name not in _BLUR)
    return Doubt(
        faults=tuple(words),
        advice=tuple(advice),
        reach_px=math.hypot(FWHM * blur_px, *others),
        least_px=RESOLVED * blur_px,
    )


def _blur_px(faults: Iterable[Check], widths: Widths) -> float:
    """Return how blurred the edges of a crack are, 0 where the photograph is not."""
    seen = [check for check in faults if check.name in _BLUR]
    if not seen:
        return 0.0
    edge_px = math.inf if widths.edge_px is None else widths.edge_px
    return max(edge_px, *(_BLUR[check.name] * (check.value or 0.0) for check in seen))


def _reach_px(check: Check, widths: Widths) -> float:
    if check.name in _IN_STANDARD:
        return COVERAGE_FACTOR * IN_STANDARD * widths.max_px.standard
    return LIGHT_PX if check.name in _CLIPPED else math.inf


_SOFT = "Tap on the crack to focus, and hold still."
_BLUR = {"focus": 1.0, "movement": MOVED, "soft parts": 0.0}
"""Checks of blur, each with the standard deviation of the blur by its value."""
_IN_STANDARD = {"noise", "compression", "tilt"}
_CLIPPED = {"shadows", "highlights", "brightness"}


def _focus(check: Check) -> str:
    if check.verdict == "not known" or check.value is None:
        return "not known to be in focus"
    return f"out of focus by {check.value:.2g} px"


_WORDS: dict[str, Callable[[Check], str]] = {
    "size": lambda _: "too small a picture",
    "focus": _focus,
    "movement": lambda check: f"moved by {check.value:.0f} px",
    "soft parts": lambda _: "less sharp in parts",
    "shadows": lambda _: "black in parts",
    "highlights": lambda _: "white in parts",
    "brightness": lambda _: "too dark or too bright",
    "contrast": lambda _: "without contrast",
    "noise": lambda _: "grainy",
    "compression": lambda _: "strongly compressed",
    "tilt": lambda check: f"seen at a slant of {check.value:.0f}°",
    "judgement": lambda _: "not judged",
}
