"""JSON Schema of one line of `decisions.jsonl`, version 1."""

from typing import Any, get_args

from cracklens.record.decisions.model import Decision, OfFinding, OfPhotograph, Undo

JOURNAL_SCHEMA = 1
_ACTIONS = (*get_args(OfFinding), *get_args(OfPhotograph), Undo)


def decision_schema() -> dict[str, Any]:
    """Return the JSON Schema of a decision; `payload` has the fields of its `kind`."""
    schema = Decision.model_json_schema(mode="serialization")
    definitions: dict[str, Any] = {}
    cases = []
    for action in _ACTIONS:
        own = action.model_json_schema(mode="serialization")
        definitions |= own.pop("$defs", {})
        kind = own["properties"].pop("kind")["const"]
        own["required"] = sorted(own["properties"])
        definitions[action.__name__] = own
        cases.append(
            {
                "if": {"properties": {"kind": {"const": kind}}},
                "then": {"properties": {"payload": {"$ref": f"#/$defs/{action.__name__}"}}},
            }
        )
    schema["properties"]["kind"]["enum"] = [
        case["if"]["properties"]["kind"]["const"] for case in cases
    ]
    return {**schema, "allOf": cases, "$defs": definitions}
