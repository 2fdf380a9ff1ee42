"""Text of numbers, settings and links for the report."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote


def address(path: str) -> str:
    """Return a relative path as a URL.

    >>> address("overlays/P001 <x>#1.png")
    'overlays/P001%20%3Cx%3E%231.png'
    """
    return quote(path, safe="/", errors="surrogateescape")


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "crack"), counted(1200, "crack")
    ('1 crack', '1,200 cracks')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - whatever JSON holds
    """Yield name and text of every leaf of nested settings.

    >>> list(flat({"scales": [1.0, 0.5], "tracing": {"min_length_px": 40}, "model": None}))
    [('scales', '1, 0.5'), ('tracing.min_length_px', '40'), ('model', 'not given')]
    """
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from flat(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
        for number, part in enumerate(value, 1):
            yield from flat(part, f"{name}.{number}")
    else:
        yield name, _shown(value)


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple | Mapping):
        return ", ".join(map(_shown, value)) or "none"
    return str(value)
