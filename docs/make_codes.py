# ruff: noqa: INP001 - a script beside the pages that it makes
"""Make `codes.md` from the code tables of the package and the words of this script.

Without options it writes the page. With `--check` it leaves with exit code 1 if that is not up to
date.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from cracklens.grading import code_names, find_code
from cracklens.grading.rules import class_names
from cracklens.grading.tables import Code, Limit, Table
from cracklens.photos.scale.boundary import LEAST_BOUNDARY_PX, coarsest_scale, millimetres

PAGE = Path(__file__).with_name("codes.md")

_HEAD = """# Codes

What cracklens grades by: each table with its clause, edition, kind and source. Made by
`docs/make_codes.py` from the files under `src/cracklens/grading/codes/`; a test checks that it is
up to date. **Ratings are the inspector's. The program proposes.**

{overview}

**Two kinds that are never mixed.** A *design limit* is for the width that is calculated, or that is
tolerated in service: a measured width is set against it as "exceeds 0.30 mm: 0.93", and no state
follows from it. An *inspection state* is for the measured width.

**Source.** *Primary*: the figures were read in the code itself. *Secondary*: in a text that quotes
it; each such grade carries a note. Check the figures in your copy before you sign. Editions and
clauses that were not recorded are left out, not filled in. Tables that could not be confirmed are
not shipped: JTG/T H21, MLIT, fib Model Code 2010 7.6-1, BS 8110. BRE Digest 343, which asks for
records to ±0.1 mm when a crack is monitored, gives no state and is a note of `bre-251`.

## How a crack is graded

**Asked for, never guessed.** Neither the exposure class nor reinforced or prestressed can be seen
in a picture. A code that needs one of them and has not been told it does not grade, and says what
to say. What contradicts itself stops the run: a class of another code, prestressed with a code for
reinforced concrete, X0 beside another class. Of several exposure classes the strictest limit holds.

**Probabilities.** The width that counts is the greatest one, a high percentile along the crack. It
is taken as normal with its combined standard uncertainty, cut off at 0. Each state has the
probability of the widths between its boundaries: "CS2 0.81, CS1 0.19". It holds only if the
line is a crack, so the probability of that stands before it: "a crack 0.93; if so CS2 0.81, CS1
0.19", or "if a crack, CS2 0.81, CS1 0.19" where nothing verified the line. Where a code
has boundaries of spacing too, the worse of the two states counts, and width and spacing are taken
as independent.

**One state.** A single state is stated only where it holds the whole 95 % interval, of the width
and of the spacing. An interval that touches two states states none.

**Pixels.** A boundary can be placed where it is about {px:g} px wide in the photograph:

{budget}

A crack that is surely wider than {px:g} px lies above all finer boundaries, so 3 mm at 0.42 mm/px
are CS3 although 0.30 mm cannot be seen there. A line that may be narrower than {px:g} px can be of
any width below that: a lens draws all thin lines alike. If a boundary lies there, nothing is
graded, and the scale that would do is named. Each code is judged by its own boundaries, and each
crack by its own width: one code may grade what another cannot.

**Faults of the photograph.** Blur, movement, noise, compression, a slant, clipped light: each
widens the interval of a width by what it can shift it, in pixels. The state stands if the widened
interval lies in one state: "if a crack, CS3 > 0.99 although out of focus by 4 px: the doubt is
smaller than the distance to the boundary". It is refused if the interval touches two,
with the reason and what helps. Where the spacing alone gives the worst state, no
doubt of the width can change it.
"""


def codes_page() -> str:
    """Return the page, in Markdown."""
    codes = [find_code(name) for name in code_names()]
    head = _HEAD.format(overview=_overview(codes), px=LEAST_BOUNDARY_PX, budget=_budget(codes))
    return "\n".join([head, *map(_section, codes)])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _overview(codes: Sequence[Code]) -> str:
    rows = [
        (
            f"[`{code.name}`](#{code.name})",
            code.title,
            code.clause,
            code.edition or "not recorded",
            code.kind,
            code.verified,
            " and ".join(code.asks) or "nothing",
        )
        for code in codes
    ]
    return _table(("code", "title", "clause", "edition", "kind", "source", "asks for"), rows)


def _budget(codes: Sequence[Code]) -> str:
    edges = {
        edge for code in codes for edge in [limit.limit_mm for limit in code.limits] if edge
    } | {edge for code in codes for table in code.tables for edge in table.boundaries_mm}
    fine = sorted(edge for edge in edges if edge < 2)  # noqa: PLR2004 - wider ones are no problem
    return _table(
        ("boundary", "needs"),
        [(f"{millimetres(edge)} mm", f"{coarsest_scale(edge)} mm/px or finer") for edge in fine],
    )


def _section(code: Code) -> str:
    held = []
    if len(code.reinforcement) == 1:
        held.append(f"For {code.reinforcement[0]} concrete.")
    if code.roles:
        held.append(f"For a {' or '.join(code.roles)}.")
    parts = [f"## {code.name}", f"{code.title}, {code.clause}. {_origin(code)}"]
    parts += [" ".join(held)] if held else []
    parts += [_limits(code.limits)] if code.limits else [_states(table) for table in code.tables]
    parts += ["\n".join(f"- {note}" for note in code.notes)]
    return "\n\n".join(parts) + "\n"


def _origin(code: Code) -> str:
    edition = f"Edition of {code.edition}" if code.edition else "Edition not recorded"
    return f"{edition}; {code.kind}; {code.verified} source; {code.units}."


def _limits(rows: Sequence[Limit]) -> str:
    return _table(
        ("exposure", "reinforcement", "limit", "meaning"),
        [
            (
                ", ".join(f"`{name}`" for name in row.exposures),
                row.reinforcement or "reinforced",
                _limit(row),
                row.words,
            )
            for row in rows
        ],
    )


def _limit(row: Limit) -> str:
    if row.limit_mm is None:
        return f"{row.requirement}, not a width"
    return f"{millimetres(row.limit_mm)} mm" + (f" ({row.printed})" if row.printed else "")


def _states(table: Table) -> str:
    widths = class_names(table.boundaries_mm)
    rows = [
        (state.name, width, state.words) for state, width in zip(table.states, widths, strict=True)
    ]
    printed = f"\n\nAs printed: {', '.join(table.printed)}." if table.printed else ""
    cautions = "".join(
        f"\n\nBetween {caution.above_mm:g} and {caution.up_to_mm:g} mm: {caution.text}"
        for caution in table.cautions
    )
    title = f"**{table.clause[0].upper()}{table.clause[1:]}**\n\n"
    return title + _table(("state", "width", "in words"), rows) + printed + cautions


def main() -> int:
    """Write the page, or with `--check` say whether it is up to date."""
    made = codes_page()
    if "--check" in sys.argv[1:]:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made:
            return 0
        sys.stderr.write(f"{PAGE} is not up to date: run python docs/make_codes.py\n")
        return 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
