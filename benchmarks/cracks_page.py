"""The page of the reported lines; `python benchmarks/cracks_page.py` makes it.

The targets and the words stand here, the figures in docs/results/cracks.json.
"""

import json
from collections.abc import Iterator
from typing import Any

from common import RESULTS

HEAD = """# One crack, one line, and how sure it is

Made by `python benchmarks/cracks.py --data DATA` ({machine}) with the model `{model}`.

The whole chain runs: probability map, candidate lines, joining, verification. A point of a line is
right, and a point of a true crack is found, if the other lies within {near:g} px. Rendered pictures
are of seeds that no training has seen. Nothing of the photographs on this page took part in a
training or in the choice of a threshold.

| what | target | reached | |
|---|---|---|---|
"""
NEAR_PX = 5
NAMED = {"ragged shadow", "construction joint", "stain edge"}
NONE = "-"


Row = tuple[str, str, float | None, bool]


def at_most(name: str, value: float | None, limit: float) -> Row:
    """Return a row of the table of targets."""
    return name, f"≤ {limit:g}", value, value is not None and value <= limit


def at_least(name: str, value: float | None, limit: float) -> Row:
    """Return a row of the table of targets."""
    return name, f"≥ {limit:g}", value, value is not None and value >= limit


def of_walls(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the targets of rendered walls."""
    yield at_most("lines per true crack, rendered walls", found["lines_per_crack"], 1.2)
    for low, high, value, _ in found["found_by_width"]:
        least = {1.0: 0.90, 2.0: 0.97, 5.0: 0.99}.get(low)
        if least:
            yield at_least(f"found on rendered walls, {_span(low, high)} wide", value, least)
    yield at_least("reported length that is crack, rendered walls", found["right"], 0.97)
    panels = found["kinds"]["panels with joints"]
    yield at_least("found beside joints (`panels with joints`)", panels["found"], 0.85)
    yield at_most("false lines beside joints (`panels with joints`)", panels["false"], 0)


def of_lookalikes(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the targets of look-alikes: the three named ones, and others that miss theirs."""
    for kind, row in found["kinds"].items():
        limit = 0.05 if kind in NAMED else 0.02
        if kind in NAMED or row["m_per_m2"] > limit:
            yield at_most(f"false length, m per m²: {kind}", row["m_per_m2"], limit)


def of_hard(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the target of the calibration on rendered pictures."""
    if found["calibration"]:
        yield at_most(
            "calibration error of P(crack), rendered", found["calibration"]["error"], 0.02
        )


def of_masks(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the targets of photographs with drawn masks."""
    if found["calibration"]:
        error = found["calibration"]["error_reported"]
        yield at_most("calibration error of P(crack), reported real lines", error, 0.06)
    for name, row in found["sets"].items():
        yield at_least(f"`{name}`: drawn centreline found", row["found"], 0.80)
        yield at_least(f"`{name}`: reported length that is crack", row["right"], 0.90)


def of_tiles(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the target of crack-free tiles; their labels are taken as they are."""
    yield at_most("crack-free METU tiles with any crack", found["share"], 0.003)


def of_elsewhere(found: dict[str, Any]) -> Iterator[Row]:
    """Yield the target of photographs without concrete."""
    yield at_most("lines on a photograph without concrete", found["mean"], 1)


TARGETS = {
    "walls": of_walls,
    "lookalikes": of_lookalikes,
    "hard": of_hard,
    "masks": of_masks,
    "tiles": of_tiles,
    "elsewhere": of_elsewhere,
}


def page() -> None:
    """Write docs/results/cracks.md from the figures."""
    found = json.loads((RESULTS / "cracks.json").read_text(encoding="utf-8"))
    lines = [HEAD.format(machine=found["machine"], model=found["model"], near=NEAR_PX).rstrip()]
    rows = [row for part, of in TARGETS.items() if part in found for row in of(found[part])]
    for name, target, value, reached in rows:
        shown = NONE if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
        lines.append(f"| {name} | {target} | {shown} | {'reached' if reached else '**missed**'} |")
    for part, write in (
        ("walls", _walls),
        ("hard", _hard),
        ("lookalikes", _likes),
        ("masks", _masks),
    ):
        if part in found:
            lines += ["", *write(found[part])]
    (RESULTS / "cracks.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _walls(found: dict[str, Any]) -> Iterator[str]:
    low, high = found["seeds"]
    yield f"## Rendered walls, seeds {low} to {high}"
    yield ""
    yield "| wall | found | right | true cracks found | lines on them | false lines |"
    yield "|---|---|---|---|---|---|"
    for kind, row in found["kinds"].items():
        yield (
            f"| {kind} | {_percent(row['found'])} | {_percent(row['right'])} | {row['cracks']} | "
            f"{row['lines']} | {row['false']} |"
        )
    yield ""
    yield "| true width | found |"
    yield "|---|---|"
    for start, end, value, _ in found["found_by_width"]:
        yield f"| {_span(start, end)} | {_percent(value)} |"


def _hard(found: dict[str, Any]) -> Iterator[str]:
    yield "## Is the probability right?"
    yield ""
    yield (
        "Rendered weathered surfaces with faint cracks among look-alikes. All judged lines count, "
        "also those that are not reported."
    )
    yield ""
    yield from _bins(found["calibration"])
    if found["rightly_named"] is not None:
        yield ""
        yield (
            f"Of {found['named']:,} lines that are not reported and lie on a known look-alike, "
            f"{found['rightly_named']:.0%} are named rightly."
        )


def _bins(calibration: dict[str, Any] | None) -> Iterator[str]:
    if not calibration:
        yield "The model has no verifier: lines have no probability."
        return
    yield "| P(crack) | lines | mean P | share that is crack |"
    yield "|---|---|---|---|"
    for low, count, said, true in calibration["bins"]:
        yield f"| {low:.1f} to {low + 0.1:.1f} | {count:,} | {said:.2f} | {true:.2f} |"


def _likes(found: dict[str, Any]) -> Iterator[str]:
    yield "## Where there is no crack"
    yield ""
    yield (
        f"Rendered surfaces of 768 px with one look-alike each, at an assumed "
        f"{found['mm_per_px']:g} mm per px."
    )
    yield ""
    yield f"| look-alike | false length, m per m² | pictures of {found['pictures_per_kind']} |"
    yield "|---|---|---|"
    ordered = sorted(found["kinds"].items(), key=lambda row: -row[1]["m_per_m2"])
    for kind, row in ordered:
        yield f"| {kind} | {row['m_per_m2']:.2f} | {row['pictures']} |"


def _masks(found: dict[str, Any]) -> Iterator[str]:
    yield "## Photographs with drawn masks"
    yield ""
    yield "| set | centreline found | of the bare skeleton | reported length that is crack |"
    yield "|---|---|---|---|"
    for name, row in found["sets"].items():
        bare = _percent(row["found_of_skeleton"])
        yield f"| {name} | {_percent(row['found'])} | {bare} | {_percent(row['right'])} |"
    yield ""
    yield (
        "The centreline is the skeleton of the drawn mask without the spurs at the teeth of its "
        "ragged edge (`benchmarks/drawn_lines.py`); on `concrete30`, whose masks were enlarged, "
        "more than a third of the bare skeleton is spurs."
    )
    yield ""
    yield (
        "The calibration on these photographs, over all judged lines. Masks leave cracks out, so a "
        "true share may be higher."
    )
    yield ""
    yield from _bins(found["calibration"])


def _span(low: float, high: float) -> str:
    return f"more than {low:g} px" if high > 100 else f"{low:g} to {high:g} px"


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.1%}"


if __name__ == "__main__":
    page()
