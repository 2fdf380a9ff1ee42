"""What sharpness means for measuring, in an inspector's words."""

from cracklens.photos.fitness.fitness import Check, Grade, graded
from cracklens.photos.fitness.focus import Focus
from cracklens.photos.fitness.motion import Motion

GOOD_PX, POOR_PX = 1.5, 3.0
"""Standard deviation of the blur. A crack 3 px wide, the finest that is graded, keeps
erf(3 / (2 sqrt(2) s)) of its depth: 68 % at 1.5 px, 38 % at 3 px."""
MOVED_GOOD_PX, MOVED_POOR_PX = 3.0, 8.0
"""Length of a movement: 3 px is as wide as the finest crack that is graded. Even over 8 px a crack
across the movement keeps 3/8 of its depth, as with the blur above."""
_SOFT_GOOD, _SOFT_POOR = 0.15, 0.5
_UNSURE = 0.6
_AXIS_DEG = 4.0


def check_focus(focus: Focus | None) -> list[Check]:
    """Return the checks of focus, movement and soft parts."""
    if focus is None:
        names = (("focus", "px"), ("movement", "px"), ("soft parts", ""))
        return [Check(name, None, unit, "not known") for name, unit in names]
    return [
        _focus(focus),
        _movement(focus.motion, known=focus.motion_known),
        _soft_parts(focus.soft_share),
    ]


_NO_TEXTURE = (
    "The wall shows too little to tell whether it is in focus. Zoom in on the picture: grains or "
    "pores must be crisp. A marker or a pencil line on the wall helps the camera to focus."
)


def _focus(focus: Focus) -> Check:
    sigma_px, standard_px = focus.sigma_px, focus.standard_px
    if sigma_px is None or standard_px is None:
        advice = "" if focus.motion else _NO_TEXTURE
        return Check("focus", None, "px", "not known", advice)
    verdict: Grade = graded(sigma_px, GOOD_PX, POOR_PX)
    if standard_px > _UNSURE * max(sigma_px, GOOD_PX):
        return Check("focus", sigma_px, "px", "not known", _NO_TEXTURE)
    if verdict == "good":
        return Check("focus", sigma_px, "px", verdict)
    spread_px = 2.355 * sigma_px  # full width at half height of the blurred line
    advice = (
        f"Out of focus: a fine line is spread over about {spread_px:.0f} px. Tap on the wall to "
        "focus, wait until it is sharp, clean the lens, and keep to the least distance of the lens."
    )
    return Check("focus", sigma_px, "px", verdict, advice)


def _movement(motion: Motion | None, *, known: bool) -> Check:
    if not known:
        return Check("movement", None, "px", "not known")
    if motion is None:
        return Check("movement", 0.0, "px", "good")
    verdict: Grade = graded(motion.length_px, MOVED_GOOD_PX, MOVED_POOR_PX)
    if verdict == "good":
        return Check("movement", motion.length_px, "px", verdict)
    advice = (
        f"Moved by about {motion.length_px:.0f} px along {motion.direction_deg:.0f}°. Hold still, "
        "set 1/250 s or shorter, or rest the camera on something; more light helps."
    )
    if abs((motion.direction_deg + 45) % 90 - 45) < _AXIS_DEG:
        advice += " If nothing moved, the picture was stretched: use it as the camera took it."
    return Check("movement", motion.length_px, "px", verdict, advice)


def _soft_parts(share: float | None) -> Check:
    if share is None:
        return Check("soft parts", None, "", "not known")
    verdict: Grade = graded(share, _SOFT_GOOD, _SOFT_POOR)
    if verdict == "good":
        return Check("soft parts", share, "", verdict)
    advice = (
        f"About {100 * share:.0f} % of the picture is less sharp than the rest. Stand square to "
        "the wall, or close the aperture; widths there are less certain."
    )
    return Check("soft parts", share, "", verdict, advice)
