"""Limits of an inspection by photographs, as text for every record."""

from collections.abc import Sequence
from typing import Literal

_NO_SCALE = (
    "Lengths and widths of photographs without a scale are in pixels. They cannot be converted to "
    "millimetres or compared between photographs taken from different distances."
)
_SCALED = (
    (
        "A width in millimetres is only as accurate as the scale. The scale applies to the "
        "plane of the marker or to the given distance. Each width has its 95 % interval. If a "
        "crack is shaded, filled or chipped, the true width is more often outside of it."
    ),
    (
        "States by a code are proposals from the measured width and spacing. Ratings are the "
        "inspector's. States that require a structural review are never given."
    ),
)
_ALWAYS = (
    (
        "Cracks narrower than about a pixel, in shadow, out of focus, under paint, efflorescence "
        "or dirt can be missed; joints, cables, plank lines, stains and scratches can be taken "
        "for cracks. No crack found does not mean that there is none."
    ),
    (
        "If a crack reaches the border of a photograph, its length is a lower bound. A crack in "
        "two photographs is counted twice."
    ),
    (
        "The confidence is the probability that the model gives. It can be wrong on concrete that "
        "differs from the training data (see the model card)."
    ),
    "No structural judgement is made. An engineer must look at the photographs.",
)


def limits_of(
    task: Literal["classify", "segment"],
    *,
    failed: int,
    scaled: int,
    photographs: int,
    left_out: Sequence[str] = (),
) -> list[str]:
    """Return the limits of an inspection as sentences.

    Args:
        task: of the model.
        failed: number of photographs that could not be inspected.
        scaled: number of photographs with a scale.
        photographs: number of inspected photographs.
        left_out: other files that were not inspected, and what was not graded and why, one line
            each.
    """
    found = list(_ALWAYS)
    if task == "classify":
        found.insert(
            0,
            "The model labels whole tiles: the lines follow the cracked tiles, not the cracks "
            "inside them. Lengths are very approximate, and widths are not measured.",
        )
    elif scaled:
        found[:0] = _SCALED
    if scaled < photographs:
        found.insert(0, _NO_SCALE)
    if failed:
        listed = "1 photograph" if failed == 1 else f"{failed:,} photographs"
        found.append(f"{listed} could not be inspected and may show cracks: see the reasons.")
    return found + [sentence(line) for line in left_out]


def sentence(line: str) -> str:
    """Return a line as a sentence.

    >>> sentence("left out: 1 raw file"), sentence("no role: did you mean girder?")
    ('Left out: 1 raw file.', 'No role: did you mean girder?')
    """
    return f"{line[0].upper()}{line[1:]}{'' if line.endswith('?') else '.'}"
