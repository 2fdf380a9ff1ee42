"""What an inspection by photographs cannot tell, in words that go into every record."""

from typing import Literal

_ALWAYS = (
    (
        "Lengths and widths are in pixels of the photographs. Without a scale they say nothing of "
        "millimetres, and photographs taken from different distances cannot be compared."
    ),
    (
        "Widths are a first estimate from the probability map, never below about a pixel; they are "
        "no measurement."
    ),
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


def limits_of(task: Literal["classify", "segment"], *, failed: int) -> list[str]:
    """Return the limits of an inspection, for people.

    Args:
        task: of the model.
        failed: photographs that could not be inspected.
    """
    found = list(_ALWAYS)
    if task == "classify":
        found.insert(
            1,
            "The model labels whole tiles: what is drawn as a crack follows the tiles that it "
            "calls cracked, not the crack inside them. Lengths and widths are very rough.",
        )
    if failed:
        listed = "1 photograph" if failed == 1 else f"{failed:,} photographs"
        found.append(f"Nothing is known of {listed} that could not be inspected (see there why).")
    return found
