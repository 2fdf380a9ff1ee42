"""The page of the figures of fitness; `python benchmarks/fitness_page.py` makes it again."""

import json
from pathlib import Path
from typing import Any

from common import RESULTS

TEXTS = Path(__file__).with_name("fitness.md")
"""What was measured and what it means, in words; the tables are put in where it names them."""


def page() -> None:
    """Write docs/results/fitness.md from the figures of `fitness.py`."""
    found = json.loads((RESULTS / "fitness.json").read_text(encoding="utf-8"))
    text = TEXTS.read_text(encoding="utf-8")
    for name, table in (
        ("machine", found["machine"]),
        ("surfaces", str(found["surfaces"])),
        ("side", str(found["side_px"])),
        ("blur", _blur(found["blur"])),
        ("movement", _movement(found["movement"])),
        ("verdicts", _verdicts(found["verdicts"])),
        ("traces", _traces(found["traces"])),
        ("seconds", f"{found['speed']['median_s']:.2f}"),
        ("real", _real(found["real"])),
        ("grades", _grades(found["real"])),
    ):
        text = text.replace(f"{{{name}}}", table)
    (RESULTS / "fitness.md").write_text(text, encoding="utf-8")


def _blur(found: dict[str, Any]) -> str:
    lines = [
        (
            "| blur, px | stated: median | mean error, px | 90 % within, px | told | "
            "sharpened by the camera: median |"
        ),
        "|---|---|---|---|---|---|",
    ]
    for sigma, row in found["as sensed"].items():
        other = found["sharpened by the camera"][sigma]
        lines.append(
            f"| {row['true_px']:.2f} | {row['median_px']:.2f} | "
            f"{row['mean_absolute_error_px']:.2f} | {row['p90_absolute_error_px']:.2f} | "
            f"{row['known']:.0%} | {other['median_px']:.2f} |"
        )
    return "\n".join(lines)


def _movement(found: dict[str, Any]) -> str:
    lines = [
        (
            "| movement, px | found | said to be above 3 px | stated: median, px | "
            "error of the length: median, 90 %, px | of the direction: median, 90 %, ° |"
        ),
        "|---|---|---|---|---|---|",
    ]
    for length, row in found.items():
        start = f"| {length} | {row['found']:.0%} | {row['said_above_3_px']:.0%} |"
        if "median_length_px" not in row:
            lines.append(f"{start} - | - | - |")
            continue
        lines.append(
            f"{start} {row['median_length_px']:.1f} | "
            f"{row['median_length_error_px']:.1f}, {row['p90_length_error_px']:.1f} | "
            f"{row['median_direction_error_deg']:.1f}, {row['p90_direction_error_deg']:.1f} |"
        )
    return "\n".join(lines)


def _verdicts(found: dict[str, Any]) -> str:
    names = list(found)
    lines = ["| true | " + " | ".join(f"said: {name}" for name in names) + " |"]
    lines.append("|---" * (len(names) + 1) + "|")
    lines += [
        f"| {true} | " + " | ".join(str(row[name]) for name in names) + " |"
        for true, row in found.items()
    ]
    return "\n".join(lines)


def _traces(found: dict[str, Any]) -> str:
    lines = ["| what | at | 10 % | median | 90 % |", "|---|---|---|---|---|"]
    for name, what in (
        ("JPEG", "step at block borders, by JPEG quality"),
        ("noise", "stated over true noise, by shot noise in grey levels"),
    ):
        for level, (low, middle, high) in sorted(found[name].items(), key=lambda i: float(i[0])):
            lines.append(f"| {what} | {level} | {low:.2f} | {middle:.2f} | {high:.2f} |")
    return "\n".join(lines)


def _real(found: dict[str, Any]) -> str:
    lines = [
        "| set | pictures | measure | detect only | retake | median blur, px |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in found.items():
        counts = [row["verdicts"].get(v, 0) for v in ("measure", "detect only", "retake")]
        lines.append(
            f"| {name} | {row['pictures']} | "
            + " | ".join(map(str, counts))
            + f" | {row['median_blur_px']:.2f} |"
        )
    return "\n".join(lines)


def _grades(found: dict[str, Any]) -> str:
    """Return how often each check said something else than good or not known."""
    names = list(found)
    checks = list(next(iter(found.values()))["grades"])
    lines = ["| check: poor, bad | " + " | ".join(names) + " |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for check in checks:
        rows = [found[name]["grades"].get(check, {}) for name in names]
        cells = [f"{row.get('poor', 0)}, {row.get('bad', 0)}" for row in rows]
        if any(cell != "0, 0" for cell in cells):
            lines.append(f"| {check} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    page()
