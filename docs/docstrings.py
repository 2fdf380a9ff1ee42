# ruff: noqa: INP001 - an extension of the documentation build, beside its pages
"""What the reference page shows beyond the docstrings themselves.

Examples stand there as bare `>>>` lines, which Markdown would take for quotations. The fields of a
configuration have their text and their default inside `Field(...)`.
"""

import ast
import re

import griffe

_EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\s*$).*)*", re.MULTILINE)


def fenced(text: str) -> str:
    """Return Markdown with each doctest example as a fenced block."""
    return _EXAMPLE.sub(lambda found: f"```pycon\n{found[0]}\n```", text)


class Readable(griffe.Extension):
    """Rewrite docstrings before they are parsed."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Fence the examples of one module, class, function or attribute."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)

    def on_attribute(self, *, attr: griffe.Attribute, **_: object) -> None:
        """Take the text and the default of a field out of `Field(...)`."""
        call = attr.value
        if not isinstance(call, griffe.ExprCall) or str(call.function) != "Field":
            return
        named = {a.name: a.value for a in call.arguments if isinstance(a, griffe.ExprKeyword)}
        given = [a for a in call.arguments if not isinstance(a, griffe.ExprKeyword)]
        attr.value = named.get("default", given[0] if given else None)
        if attr.docstring is None and "description" in named:
            text = ast.literal_eval(str(named["description"])).replace("<", "&lt;")
            attr.docstring = griffe.Docstring(text, parent=attr)
