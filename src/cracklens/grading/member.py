"""Whether the words for a member name its role in the structure, and which one was meant."""

import difflib
import re

from cracklens.grading.context import ROLES, Context
from cracklens.grading.tables import Role

_MEANT: dict[str, Role] = {
    "beam": "girder",
    "beams": "girder",
    "joist": "girder",
    "stringer": "girder",
    "crossbeam": "girder",
    "pylon": "pier",
    "bent": "pier",
    "pillar": "column",
    "post": "column",
    "pile": "column",
    "superstructure": "deck",
    "soffit": "deck",
    "floor": "slab",
    "ceiling": "slab",
    "roof": "slab",
    "parapet": "wall",
    "wingwall": "wall",
    "facade": "wall",
}
"""What people call members, and the role that counts for it. It is asked, never taken."""


def member_note(context: Context) -> str | None:
    """Return what to tell a person whose words for the member name no role; None if they do.

    A role counts for the priority, and for codes that hold for some members only. Free words are
    allowed all the same.

    >>> member_note(Context(member="beam"))
    "no role 'beam' in --member: did you mean girder?"
    >>> member_note(Context(member="girder G3, south face")) is None
    True
    """
    if context.member is None or context.member_role:
        return None
    words = re.findall(r"[^\W\d_]+", context.member.lower())
    if "other" in words:
        return None
    named = [role for role in ROLES if role in words]
    if len(named) > 1:
        return f"--member names {' and '.join(named)}, so no role counts: name one of them"
    for word in words:
        close = difflib.get_close_matches(word, [*ROLES, *_MEANT], n=1, cutoff=0.75)
        if close:
            return f"no role '{word}' in --member: did you mean {_MEANT.get(close[0], close[0])}?"
    roles = ", ".join(ROLES[:-1])
    return (
        f"--member '{context.member}' names no role, so none counts for the priority: say one of "
        f"{roles} among its words"
    )
