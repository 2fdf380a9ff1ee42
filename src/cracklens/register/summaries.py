"""From records to the columns that pages filter and sort by: pure functions."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from cracklens.record.finding_keys import finding_keys
from cracklens.record.measured import GradeRecord, MeasurementRecord, QuantityRecord
from cracklens.record.schema import CrackRecord, PhotoRecord, RejectedRecord
from cracklens.register.schema.base import storable

NO_URGENCY = -1.0
UNSURE_FROM = 0.2
"""Doubt from which a finding counts as unsure: probabilities from 0.1 to 0.9."""
_STATES = "inspection state"
_M_PER_MM = 1e-3
_DIGITS = 4  # those of the probabilities in a record


def finding_columns(photo: PhotoRecord) -> list[dict[str, Any]]:
    """Return one row for each line of a photograph, cracks before rejected lines."""
    rows = [_crack(crack) for crack in photo.cracks]
    rows += [_rejected(line, photo.id, n) for n, line in enumerate(photo.rejected, 1)]
    keys = finding_keys(photo)
    return [
        {**row, "key": key, "position": position, "doubt": doubt(row["probability"])}
        for position, (key, row) in enumerate(zip(keys, rows, strict=True))
    ]


def doubt(probability: float | None) -> float:
    """Return how unsure a probability is, 0 to 1. A line that nothing verified counts as sure.

    >>> doubt(0.5), doubt(1.0), doubt(None), doubt(0.9)
    (1.0, 0.0, 0.0, 0.2)
    """
    return 0.0 if probability is None else round(1.0 - abs(2.0 * probability - 1.0), _DIGITS)


def urgency(photo: PhotoRecord) -> float:
    """Return the greatest priority of the cracks of a photograph; -1 where none has one."""
    return max((_score(crack) for crack in photo.cracks), default=NO_URGENCY)


def state_columns(photo: PhotoRecord) -> list[dict[str, Any]]:
    """Return expected number and length of cracks for each code and state of a photograph."""
    cracks: defaultdict[tuple[str, str], float] = defaultdict(float)
    lengths_m: defaultdict[tuple[str, str], float] = defaultdict(float)
    for crack in photo.cracks:
        length_m = (_value(crack.measurement, "length_mm") or 0.0) * _M_PER_MM
        chance = 1.0 if crack.probability is None else crack.probability
        for grade in _with_states(crack.grades):
            for state, share in grade.states.items():
                cracks[grade.code, state] += chance * share
                lengths_m[grade.code, state] += chance * share * length_m
    rows = {(storable(code), storable(state)): (code, state) for code, state in cracks}
    return [
        {"code": code, "state": state, "cracks": cracks[key], "length_m": lengths_m[key]}
        for (code, state), key in rows.items()
    ]


def _crack(crack: CrackRecord) -> dict[str, Any]:
    measured = crack.measurement
    grade = next(iter(_with_states(crack.grades)), None)
    likeliest = max(grade.states, key=lambda state: grade.states[state]) if grade else None
    width_px = _value(measured, "max_width_px")
    return {
        "kind": "crack",
        "short_name": storable(crack.id),
        "probability": crack.probability,
        "confidence": crack.confidence,
        "length_px": crack.length_px,
        "length_mm": _value(measured, "length_mm"),
        "max_width_px": crack.max_width_px if width_px is None else width_px,
        "max_width_mm": _value(measured, "max_width_mm"),
        "code": storable(grade.code) if grade else None,
        "state": None if likeliest is None else storable(likeliest),
        "state_probability": grade.states[likeliest] if grade and likeliest is not None else None,
        "urgency": _score(crack),
        "record": crack.model_dump(mode="json"),
    }


def _rejected(line: RejectedRecord, photo: str, number: int) -> dict[str, Any]:
    return {
        "kind": "rejected",
        "short_name": storable(f"{photo}-R{number:02}"),
        "probability": line.probability,
        "confidence": line.confidence,
        "length_px": line.length_px,
        "length_mm": None,
        "max_width_px": None,
        "max_width_mm": None,
        "code": None,
        "state": None,
        "state_probability": None,
        "urgency": NO_URGENCY,
        "record": line.model_dump(mode="json"),
    }


def _with_states(grades: Iterable[GradeRecord]) -> list[GradeRecord]:
    return [grade for grade in grades if grade.kind == _STATES and grade.states]


def _score(crack: CrackRecord) -> float:
    return crack.priority.score if crack.priority else NO_URGENCY


def _value(measured: MeasurementRecord | None, name: str) -> float | None:
    found: QuantityRecord | None = getattr(measured, name) if measured else None
    return found.value if found else None
