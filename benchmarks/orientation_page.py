"""The page of how results depend on orientation; `python benchmarks/orientation_page.py` makes it.

The sets and the words about them stand here, the figures in docs/results/orientation.json.
"""

import json
from typing import Any

from common import RESULTS

SETS = {
    "rendered": "rendered cracks, unseen seeds",
    "concrete30": "concrete30",
    "crackseu11": "crackseu11",
    "uavstains105": "uavstains105",
    "roads20": "roads20",
    "masonry120": "masonry120",
    "decks": "bridge decks, tiles (SDNET2018)",
    "tunnel": "tunnel lining",
}

HEAD = """# How a photograph lies

Made by `python benchmarks/orientation.py --data DATA` ({machine}).

A network sees a turned or mirrored photograph otherwise, and what it reports changes.
`--orientations` lets it look at each window in 1, 2, 4 or 8 orientations; the mean of the logits
counts. Here each photograph is turned and mirrored in all 8 ways, each copy is searched and traced
as `inspect` does with the model `{model}`, and the lengths of the reported cracks are compared.

The sample: at most {sample} photographs of a set, drawn with the seed {seed}; rendered ones are
those with a crack; of the tunnel lining the middle 1,216 x 1,216 px. With so few, a difference of
some hundredths between two cells may be chance. Nothing was trained or chosen on these pictures,
and no threshold was changed.

"""

SPREAD = """## Spread of the length

Standard deviation of the length over the 8 copies, over its mean: the mean over the photographs on
which any copy has a crack in any column, and in brackets all photographs together, so that long
cracks weigh more. Where one copy of eight has a crack and the others none, the spread is 265 %.

"""

LEFT = """
What is left with 8 comes from the tracing: the maps are the same (within 1/255, also for sides that
do not fit the windows), but thinning prefers sides, and a line near the least length or near a
threshold is reported in one copy and not in the next.

"""

GOOD = """## What it does to the agreement with masks

F1 with 2 px tolerance, over the pixels of all photographs and copies; recall in brackets. The
masks of concrete30 have a third of the photograph's size and are compared there; those of
uavstains105 and roads20 are about 1 px wide.

"""

LENGTH = """## Reported length

Mean over all photographs and copies, in px.

"""

COST = """## What it costs

Processor seconds of the detection of one photograph, on all threads together (not the wall clock:
the machine had other work).

"""


def page() -> None:
    """Write docs/results/orientation.md."""
    found = json.loads((RESULTS / "orientation.json").read_text(encoding="utf-8"))
    sets = {name: found[name] for name in SETS if name in found}
    text = HEAD.format(**found)
    text += SPREAD + table(sets, "photographs", with_crack, spread) + LEFT
    masked = {name: each for name, each in sets.items() if each["masks"]}
    text += GOOD + table(masked, "photographs", number, agreement) + "\n"
    text += LENGTH + table(sets, "photographs", number, length) + "\n"
    text += COST + table(sets, "megapixels", megapixels, cost)
    text += words()
    (RESULTS / "orientation.md").write_text(text, encoding="utf-8")


def words() -> str:
    """Return what a person concludes from the tables, kept beside this script."""
    path = RESULTS.parent.parent / "benchmarks" / "orientation.md"
    return "\n" + path.read_text(encoding="utf-8") if path.is_file() else ""


def table(sets: dict[str, Any], second: str, of_set: Any, cell: Any) -> str:  # noqa: ANN401
    """Return a table with a row for each set and a column for each number of orientations."""
    lines = [f"| set | {second} | 1 | 2 | 4 | 8 |", "|---|---|---|---|---|---|"]
    for name, each in sets.items():
        cells = [cell(each["orientations"][count]) for count in ("1", "2", "4", "8")]
        lines.append(" | ".join([f"| {SETS[name]}", of_set(each), *cells]) + " |")
    return "\n".join(lines) + "\n"


def number(found: dict[str, Any]) -> str:
    return str(found["pictures"])


def with_crack(found: dict[str, Any]) -> str:
    return f"{found['with_crack']} of {found['pictures']}"


def megapixels(found: dict[str, Any]) -> str:
    return f"{found['megapixels']:.2f}"


def spread(row: dict[str, Any]) -> str:
    if row["spread"] is None:
        return "-"
    return f"{row['spread']:.1%} ({row['spread_by_length']:.1%})"


def agreement(row: dict[str, Any]) -> str:
    return f"{row['f1']:.3f} ({row['recall']:.3f})"


def length(row: dict[str, Any]) -> str:
    return f"{row['length_px']:,.0f}"


def cost(row: dict[str, Any]) -> str:
    return f"{row['cpu_s']:.2f}"


if __name__ == "__main__":
    page()
