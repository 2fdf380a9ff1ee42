"""Numbers as people type them: with a decimal point, a decimal comma, or groups of thousands.

A comma before exactly three digits may be a decimal comma or a separator of thousands: a factor of
1,000. That is refused, unless what stands beside it decides.
"""

import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[+-]?(?:[0-9]+|[0-9]*[.,][0-9]+|[0-9]+[.,])")
_ONE_GROUP = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = re.compile(
    r"(?P<whole>[+-]?[1-9][0-9]{0,2}(?:"
    r"(?:,[0-9]{3})+(?=\.)|(?:,[0-9]{3}){2,}|"  # 1,234.5 and 1,234,567
    r"(?:\.[0-9]{3})+(?=,)|(?:\.[0-9]{3}){2,}|"  # 1.234,5 and 1.234.567
    r"(?:[ \u00a0\u202f'\u2019][0-9]{3})+))(?P<part>[.,][0-9]+)?"
)
_EXPONENT = re.compile(r"(.*[0-9.,])([eE][+-]?[0-9]+)")
_NOT_A_DIGIT = re.compile(r"[^0-9+-]")


class AmbiguousNumberError(ValueError):
    """A number that may be another one, a thousand times as large; the message names both."""


def with_decimal_point(text: str, decimal: str | None = None) -> str:
    """Return a number as Python writes it; text that is no number is returned as it is.

    Args:
        text: as a person typed it.
        decimal: "," or "." where other numbers beside it show which is meant, "?" where they show
            both; None where nothing is known, which takes a point for a decimal point.

    Raises:
        AmbiguousNumberError: it may be two numbers.

    >>> [with_decimal_point(each) for each in ("0,25", "0.25", "1.234,5", "1,234.5", "2,5e-3")]
    ['0.25', '0.25', '1234.5', '1234.5', '2.5e-3']
    >>> with_decimal_point("1,200")
    Traceback (most recent call last):
    ...
    cracklens.number_text.AmbiguousNumberError: 1,200 may mean 1.2 or 1200: write one of these
    >>> with_decimal_point("1,200", decimal=",")
    '1.200'
    """
    bare = text.strip()
    if power := _EXPONENT.fullmatch(bare):
        return with_decimal_point(power[1], decimal) + power[2]
    if _PLAIN.fullmatch(bare):
        mark = "," if "," in bare else "."
        doubted = decimal is not None or mark == ","
        if _ONE_GROUP.fullmatch(bare) and doubted and decimal != mark:
            part = bare.replace(mark, ".").rstrip("0").rstrip(".")
            raise AmbiguousNumberError(
                f"{bare} may mean {part} or {bare.replace(mark, '')}: write one of these"
            )
        return bare.replace(",", ".")
    if grouped := _GROUPED.fullmatch(bare):
        return _NOT_A_DIGIT.sub("", grouped["whole"]) + (grouped["part"] or "").replace(",", ".")
    return text


def decimal_mark(numbers: Iterable[str]) -> str | None:
    """Return the decimal mark that numbers show beyond doubt: "," or "."; "?" for both, or None.

    >>> decimal_mark(["12", "1,250", "0,25"]), decimal_mark(["1,250"]), decimal_mark(["0,2", "0.2"])
    (',', None, '?')
    """
    sure = [each for each in numbers if _PLAIN.fullmatch(each) and not _ONE_GROUP.fullmatch(each)]
    shown = {mark for mark in ",." for each in sure if mark in each}
    return None if not shown else shown.pop() if len(shown) == 1 else "?"


def split_numbers(text: str) -> list[str]:
    """Return the numbers of a list, such as "1,0.5": separated by commas, semicolons or spaces.

    Raises:
        AmbiguousNumberError: all are whole and one comma alone may be a decimal comma.

    >>> split_numbers("1,0.5"), split_numbers("1;0,5"), split_numbers("1, 2"), split_numbers("2")
    (['1', '0.5'], ['1', '0.5'], ['1', '2'], ['2'])
    >>> split_numbers("1,5")
    Traceback (most recent call last):
    ...
    cracklens.number_text.AmbiguousNumberError: 1,5 may mean 1.5 or the list 1.0,5.0: write one ...
    """
    bare = text.strip()
    if ";" in bare:
        parts = [part.strip() for part in bare.split(";") if part.strip()]
        mark = decimal_mark(parts)
        return [with_decimal_point(part, mark) for part in parts]
    if re.fullmatch(r"[0-9]+(,[0-9]+)+", bare):
        parts = bare.split(",")
        several = ",".join(f"{part}.0" for part in parts)
        pairs = ",".join(f"{a}.{b}" for a, b in zip(parts[::2], parts[1::2], strict=False))
        if len(parts) % 2 == 0:
            raise AmbiguousNumberError(
                f"{bare} may mean {pairs} or the list {several}: write one of these"
            )
    return [part for part in re.split(r"[,\s]+", bare) if part]
