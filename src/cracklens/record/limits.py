"""What an inspection by photographs cannot tell, in words that go into every record."""

from collections.abc import Sequence
from typing import Literal

_NO_SCALE = (
    "Lengths and widths of photographs without a scale are in pixels. They say nothing of "
    "millimetres, and photographs taken from different distances cannot be compared."
)
_SCALED = (
    (
        "A width in millimetres is as good as the scale, which holds in the plane of the marker or "
        "at the distance that was given. Each width has its 95 % interval; where a crack is "
        "shaded, filled or chipped, the true width lies outside of it more often."
    ),
    (
        "States by a code are proposals from the measured width and spacing. Ratings are the "
        "inspector's; no state is given that warrants a structural review."
    ),
)
_ALWAYS = (
    (
        "Cracks narrower than about a pixel, in shadow, out of focus, under paint, efflorescence "
        "or dirt can be missed; joints, cables, plank lines, stains and scratches can be taken "
        "for cracks. No crack found does not mean that there is none."
    ),
    (
        "A crack that leaves a photograph goes on outside of it: its length is a lower bound. A "
        "crack seen in two photographs is counted twice."
    ),
    (
        "Confidence is what the model says of its own marks; on concrete unlike that of its "
        "training data (see its card) it can be wrong."
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
    """Return the limits of an inspection, for people.

    Args:
        task: of the model.
        failed: photographs that could not be inspected.
        scaled: photographs with a scale.
        photographs: that were inspected.
        left_out: what was found beside them and not looked at, and what was not graded and why, one
            line each.
    """
    found = list(_ALWAYS)
    if task == "classify":
        found.insert(
            0,
            "The model labels whole tiles: what is drawn as a crack follows the tiles that it "
            "calls cracked, not the crack inside them. Lengths are very rough, and nothing is "
            "measured.",
        )
    elif scaled:
        found[:0] = _SCALED
    if scaled < photographs:
        found.insert(0, _NO_SCALE)
    if failed:
        listed = "1 photograph" if failed == 1 else f"{failed:,} photographs"
        found.append(f"Nothing is known of {listed} that could not be inspected (see there why).")
    return found + [_sentence(line) for line in left_out]


def _sentence(line: str) -> str:
    """Return a line as a sentence.

    >>> _sentence("left out: 1 raw file"), _sentence("no role: did you mean girder?")
    ('Left out: 1 raw file.', 'No role: did you mean girder?')
    """
    return f"{line[0].upper()}{line[1:]}{'' if line.endswith('?') else '.'}"
