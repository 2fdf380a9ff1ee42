"""The page of the figures of courses; `python benchmarks/courses_page.py` makes it again."""

import json
from typing import Any

from common import RESULTS

HEAD = """# Length, orientation, spacing and pattern

Made by `benchmarks/courses.py` ({machine}).

Rendered cracks of seeds that took no part in the training or in the choice of a constant, on
concrete, 700 x 700 px at 0.1 mm/px, 2 to 20 px wide, blur 0 to 1.5 px, noise 1 to 4 grey values,
JPEG 75 to 95. The mask is that of the network (`{model}`), the lines are traced as `inspect` does.
The plane of the wall is taken as known, in a frame that is turned at random: what a marker adds is
measured with the markers. Uncertainties here are without that of the scale.
"""

RESOLUTION = """## At which resolution a length is compared

A crack is a fractal: its length grows as the step shrinks with which it is measured, and no length
is right without one. The tracing smooths a centreline over about 2 px (a Gaussian of 1.5 points,
which lie 1 to 1.41 px apart), below which the pixels and the raggedness of the mask would be
measured. The truth is therefore smoothed with a Gaussian of 2 px before its length is taken. The
column "as rendered" compares with the line as it was rendered, whose course turns down to 4 px and
whose edges crumble down to 1.5 px: what is finer than 2 px is not seen, and length is lost, the
more the finer the crack.

A length is compared with the stretch of the true line that was found, which lies between the
nearest points of the ends of each branch. The column "interval" is about the whole crack, its tips
included, of cracks found to more than 90 %. {missed:.1%} of the length of all cracks was missed and
takes no part, and {other} lines were found elsewhere, on {pictures} pictures.
"""


def page() -> None:
    """Write docs/results/courses.md."""
    found = json.loads((RESULTS / "courses.json").read_text(encoding="utf-8"))
    lengths = found["lengths"]
    parts = [
        HEAD.format(machine=found["machine"], model=found["model"]),
        _targets(found),
        RESOLUTION.format(
            missed=lengths["missed_share"],
            other=lengths["other_cracks"],
            pictures=lengths["pictures"],
        ),
        _lengths(lengths["length"]),
        _orientations(lengths["orientation"]),
        _fields(found["fields"]),
        _patterns(found["patterns"]),
    ]
    text = "\n".join(part.strip("\n") + "\n" for part in parts)
    (RESULTS / "courses.md").write_text(text, encoding="utf-8")


def _targets(found: dict[str, Any]) -> str:
    lengths, angles = found["lengths"]["length"], found["lengths"]["orientation"]
    diagonal = lengths["diagonal, 40 to 50 degrees"]
    rows = [
        (
            "length, mean error",
            "2 %",
            f"{lengths['all']['mean']:.2f} %",
            lengths["all"]["mean"] <= 2,
        ),
        ("length, 95th percentile", "", f"{lengths['all']['p95']:.2f} %", None),
        ("diagonal cracks, mean error", "2 %", f"{diagonal['mean']:.2f} %", diagonal["mean"] <= 2),
        ("diagonal cracks, 95th percentile", "", f"{diagonal['p95']:.2f} %", None),
        (
            "orientation, mean error, tilt up to 30 degrees",
            "1°",
            f"{angles['all']['mean']:.2f}°",
            angles["all"]["mean"] <= 1,
        ),
        ("orientation, 95th percentile", "", f"{angles['all']['p95']:.2f}°", None),
        *(
            (
                f"95 % interval of the {name} holds the truth",
                "93 to 97 %",
                f"{100 * row['coverage']:.1f} %",
                0.93 <= row["coverage"] <= 0.97,
            )
            for name, row in (("length", lengths["all"]), ("orientation", angles["all"]))
        ),
    ]
    lines = [
        f"| {what} | {target} | {reached} | {_verdict(verdict)} |"
        for what, target, reached, verdict in rows
    ]
    return "\n".join(["| what | target | reached | |", "|---|---|---|---|", *lines])


def _verdict(reached: bool | None) -> str:
    if reached is None:
        return ""
    return "reached" if reached else "**missed**"


def _lengths(found: dict[str, Any]) -> str:
    lines = [
        (
            "| cracks | number | bias | mean error | 95 % below | within 2 % | interval | "
            "as rendered: bias | mean error | pixels of the skeleton: mean error |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in found.items():
        pixels = "-" if row["pixel_count"] is None else f"{row['pixel_count']:.1f} %"
        lines.append(
            f"| {name} | {row['cracks']} | {row['bias']:+.2f} % | {row['mean']:.2f} % | "
            f"{row['p95']:.2f} % | {row['within_2']:.1%} | {row['coverage']:.1%} | "
            f"{row['bias_fine']:+.2f} % | {row['mean_fine']:.2f} % | {pixels} |"
        )
    lines.append("")
    lines.append(
        "The last column is the usual short cut: the number of pixels of the skeleton of the same "
        "mask, where one crack was found and the wall is seen at right angles."
    )
    return "\n".join(lines)


def _orientations(found: dict[str, Any]) -> str:
    lines = [
        "## Orientation on the wall",
        "",
        (
            "Main directions are weighted by length. The column on the right is what the same "
            "crack shows without the plane: the true direction in the picture against that on "
            "the wall."
        ),
        "",
        "| cracks | number | mean error | 95 % below | within 1° | interval | tilt not corrected |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['cracks']} | {row['mean']:.2f}° | {row['p95']:.2f}° | "
        f"{row['within_1']:.1%} | {row['coverage']:.1%} | {row['not_corrected']:.2f}° |"
        for name, row in found.items()
    ]
    return "\n".join(lines)


def _fields(found: dict[str, Any]) -> str:
    named = ", ".join(f"{name} {count}" for name, count in sorted(found["named"].items()))
    return f"""## Parallel cracks

{found["pictures"]} pictures of three to five cracks side by side, 6 to 11 mm apart, at any angle,
tilted by up to 20 degrees. In {found["all_found"]} of them every crack was found over 80 % of its
length or more, in one piece, and nothing else; in {found["whole_group"]} of these they made one
group. The pictures were called: {named}. The spacing is compared with the distance of the outermost
true lines across their known direction, where all made one group.

| what | mean error | 95 % below | interval |
|---|---|---|---|
| spacing | {found["spacing_mean"]:.2f} % | {found["spacing_p95"]:.2f} % | \
{found["spacing_coverage"]:.1%} |
| density, where all were found | {found["density_found_mean"]:.2f} % | \
{found["density_found_p95"]:.2f} % | {found["density_found_coverage"]:.1%} |
| density, all pictures | {found["density_mean"]:.2f} % | {found["density_p95"]:.2f} % | |

The density is that of all true cracks, their tips included. In the last row, what the network or
the tracing misses counts as an error; the mean there is {found["density_bias"]:+.2f} %."""


def _patterns(found: dict[str, Any]) -> str:
    truths = {"rough": "single", "fork": "branched", "map": "map"}
    names = ("single", "branched", "map")
    lines = [
        "## Pattern",
        "",
        (
            f"{found['pictures_each']} pictures each of single cracks, forks and networks; shares "
            "of the length that was found. A network of which some sides are closed or missed "
            "falls into pieces, and no piece knows of the others."
        ),
        "",
        "| truth | " + " | ".join(names) + " |",
        "|---|---|---|---|",
    ]
    for layout, truth in truths.items():
        shares = found["by_length"][layout]
        lines.append(f"| {truth} | " + " | ".join(f"{shares.get(n, 0):.1%}" for n in names) + " |")
    lines += ["", "What the whole picture is called:", ""]
    names = ("none", "single", "branched", "map", "parallel", "several")
    lines += ["| truth | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for layout, truth in truths.items():
        counts = found["by_picture"][layout]
        lines.append(f"| {truth} | " + " | ".join(str(counts.get(n, 0)) for n in names) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    page()
