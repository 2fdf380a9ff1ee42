"""Why cracks of an inspection have no state, counted by reason."""

import re
from collections import Counter, defaultdict

from cracklens.record.schema import Inspection

_FIGURE = re.compile(r"\d+(\.\d+)?")
_UNMEASURED = "they were not measured: the record says why"


def not_graded(inspection: Inspection) -> list[str]:
    """Return one line for each reason for which cracks were not graded, the most frequent first.

    Reasons that differ in figures alone count as one; one of them is shown. Empty where no code was
    chosen, and where each crack has a state by each code.

    Args:
        inspection: with the codes that were chosen in its context.
    """
    codes = inspection.context.codes if inspection.context else []
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    shown: dict[str, str] = {}
    for photo in inspection.photographs:
        for crack in photo.cracks:
            refused = {grade.code: grade.refused for grade in crack.grades}
            for code in codes:
                reason = refused.get(code, _UNMEASURED)
                if reason:
                    kind = _FIGURE.sub("#", reason)
                    shown.setdefault(kind, reason)
                    found[kind][code] += 1
    lines = []
    for kind, by_code in sorted(found.items(), key=lambda pair: -max(pair[1].values())):
        for count in sorted(set(by_code.values()), reverse=True):
            names = [code for code in codes if by_code[code] == count]
            cracks = "1 crack" if count == 1 else f"{count:,} cracks"
            lines.append(f"{cracks} by {' and '.join(names)}, because {_clause(shown[kind])}")
    return lines


def _clause(reason: str) -> str:
    """Return a reason as the end of a sentence.

    >>> _clause("aci-224r differs by exposure: say --exposure with one of dry-air.")
    'aci-224r differs by exposure: say --exposure with one of dry-air'
    """
    return reason.rstrip(".")
