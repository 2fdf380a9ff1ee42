"""Conversion of records of older schemas, as JSON values, to the current one.

Schema 1 has no measured values: all fields that it lacks have defaults. Schema 2 gives the states
of a crack without the probability that it is one; nothing verified its lines, which their text says
after the conversion.
"""

from collections.abc import Iterator
from typing import Any

OLDER = (1, 2)
_NEW = 3
_WIDTH = ("width ", "any width ")


def upgraded(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a record in the current schema; any other content as it is.

    Faults in the fields are left for the validation, which names them.

    Args:
        content: the JSON object; changed in place.
    """
    version = content.get("schema_version")
    if isinstance(version, bool) or version not in OLDER:
        return content
    from cracklens.grading.certainty import given  # NumPy, which `--help` does not wait for

    for crack in _objects(content, "photographs", "cracks"):
        for grade in _objects(crack, "grades"):
            if isinstance(grade.get("text"), str) and not grade.get("refused"):
                grade["text"] = f"{given(None)} {grade['text']}"
        priority = crack.get("priority")
        if isinstance(priority, dict):
            priority.setdefault("if_crack", priority.get("score"))
            for term in _objects(priority, "terms"):
                if isinstance(term.get("text"), str) and term["text"].startswith(_WIDTH):
                    term["text"] = f"{given(None)} {term['text']}"
    content["schema_version"] = _NEW
    return content


def _objects(content: dict[str, Any], *keys: str) -> Iterator[dict[str, Any]]:
    """Yield the objects in a list, or in the lists of its objects; whatever else is passed over."""
    parts = content.get(keys[0])
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            if len(keys) > 1:
                yield from _objects(part, *keys[1:])
            else:
                yield part
