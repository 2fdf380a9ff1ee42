"""The main job: photographs in, a report out.

`make demo` runs this. It renders the example photographs once (walls of 12 megapixels with known
cracks, look-alikes and a marker), inspects them with the model of the package, grades the cracks,
and sets what was found beside what is known to be there: lengths; and of the lines that the report
puts first, whether they are a crack, which one, and its greatest width.
"""

import json
import math
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent
PHOTOGRAPHS = EXAMPLES / "photographs"
CONTEXT = (
    "--marker", "30mm", "--codes", "aashto-mbei,aci-224r", "--reinforcement", "reinforced",
    "--exposure", "humidity", "--member", "wall",
)  # fmt: skip
"""What an inspector says of the member: none of it can be seen in a photograph."""
SHOWN = 12
NEAR_PX = 8.0  # between a place that was measured and the true centreline
LIKELY = 0.5  # below this a line is more likely something else, and stands last
Places = dict[tuple[int, int], list[tuple[float, float, float, int]]]
"""Cells of the picture with x, y, true width and true crack of each known place in them."""
CRACKLENS = str(Path(sys.executable).with_name("cracklens"))


def main(folder: Path) -> None:
    """Run the demo and leave the report in `folder`."""
    started = time.perf_counter()
    truth = PHOTOGRAPHS / "truth.json"
    if not truth.is_file():  # written last, so the photographs are complete
        run(sys.executable, str(EXAMPLES / "render_photographs.py"), str(PHOTOGRAPHS))
    shutil.rmtree(folder, ignore_errors=True)
    command = ["inspect", str(PHOTOGRAPHS), "-o", str(folder), *CONTEXT]
    print(f"\n$ cracklens {shlex.join(command)}", flush=True)
    run(CRACKLENS, *command)
    compare(truth, folder / "inspection.json")
    print(f"\ndone in {time.perf_counter() - started:.0f} s. Open {folder / 'report.html'}")


def run(*command: str) -> None:
    """Run a program and stop where it fails."""
    subprocess.run(command, check=True)


def compare(truth: Path, found: Path) -> None:
    """Print known beside reported: the length of cracks by photograph, the width by crack."""
    known = {p["file"]: p for p in json.loads(truth.read_text(encoding="utf-8"))["photographs"]}
    photographs = json.loads(found.read_text(encoding="utf-8"))["photographs"]
    print(f"\n{'length of cracks in px':<26}{'known':>8}{'reported':>10}")
    for photograph in photographs:
        cracks = known[photograph["path"]]["cracks"]
        length = sum(crack["length_px"] for crack in cracks)
        reported = sum(crack["length_px"] for crack in photograph["cracks"])
        print(f"{photograph['path']:<26}{length:>8,.0f}{reported:>10,.0f}")
    rows = [row for photograph in photographs for row in lines(photograph, known)]
    rows.sort(key=lambda row: (row["unlikely"], -row["score"]))
    print("\nfirst in the report, with the probability that it is a crack, beside the truth")
    head = f"{'line':<10}{'P':>5}  {'truth':<16}{'mm':>5}{'reported mm (95 %)':>22}"
    print(f"{head}  state if it is one")
    seen: set[tuple[str, int]] = set()
    for row in rows[:SHOWN]:
        again = " again" if row["crack"] in seen else ""
        truth_text = f"crack {row['crack'][1] + 1}{again}" if row["crack"] else "no crack"
        seen |= {row["crack"]} if row["crack"] else set()
        chance = "-" if row["probability"] is None else f"{row['probability']:.2f}"
        interval = f"{row['width']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        width = f"{row['known']:.2f}" if row["known"] is not None else ""
        print(
            f"{row['id']:<10}{chance:>5}  {truth_text:<16}{width:>5}{interval:>22}  {row['state']}"
        )
    if len(rows) > SHOWN:
        print(f"... and {len(rows) - SHOWN} more")
    true = [row for row in rows if row["crack"]]
    held = sum(row["low"] <= row["known"] <= row["high"] for row in true)
    false = sum(row["crack"] is None for row in rows[:SHOWN])
    print(f"of the first {min(SHOWN, len(rows))} lines {false} are no crack; ", end="")
    print(f"the interval holds the known width in {held} of {len(true)} cracks")


def lines(photograph: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    """Return, for each line with a width in mm, the true crack it lies on and what is known there.

    `crack` is (photograph, number of the true crack), or None for a line that is no crack.
    """
    truth = known[photograph["path"]]
    places: Places = {}
    for number, crack in enumerate(truth["cracks"]):
        for (x, y), width in zip(crack["points_px"], crack["opening_px"], strict=True):
            places.setdefault((int(x // NEAR_PX), int(y // NEAR_PX)), []).append(
                (x, y, width, number)
            )
    rows = []
    for crack in photograph["cracks"]:
        measured = crack["measurement"]
        if not measured or not measured["max_width_mm"]:
            continue
        here = [
            nearest(x, y, places)
            for profile in measured["profiles"]
            for (x, y), width in zip(profile["points_px"], profile["width_px"], strict=True)
            if width is not None
        ]
        on_crack = sorted(place for place in here if place is not None)
        number = None
        greatest = None
        if len(on_crack) >= len(here) / 2 and on_crack:
            place = on_crack[min(int(0.95 * len(on_crack)), len(on_crack) - 1)]
            greatest = place[0] * truth["mm_per_px"]
            number = Counter(on for _, on in on_crack).most_common(1)[0][0]
        width = measured["max_width_mm"]
        rows.append(
            {
                "id": crack["id"],
                "crack": None if number is None else (photograph["path"], number),
                "known": greatest,
                "width": width["value"],
                "low": width["low"],
                "high": width["high"],
                "probability": crack["probability"],
                "score": crack["priority"]["score"] if crack["priority"] else 0.0,
                "unlikely": crack["probability"] is not None and crack["probability"] < LIKELY,
                "state": state(crack),
            }
        )
    return rows


def state(crack: dict[str, Any]) -> str:
    """Return the likeliest state by the first code; a code may give none."""
    if not crack["grades"] or not crack["grades"][0]["states"]:
        return "not graded"
    name, chance = max(crack["grades"][0]["states"].items(), key=lambda one: one[1])
    return f"{name} {chance:.2f}"


def nearest(x: float, y: float, places: Places) -> tuple[float, int] | None:
    """Return known width and true crack at the nearest place of a centreline, if one is near."""
    column, row = int(x // NEAR_PX), int(y // NEAR_PX)
    around = [
        (math.hypot(px - x, py - y), width, number)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        for px, py, width, number in places.get((column + i, row + j), ())
    ]
    distance, width, number = min(around, default=(math.inf, 0.0, 0))
    return (width, number) if distance <= NEAR_PX else None


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
