"""What light, noise and compression mean for measuring, in an inspector's words."""

from cracklens.photos.fitness.exposure import Tones
from cracklens.photos.fitness.fitness import Check, Grade, graded

_SAME_SIZE = 0.01
_CLIPPED_GOOD, _CLIPPED_POOR = 0.02, 0.3
_DARK_GOOD, _DARK_POOR = 40.0, 15.0
_BRIGHT_GOOD, _BRIGHT_POOR = 230.0, 250.0
_RANGE_GOOD, _RANGE_POOR = 15.0, 4.0
NOISE_GOOD, NOISE_POOR = 6.0, 14.0
QUALITY_GOOD, QUALITY_POOR = 75.0, 50.0
BLOCKS_GOOD, BLOCKS_POOR = 3.5, 5.5
"""Of rendered pictures, about what JPEG of quality 75 and 50 gives (`benchmarks/fitness.py`)."""


def check_tones(tones: Tones) -> list[Check]:
    """Return the checks of clipping, brightness and range."""
    dark = (
        f"{100 * tones.black_share:.0f} % of the picture is black without detail; a crack there "
        "cannot be seen or measured. Expose longer, or light the wall from the side."
    )
    bright = (
        f"{100 * tones.white_share:.0f} % of the picture is white without detail; a crack there "
        "cannot be seen or measured. Expose less, or avoid flash and direct sun."
    )
    return [
        _advised("shadows", tones.black_share, "", _clipped(tones.black_share), dark),
        _advised("highlights", tones.white_share, "", _clipped(tones.white_share), bright),
        _brightness(tones.median),
        _advised(
            "contrast",
            tones.range,
            "grey levels",
            graded(-tones.range, -_RANGE_GOOD, -_RANGE_POOR),
            "The picture shows next to nothing. Look for fog, a dirty lens or a cap; light from "
            "the side brings out cracks.",
        ),
    ]


def _clipped(share: float) -> Grade:
    return graded(share, _CLIPPED_GOOD, _CLIPPED_POOR)


def _brightness(median: float) -> Check:
    if median < _DARK_GOOD:
        verdict: Grade = "poor" if median >= _DARK_POOR else "bad"
        advice = "The picture is very dark. Use more light, or expose longer from a rest."
        return Check("brightness", median, "grey levels", verdict, advice)
    advice = "The picture is very bright. Expose less: +0.0 to -1.0 EV."
    verdict = graded(median, _BRIGHT_GOOD, _BRIGHT_POOR)
    return _advised("brightness", median, "grey levels", verdict, advice)


def check_noise(noise: float | None) -> Check:
    """Return the check of noise, in grey levels."""
    if noise is None:
        return Check("noise", None, "grey levels", "not known")
    advice = (
        "The picture is grainy. Use more light, or a lower ISO with the camera on a rest; grain "
        "hides fine cracks and makes widths uncertain."
    )
    verdict = graded(noise, NOISE_GOOD, NOISE_POOR)
    return _advised("noise", noise, "grey levels", verdict, advice)


def check_compression(quality: float | None, blockiness: float | None) -> Check:
    """Return the check of JPEG: by the quality in the file, or else by blocks in the pixels."""
    advice = (
        "Strongly compressed: edges are frayed. Use the file as the camera wrote it, not one sent "
        "by a messenger, and set the best quality."
    )
    if quality is not None:
        verdict = graded(-quality, -QUALITY_GOOD, -QUALITY_POOR)
        return _advised("compression", quality, "JPEG quality", verdict, advice)
    if blockiness is None:
        return Check("compression", None, "JPEG quality", "not known")
    verdict = graded(blockiness, BLOCKS_GOOD, BLOCKS_POOR)
    return _advised("compression", blockiness, "step at block borders", verdict, advice)


def check_resizing(factor: float | None, enlarged: bool | None) -> Check:
    """Return the check of what was done to the size after the picture was taken.

    Args:
        factor: longer side now by that as taken, from the file; None if it does not say.
        enlarged: whether the pixels show traces of interpolation; None if that cannot be told.
    """
    original = "Use the file as the camera wrote it, without digital zoom."
    if factor is not None and abs(factor - 1) > _SAME_SIZE:
        advice = (
            f"The picture was made {factor:.2g} times as large after it was taken: it shows no "
            f"more than the camera saw. {original}"
            if factor > 1
            else f"The picture was reduced to {100 * factor:.0f} % of its size: the original shows "
            f"cracks {1 / factor:.1f} times as wide in pixels. {original}"
        )
        return Check("resizing", factor, "times", "poor", advice)
    if enlarged:
        advice = (
            "The picture was resized or stretched after it was taken; its pixels are not those of "
            f"the camera. {original}"
        )
        return Check("resizing", factor, "times", "poor", advice)
    return Check("resizing", factor, "times", "not known" if enlarged is None else "good")


def _advised(name: str, value: float | None, unit: str, verdict: Grade, advice: str) -> Check:
    return Check(name, value, unit, verdict, "" if verdict == "good" else advice)
