"""Records and decisions for the tests of the register."""

import hashlib
import json

from cracklens.record.schema import Inspection


def graded(inspection: Inspection) -> Inspection:
    """Return the small record with measured, graded and verified cracks."""

    def quantity(value):
        return {"value": value, "standard": 0.1, "low": value, "high": value, "contributions": {}}

    content = json.loads(inspection.model_dump_json())
    first = content["photographs"][0]["cracks"]
    for crack, probability, score in zip(first, (0.9, 0.5), (40.0, 10.0), strict=True):
        crack["probability"] = probability
        crack["measurement"] = {
            "length_px": quantity(10.0),
            "length_mm": quantity(2000.0),
            "is_lower_bound": False,
            "max_width_px": quantity(3.0),
            "mean_width_px": quantity(2.0),
            "max_width_mm": quantity(0.4),
            "mean_width_mm": quantity(0.3),
            "measured_share": 1.0,
            "orientation_deg": quantity(0.0),
            "to_axis_deg": None,
            "direction": None,
            "pattern": "single",
            "profiles": [],
        }
        crack["grades"] = [
            {
                "code": "aashto-mbei", "title": "", "clause": "", "kind": "inspection state",
                "verified": "primary", "states": {"CS2": 0.75, "CS1": 0.25}, "stated": None,
                "text": "", "refused": None, "basis": [], "notes": [],
            }
        ]  # fmt: skip
        crack["priority"] = {"score": score, "terms": [], "note": ""}
    content["photographs"][0]["rejected"][0]["probability"] = 0.3
    return Inspection.model_validate(content)


def decision_lines(count: int, finding: str | None = None, start: int = 0) -> list[str]:
    """Return a journal whose decisions each carry the hash of the one before."""
    lines, previous = [], ""
    for number in range(1, start + count + 1):
        body = {
            "number": number, "finding": finding, "who": "Ada", "when": "2026-05-04T03:02:01Z",
            "kind": "accept", "payload": {"n": number, "say": "é"}, "previous": previous,
        }  # fmt: skip
        previous = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        lines.append(json.dumps({**body, "sha256": previous}))
    return lines[start:]
