"""Lengths as people write them."""

import math
import re

from cracklens.errors import UsageError
from cracklens.number_text import AmbiguousNumberError, with_decimal_point

_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "in": 25.4, '"': 25.4, "ft": 304.8}
_LENGTH = re.compile(
    r"\s*([+-]?[0-9.,]*[0-9](?:[ \u00a0\u202f'\u2019][0-9.,]*[0-9])*)\s*([a-zA-Z\"]*)\s*"
)


def parse_length(text: str, what: str = "a length", decimal: str | None = None) -> float:
    """Return the millimetres that a text such as "50mm", "5 cm", "3,2 m" or "2in" means.

    Args:
        text: number and unit.
        what: is meant, for the message, such as "the marker's side".
        decimal: mark of other numbers beside it, as in `with_decimal_point`.

    Raises:
        UsageError: there is no number, no unit, an unknown unit, it is not above zero, or it may
            be two lengths (1,200mm).

    >>> parse_length("50mm"), parse_length("3,2 m")
    (50.0, 3200.0)
    >>> parse_length("50")
    Traceback (most recent call last):
    ...
    cracklens.errors.UsageError: a length needs a unit, got '50': write 50mm, 50cm or 50m
    """
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise UsageError(f"{what} must be a number with a unit such as 50mm or 3.2m, got {text!r}")
    number, unit = found.groups()
    if not unit:
        raise UsageError(
            f"{what} needs a unit, got {text!r}: write {number}mm, {number}cm or {number}m"
        )
    if unit.lower() not in _MILLIMETRES or unit == "M":
        raise UsageError(f"{what} has an unknown unit {unit!r}: known are mm, cm, m, in, ft")
    try:
        value = float(with_decimal_point(number, decimal)) * _MILLIMETRES[unit.lower()]
    except AmbiguousNumberError as error:
        raise UsageError(f"{what}: {error}, with its unit") from error
    except ValueError as error:
        raise UsageError(f"{what} must be a number with a unit, got {text!r}") from error
    if not math.isfinite(value) or value <= 0:
        raise UsageError(f"{what} must be above 0, got {text!r}")
    return value
