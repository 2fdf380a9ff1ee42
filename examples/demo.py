"""The main job: photographs in, a report out.

`make demo` runs this. It renders the example photographs once (walls of 12 megapixels with known
cracks, look-alikes and a marker), inspects them with the model of the package, grades the cracks,
and sets what was found beside what is known to be there: lengths, and the greatest width of each
crack with its 95 % interval.
"""

import json
import math
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parent
PHOTOGRAPHS = EXAMPLES / "photographs"
CONTEXT = (
    "--marker", "30mm", "--codes", "aashto-mbei,aci-224r", "--reinforcement", "reinforced",
    "--exposure", "humidity", "--member", "wall",
)  # fmt: skip
"""What an inspector says of the member: none of it can be seen in a photograph."""
SHOWN = 16
NEAR_PX = 8.0  # between a place that was measured and the true centreline
LIKELY = 0.5  # below this a line is more likely something else, and stands last
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
    rows = [row for photograph in photographs for row in widths(photograph, known)]
    rows.sort(key=lambda row: (row["unlikely"], -row["score"]))
    print(f"\n{'greatest width in mm':<22}{'known':>6}{'reported (95 %)':>25}  holds it  state")
    for row in rows[:SHOWN]:
        interval = f"{row['width']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        holds = "yes" if row["low"] <= row["known"] <= row["high"] else "no"
        print(f"{row['id']:<22}{row['known']:>6.2f}{interval:>25}  {holds:<8}  {row['state']}")
    if len(rows) > SHOWN:
        print(f"... and {len(rows) - SHOWN} more")
    held = sum(row["low"] <= row["known"] <= row["high"] for row in rows)
    if rows:
        print(f"the interval holds the known width in {held} of {len(rows)} cracks")


def widths(photograph: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    """Return, for each crack with a width in mm, what is known of it where it was measured."""
    truth = known[photograph["path"]]
    places: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    for crack in truth["cracks"]:
        for (x, y), width in zip(crack["points_px"], crack["opening_px"], strict=True):
            places.setdefault((int(x // NEAR_PX), int(y // NEAR_PX)), []).append((x, y, width))
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
        here = sorted(width for width in here if width is not None)
        if here:  # else it is no crack at all
            greatest = here[min(int(0.95 * len(here)), len(here) - 1)] * truth["mm_per_px"]
            width = measured["max_width_mm"]
            rows.append(
                {
                    "id": crack["id"],
                    "known": greatest,
                    "width": width["value"],
                    "low": width["low"],
                    "high": width["high"],
                    "score": crack["priority"]["score"] if crack["priority"] else 0.0,
                    "unlikely": crack["probability"] is not None and crack["probability"] < LIKELY,
                    "state": crack["grades"][0]["text"] if crack["grades"] else "",
                }
            )
    return rows


def nearest(
    x: float, y: float, places: dict[tuple[int, int], list[tuple[float, float, float]]]
) -> float | None:
    """Return the known width at the place of a centreline that lies nearest, if one is near."""
    column, row = int(x // NEAR_PX), int(y // NEAR_PX)
    around = [
        (math.hypot(px - x, py - y), width)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        for px, py, width in places.get((column + i, row + j), ())
    ]
    distance, width = min(around, default=(math.inf, 0.0))
    return width if distance <= NEAR_PX else None


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
