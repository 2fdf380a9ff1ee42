"""A decision in a line, for people."""

from cracklens.record.decisions.model import (
    OTHER,
    Comment,
    Decision,
    Element,
    Gauge,
    Reject,
    Scale,
    State,
    Undo,
)
from cracklens.verification.kinds import named

_TOLD = {
    "accept": "accepted as a crack",
    "course": "redrawn",
    "join": "joined",
    "split": "split",
    "draw": "drawn",
    "region": "a part marked as no concrete",
}


def told(decision: Decision) -> str:
    """Return what was decided, such as "rejected, a joint"."""
    action = decision.action
    text = _TOLD.get(action.kind, "")
    if isinstance(action, Reject):
        known = "" if action.what == OTHER else named(action.what)
        text = f"rejected, {': '.join(part for part in (known, action.reason) if part)}"
    elif isinstance(action, Gauge):
        text = f"width {action.width_mm:g} mm read with {action.instrument}"
    elif isinstance(action, State):
        text = f"{action.code}: {action.state}, {action.reason}"
    elif isinstance(action, Comment):
        text = action.text
    elif isinstance(action, Element):
        text = f"element {action.element}"
    elif isinstance(action, Scale):
        text = f"scale set: {_scale(action)}"
    elif isinstance(action, Undo):
        text = f"decision {action.number} taken back"
    return text


def _scale(action: Scale) -> str:
    if action.mm_per_px is not None:
        return f"{action.mm_per_px:g} mm per px"
    return f"{action.distance_mm:g} mm between two points"
