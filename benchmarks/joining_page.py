"""The page of the figures of the joining; `python benchmarks/joining_page.py` makes it again."""

import json
from typing import Any

from common import RESULTS

HEAD = """# Joining of the pieces of a crack

Made by `benchmarks/joining.py` and `benchmarks/joining_fit.py` ({machine}).

Rendered walls of 2000 x 1500 px of each kind of scene, and pictures of 900 x 900 px with all
layouts of cracks and up to three look-alikes, of unseen seeds, with the map of the network
(`{model}`). A true crack is a main crack with its branches; a cable in front of it does not cut it.
A reported line belongs to the true crack that it follows, within 5 px, over most of its length.
The seeds from 9,100,100 on took no part in any choice; those from 9,100,000 on served to find
faults of the rules. "Before" is the straight bridge over up to 20 px (commit b63003a).
"""

ROWS = (
    ("reported lines per true crack that is found", "lines per true crack", "{:.2f}"),
    ("true cracks", "cracks", "{}"),
    ("of them found", "found cracks", "{}"),
    ("reported lines, with look-alikes", "reported", "{}"),
    ("true centreline found (5 px)", "found", "{:.3f}"),
    ("reported length that is crack", "right", "{:.3f}"),
    ("lines over two true cracks", "two cracks", "{}"),
    ("lines over a crack and something else", "crack and other", "{}"),
    ("inferred length, px", "inferred px", "{}"),
    ("of it on a true crack", "right of inferred", "{:.2f}"),
    ("networks", "networks", "{}"),
    ("slowest tracing of a picture, s", "slowest s", "{:.1f}"),
)

FALSE = """A line over two true cracks follows each of them over at least 30 px and a tenth of its
length; a line over a crack and something else runs beside all true cracks over as much. Networks
are not counted: their parts are one finding on purpose.
"""

CALIBRATION = """## The probability that two pieces are one crack

A logistic model of {count} features of the gap and of the path of least cost across it: lengths,
turns and widths of the lines, probability of the map along the path, darkness along it and beside
it. The weights are in `src/cracklens/tracing/join_weights.json`; they were fitted on rendered walls
and pictures of other seeds, by the truth alone. On unseen seeds (missed: one crack, and below 0.5;
wrong: 0.5 and more, and not one crack). Gaps to a line, as of a branch, are few: their model is
weak, and its calibration is not known well.

| model | gaps | one crack | calibration error | missed at 0.5 | wrong at 0.5 |
|---|---|---|---|---|---|
"""


def page() -> None:
    """Write docs/results/joining.md."""
    found = json.loads((RESULTS / "joining.json").read_text(encoding="utf-8"))
    fit = json.loads((RESULTS / "joining-fit.json").read_text(encoding="utf-8"))
    before, joined = found["before"], found["joined"]
    parts = [HEAD.format(machine=found["machine"], model=found["model"])]
    parts += [
        _table(name, before[name], joined[name])
        for name in joined
        if name in before and name != "dense net"
    ]
    parts += [
        FALSE,
        _dense(before["dense net"], joined["dense net"], joined["noise"]),
        _calibration(fit),
    ]
    text = "\n".join(part.strip("\n") + "\n" for part in parts)
    (RESULTS / "joining.md").write_text(text, encoding="utf-8")


def _table(name: str, before: dict[str, Any], joined: dict[str, Any]) -> str:
    rows = [f"## {name[0].upper()}{name[1:]} ({joined['pictures']})\n"]
    rows.append("| what | before | joined |\n|---|---|---|")
    for text, key, shape in ROWS:
        old, new = (shape.format(r[key]) if r[key] is not None else "-" for r in (before, joined))
        rows.append(f"| {text} | {old} | {new} |")
    return "\n".join(rows)


def _dense(before: dict[str, Any], joined: dict[str, Any], noise: dict[str, Any]) -> str:
    return (
        "## 12 MP full of fine cracks, and 12 MP of noise\n\nA drawn map of 4000 x 3000 px, lines "
        f"30 px apart in both\ndirections, with gaps: {joined['seconds']} s of processor time on a "
        f"machine with other\nwork ({before['seconds']} s before), {joined['findings']} finding(s) "
        f"({before['findings']} before), peak memory\nof the process {joined['peak MB']} MB "
        f"({before['peak MB']} MB before). The targets are 10 s and\n1000 MB. With the lines "
        "refined one after the other it took 25.8 s and 558 MB\n(commit 2436a0d, in the same hour)."
        "\n\nNoise of the same size, in blocks of 4 px with a third of the pixels empty: "
        f"{noise['seconds']} s,\n{noise['peak MB']} MB. Of more than 60,000 lines those with the "
        "most evidence are looked at, and a note\nsays so. The noise of 3 MP of\n"
        "`tests/tracing/test_tracing_candidates.py` takes 9 s (142 s at commit 2436a0d)."
    )


def _calibration(fit: dict[str, Any]) -> str:
    text = CALIBRATION.format(count=17)
    for name, row in fit.items():
        text += (
            f"| {name} | {row['gaps']} | {row['one crack']:.3f} | {row['calibration error']:.3f} "
            f"| {row['missed at 0.5']:.3f} | {row['wrong at 0.5']:.3f} |\n"
        )
    text += (
        "\n| model | mean probability in ten classes, and share that is one crack |\n|---|---|\n"
    )
    for name, row in fit.items():
        classes = row["classes: number, mean probability, share of one crack"]
        cells = ", ".join(f"{mean:.2f}: {share:.2f} ({n})" for n, mean, share in classes)
        text += f"| {name} | {cells} |\n"
    return text


if __name__ == "__main__":
    page()
