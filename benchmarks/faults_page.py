"""The page of what faults leave open; `python benchmarks/faults_page.py` makes it again."""

import json

from common import RESULTS

_NAMES = {
    "focus": "out of focus, 1.5 to 8 px",
    "smooth": "out of focus to 12 px, on a wall without texture",
    "movement": "movement of 3 to 18 px",
    "noise": "noise of 14 to 40 grey levels",
    "compression": "JPEG quality 8 to 48",
    "tilt": "slant of 40° to 62°",
    "light": "over- and underexposed",
}
_TEXT = """# What a fault of the photograph leaves open

Made by `benchmarks/faults.py` ({machine}; model {model}).

A blurred, grainy or slanted photograph does not spoil every width in it alike: 4 px of blur hide
whether a crack of 5 px is 0.2 or 0.5 mm wide, and change nothing in a crack of 73 px. Each fault
therefore widens the interval of a width by what it can shift it, in pixels, and a state is refused
only where the widened interval touches two. This page says whether the widened interval holds.

{specimens} rendered cracks of the seeds from {first_seed:,} on, which nothing was chosen on, 2.5 to
80 px wide, one fault each. The network finds them, at 0.1 mm per px; the true width is the 95th
percentile of the rendered opening. Graded by AASHTO MBEI without spacing.

| fault | found | in doubt | truth in the own interval | in the widened one | graded | wrong |
|---|---|---|---|---|---|---|
{rows}

"In doubt": the photograph was seen to have a fault, or the edges of the crack to be soft. Before,
no crack was graded in a photograph with a fault. {missed} cracks lie outside of their own interval
though nothing was seen to be wrong: short movements that are not found, and a dark picture. That
soft edges count by themselves was added after cracks of that kind were seen, on seeds below 100,000
and on these; its threshold is from sharp cracks of other seeds.

What is seen of blur at a crack is the spread of its edges: they rise from a quarter to three
quarters of their height over 1.349 standard deviations of the blur. A line that is not much wider
than the blur may have any width up to there. Rendered blur is even; that of a bad lens is not.
"""


def page() -> None:
    """Write docs/results/faults.md from the figures of `faults.py`."""
    found = json.loads((RESULTS / "faults.json").read_text(encoding="utf-8"))
    kinds = found["kinds"]
    total = {name: sum(row[name] for row in kinds.values()) for name in next(iter(kinds.values()))}
    rows = [_row(_NAMES[kind], row) for kind, row in kinds.items()]
    text = _TEXT.format(
        machine=found["machine"],
        model=found["model"],
        specimens=found["specimens"],
        first_seed=found["first_seed"],
        missed=total["missed"],
        rows="\n".join([*rows, _row("**all**", total)]),
    )
    (RESULTS / "faults.md").write_text(text, encoding="utf-8")


def _row(name: str, row: dict[str, int]) -> str:
    doubted = max(row["doubted"], 1)
    return (
        f"| {name} | {row['found']} of {row['specimens']} | {row['doubted']} | "
        f"{row['own'] / doubted:.0%} | {row['widened'] / doubted:.0%} | {row['graded']} | "
        f"{row['wrong']} |"
    )


if __name__ == "__main__":
    page()
