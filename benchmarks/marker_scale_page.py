"""The page of the marker's figures; `python benchmarks/marker_scale_page.py` makes it again."""

import json
from typing import Any

from common import RESULTS


def page() -> None:
    """Write docs/results/marker-scale.md."""
    found = json.loads((RESULTS / "marker-scale.json").read_text(encoding="utf-8"))
    parts = [
        _head(found),
        "## At the marker",
        _near(found["near"]),
        "## Far from the marker",
        _FAR,
        _far(found["far"]),
        "## Tilt",
        _tilt(found["tilt"]),
        "## Time",
        _time(found["seconds"]),
        "## Markers where there are none",
        _false(found.get("false", {})),
    ]
    (RESULTS / "marker-scale.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


_FAR = """Errors of the local scale in a random direction, at points so many marker widths away that
lie in the photograph. A "known" focal length is known to 4 %, as from the 35 mm equivalent in EXIF;
"assumed" is 28 mm for a camera that had anything from 22 to 40 mm. "Held" is the share of points
whose error lies within 1.96 times the stated standard uncertainty. "Usual way" is the homography
through the four corners of OpenCV's detector with its sub-pixel refinement; errors above 100 %
count as 100 %."""


def _head(found: dict[str, Any]) -> str:
    total = 5 * found["shots"]
    return f"""# How good the scale from a marker is

Made by `benchmarks/marker_scale.py` ({found["machine"]}): {found["shots"]} rendered photographs
of 12 million pixels for each size of the marker, of seeds that were used for nothing else. The
markers (five dictionaries) lie anywhere in the picture, turned in any way, on a wall tilted by 0 to
30 degrees in any direction, blurred by 0.3 to 1.5 px, with noise, sharpening, a tone curve and JPEG
70 to 95. The lens is a perfect pinhole, the paper is flat and its printed size exact, and so they
are taken here; what a real marker adds is in [scale](../scale.md). Markers that were not found:
{found["missed"]} of {total}.

Target: a relative error of at most 0.5 % up to 30 degrees of tilt when the marker is at least 60 px
wide. {_verdict(found["near"])}"""


def _verdict(rows: list[dict[str, Any]]) -> str:
    worst = max(row["p95"] for row in rows)
    within = min(row["within"] for row in rows)
    reached = "Reached" if within >= 0.95 else "**Missed**"
    return (
        f"{reached}: in the worst row of the table, 95 % of the errors are at most {worst:.2f} %, "
        f"and {within:.0%} are at most 0.5 %."
    )


def _near(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| side | tilt | pictures | median | 95 % | within 0.5 % | usual: median | 95 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['side_px']} px | {row['tilt_from']} to {row['tilt_from'] + 10}° "
        f"| {row['photographs']} | {row['median']:.3f} % | {row['p95']:.3f} % "
        f"| {row['within']:.0%} | {_percent(row['usual_median'])} | {_percent(row['usual_p95'])} |"
        for row in rows
    ]
    return "\n".join(lines)


def _far(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| focal | widths away | side | points | median | 95 % | stated | held | usual | 95 % |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['focal']} | {row['away']} | {row['side_px']} px | {row['points']} "
        f"| {row['median']:.2f} % | {row['p95']:.2f} % | {row['stated']:.2f} % "
        f"| {row['held']:.1%} | {_percent(row['usual_median'])} | {_percent(row['usual_p95'])} |"
        for row in rows
    ]
    return "\n".join(lines)


def _tilt(rows: list[dict[str, Any]]) -> str:
    lines = ["| focal length | side | median error | 95 % below |", "|---|---|---|---|"]
    lines += [
        f"| {row['focal']} | {row['side_px']} px | {row['median']:.1f}° | {row['p95']:.1f}° |"
        for row in rows
    ]
    return "\n".join(lines)


def _time(found: dict[str, float]) -> str:
    return (
        f"A photograph of 12 million pixels without a marker takes {found['without']:.2f} s (both "
        f"searches), with one {found['with']:.2f} s, and the plane through it "
        f"{found['plane']:.2f} s."
    )


def _false(found: dict[str, Any]) -> str:
    lines = ["| pictures of concrete | count | with a marker found |", "|---|---|---|"]
    lines += [
        f"| {name} | {row['pictures']:,} | {len(row['with_markers'])} |"
        for name, row in found.items()
    ]
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} %"


if __name__ == "__main__":
    page()
