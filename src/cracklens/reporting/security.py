"""What the browser lets the report do: its own script and style, its own pictures, nothing else.

A Content-Security-Policy (W3C, CSP level 3) that allows no inline style forbids `style` attributes
too. Places and lengths that differ from element to element are therefore classes of the one style
element, whose hash the policy names. So even if a name of a file became markup, it could not run.
"""

import base64
import hashlib
from collections.abc import Iterable


class StyleClasses:
    """Declarations that templates ask for, each once, as classes.

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
        """Return the name of the class with these declarations, made of numbers of ours alone."""
        return self._names.setdefault(declarations, f"s{len(self._names)}")

    def css(self) -> str:
        """Return the rules of all classes so far."""
        return "\n".join(f".{name}{{{text}}}" for text, name in self._names.items())


def policy(scripts: Iterable[str], style: str) -> str:
    """Return the policy of a page: these inline scripts and this style, pictures in the page.

    Args:
        scripts: text of each script element, to the letter.
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
