"""The page of the figures of the grades; `python benchmarks/grading_page.py` makes it again."""

import json
from typing import Any

from common import RESULTS

WRONG_AT_MOST = 0.05
_TEXT = """# Are the states as probable as they are said to be?

Made by `benchmarks/grading.py` ({machine}). {specimens} specimens a row, of unseen seeds: one
rough crack of 0.6 to 1.4 times the boundary, its width varying by a quarter along it, tilt to 20°,
blur 0 to 1.5 px, noise, JPEG quality 75 to 95. The network of the package finds it, `measurement`
measures it with a scale that is wrong by 0.5 % (one standard uncertainty), and it is graded by
AASHTO MBEI without spacing. The truth is the rendered width; the greatest width of a crack is the
95th percentile along it.

| | target | reached | |
|---|---|---|---|
{targets}

## By boundary

| boundary and scale | cracks graded | refused | not found | single state stated | of these wrong |
|---|---|---|---|---|---|
{setups}

Bold: more than {wrong_at_most:.0%}. The target is for all boundaries together; one row has few
cracks.

"Refused": the width may lie below 3 px where a boundary is hidden. See [codes](../codes.md).

## Reliability

Of all states of all graded cracks, by the probability that was said: in how many cases it was the
true one. Expected calibration error {ece_cracks:.3f}; of the likeliest state alone
{best_cracks:.3f}. Where it said 0.9 and more, {surest_said:.3f} on average, {surest_true:.3f} were
true.

{cracks}

The same for single places along the cracks, each graded by its own width: expected calibration
error {ece_stations:.3f}; of the likeliest state alone {best_stations:.3f};
{stated_stations:,} single states stated, {wrong_stations:.1%} of them wrong.

{stations}
"""


def page() -> None:
    """Write docs/results/grading.md from the figures of `grading.py`."""
    found = json.loads((RESULTS / "grading.json").read_text(encoding="utf-8"))
    cracks, stations = found["cracks"], found["stations"]
    surest = cracks["all_states"]["table"][-1]
    text = _TEXT.format(
        machine=found["machine"],
        wrong_at_most=WRONG_AT_MOST,
        specimens=found["specimens"],
        targets=_targets(found),
        setups="\n".join(_setup(name, row) for name, row in found["setups"].items()),
        ece_cracks=cracks["all_states"]["ece"],
        best_cracks=cracks["likeliest"]["ece"],
        surest_said=surest["said"],
        surest_true=surest["true"],
        cracks=_reliability(cracks),
        ece_stations=stations["all_states"]["ece"],
        best_stations=stations["likeliest"]["ece"],
        stated_stations=stations["stated"],
        wrong_stations=stations["stated_wrong_share"],
        stations=_reliability(stations),
    )
    (RESULTS / "grading.md").write_text(text, encoding="utf-8")


def _targets(found: dict[str, Any]) -> str:
    rows = []
    for what, row in (("cracks", found["cracks"]), ("places along them", found["stations"])):
        share = row["stated_wrong_share"]
        verdict = "reached" if share <= WRONG_AT_MOST else "**missed**"
        rows.append(
            f"| single states stated that are wrong, {what} | at most {WRONG_AT_MOST:.0%} | "
            f"{share:.1%} ({row['stated_wrong']:,} of {row['stated']:,}) | {verdict} |"
        )
    return "\n".join(rows)


def _setup(name: str, row: dict[str, Any]) -> str:
    cracks = row["cracks"]
    graded = cracks["count"] - cracks["refused"]
    stated, wrong = cracks.get("stated", 0), cracks.get("stated_wrong", 0)
    share = f"{wrong} ({wrong / stated:.1%})" if stated else "-"
    shown = f"**{share}**" if wrong > WRONG_AT_MOST * stated else share
    return f"| {name} | {graded} | {cracks['refused']} | {row['missed']} | {stated} | {shown} |"


def _reliability(found: dict[str, Any]) -> str:
    lines = ["| said | cases | said on average | true |", "|---|---|---|---|"]
    for row in found["all_states"]["table"]:
        low = row["from"]
        lines.append(
            f"| {low:.1f} to {low + 0.1:.1f} | {row['count']:,} | {row['said']:.3f} | "
            f"{row['true']:.3f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    page()
