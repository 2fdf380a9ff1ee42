"""Content-Security-Policy of the report: only its own script, style and pictures are allowed.

A policy (W3C, CSP level 3) without inline styles also forbids `style` attributes. So positions and
lengths of elements are classes of the single style element, whose hash is in the policy. Even if a
file name were inserted as markup, the browser would not execute it.
"""

import base64
import hashlib
from collections.abc import Iterable


class StyleClasses:
    """CSS declarations of the templates, each once, as classes.

    >>> classes = StyleClasses()
    >>> classes("width:12%"), classes("left:5%;top:7%"), classes("width:12%")
    ('s0', 's1', 's0')
    >>> print(classes.css())
    .s0{width:12%}
    .s1{left:5%;top:7%}
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def __call__(self, declarations: str) -> str:
        """Return the name of the class with these declarations; they must not contain user text."""
        return self._names.setdefault(declarations, f"s{len(self._names)}")

    def css(self) -> str:
        """Return the rules of all classes so far."""
        return "\n".join(f".{name}{{{text}}}" for text, name in self._names.items())


def policy(scripts: Iterable[str], style: str) -> str:
    """Return the policy of a page: these inline scripts, this style, embedded pictures.

    Args:
        scripts: exact text of each script element.
        style: text of the style element.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
