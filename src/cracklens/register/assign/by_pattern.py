"""Elements from the folders in which photographs lie."""

import re

from sqlalchemy.orm import Session

from cracklens.errors import UsageError
from cracklens.file_names import composed
from cracklens.register.assign.proposal import Proposal, paths_of

_ELEMENT = "element"
_TOKEN = re.compile(r"\{[^{}]*\}|\*\*/|\*\*|\*|\?")
_MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def propose_by_pattern(session: Session, visit_id: int, pattern: str) -> Proposal:
    """Propose the element that stands in the path of a photograph.

    Args:
        session: of the register.
        visit_id: of the visit.
        pattern: as of `compile_pattern`, for the whole path relative to the folder of the
            photographs.

    Raises:
        UsageError: the pattern makes no sense.
    """
    expression = compile_pattern(pattern)
    elements, unmatched = {}, []
    for photograph_id, path in paths_of(session, visit_id).items():
        found = expression.fullmatch(composed(path))
        name = (found[_group(expression)] or "").strip() if found else ""
        if name:
            elements[photograph_id] = name
        else:
            unmatched.append(path)
    return Proposal(elements, unmatched=tuple(unmatched))


def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Return the regular expression of a pattern. Upper and lower case are the same.

    Args:
        pattern: with `{element}` for the name of the element, `*` and `?` for anything within a
            name, `**` for folders; or a regular expression after `re:`, with a group called
            `element`, or just one group.

    Raises:
        UsageError: it names no element, or is no expression.

    >>> compile_pattern("{element}/*.jpg").fullmatch("Pier 3/IMG_1.JPG")["element"]
    'Pier 3'
    >>> compile_pattern("**/{element}_*").fullmatch("day 1/north/P3_0001.jpg")["element"]
    'P3'
    >>> compile_pattern(r"re:.*/(P\d+)[^/]*").fullmatch("north/P17-2.jpg")[1]
    'P17'
    """
    if pattern.startswith("re:"):
        try:
            made = re.compile(composed(pattern.removeprefix("re:")), re.IGNORECASE)
        except re.error as error:
            raise UsageError(f"{pattern!r} is no regular expression: {error}") from error
        if _ELEMENT not in made.groupindex and made.groups != 1:
            raise UsageError(
                f"{pattern!r} needs one group that is the element, such as re:(?P<element>[^/]+)/.*"
            )
        return made
    if pattern.count("{element}") != 1:
        raise UsageError(f"{pattern!r}: {{element}} must stand in it once, as in '{{element}}/*'")
    return re.compile(_translated(pattern.replace("\\", "/")), re.IGNORECASE | re.DOTALL)


def _translated(pattern: str) -> str:
    text, last = composed(pattern), 0
    parts = []
    for token in _TOKEN.finditer(text):
        parts.append(re.escape(text[last : token.start()]))
        if token[0].startswith("{"):
            if token[0] != "{element}":
                raise UsageError(f"{pattern!r}: {token[0]} is not known; only {{element}} is")
            parts.append("(?P<element>[^/]+?)")
        else:
            parts.append(_MEANINGS[token[0]])
        last = token.end()
    return "".join([*parts, re.escape(text[last:])])


def _group(expression: re.Pattern[str]) -> str | int:
    return _ELEMENT if _ELEMENT in expression.groupindex else 1
