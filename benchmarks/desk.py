"""How long the desk takes: the first useful picture of a photograph, and a decision.

    python benchmarks/desk.py [--rounds 3]

The example photographs of `examples/render_photographs.py` (12 megapixels) are inspected and served
by `cracklens serve` in a process of its own; a client does over HTTP what the page does. Writes
docs/results/desk.json and .md.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from common import CRACKLENS, RESULTS, inspect_examples, keep, machine

SCREEN_PX = (1280, 800)
TILE_PX = 512


class Client:
    """Asks a server and keeps how long each answer took."""

    def __init__(self, address: str) -> None:
        self.server = httpx2.Client(base_url=f"{address}api/v1", timeout=60)
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def get(self, path: str) -> httpx2.Response:
        """Return an answer."""
        return self.server.get(path).raise_for_status()

    def decide(self, what: str, path: str, body: dict[str, Any]) -> None:
        """Send a decision; its time counts until the answer is read."""
        started = time.perf_counter()
        self.server.post(path, json={"by": "A. Smith", **body}).raise_for_status()
        self.seconds[what].append(time.perf_counter() - started)


def main() -> None:
    """Measure in rounds, each with a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    opened: list[float] = []
    decided: dict[str, list[float]] = defaultdict(list)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        inspect_examples(place / "report", place / "cache")
        for number in range(options.rounds):
            folder = shutil.copytree(place / "report", place / f"round-{number}")
            command = [CRACKLENS, "serve", str(folder), "--no-browser", "--port", "0"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
                assert server.stdout
                found = re.search(r"http://\S+/", server.stdout.readline())
                assert found
                client = Client(found[0])
                try:
                    opened += review(client)
                finally:
                    server.kill()
            for what, seconds in client.seconds.items():
                decided[what] += seconds
    content = {
        "rounds": options.rounds,
        "load_before": round(load, 1),
        "first_picture_s": [round(one, 3) for one in opened],
        "decisions_s": {what: [round(one, 3) for one in all_] for what, all_ in decided.items()},
        "machine": machine(),
    }
    keep("desk", content)
    (RESULTS / "desk.md").write_text(page(content), encoding="utf-8")


def review(client: Client) -> list[float]:
    """Open each photograph and decide; return how long the first pictures took."""
    opened = []
    for photo in client.get("/photographs").json()["items"]:
        started = time.perf_counter()
        shown = client.get(f"/photographs/{photo['id']}").json()
        for tile in first_tiles(shown):
            client.get(f"/photographs/{photo['id']}/tiles/{tile}.jpg")
        opened.append(time.perf_counter() - started)
        lines = [one for one in shown["findings"] if one["shown"]]
        if lines:
            decide(client, photo["id"], lines)
    return opened


def first_tiles(shown: dict[str, Any]) -> list[str]:
    """Return the tiles that fill a screen with the whole photograph."""
    width, height = shown["width_px"], shown["height_px"]
    last = (max(width, height) - 1).bit_length()
    level = last
    while width > SCREEN_PX[0] and height > SCREEN_PX[1]:
        width, height, level = -(-width // 2), -(-height // 2), level - 1
    across, down = -(-width // TILE_PX), -(-height // TILE_PX)
    return [f"{level}/{column}/{row}" for row in range(down) for column in range(across)]


def decide(client: Client, photo: str, lines: list[dict[str, Any]]) -> None:
    """Make one decision of each kind."""
    first = lines[0]
    branch = max((line["points"] for line in first["lines"]), key=len)
    step = max(1, len(branch) // 12)
    drawn = [[x, y + 1] for x, y in branch[::step]]
    here = {"photograph": photo}
    kinds: list[tuple[str, str | None, dict[str, Any]]] = [
        ("accept", first["id"], {"kind": "accept"}),
        ("new line", None, {"kind": "draw", "lines": [drawn]}),
        ("redraw", first["id"], {"kind": "course", "lines": [drawn]}),
        ("scale", None, {"kind": "scale", "mm_per_px": 0.21}),
        ("no concrete", None, {"kind": "region", "polygon": [[0, 0], [500, 0], [500, 400]]}),
    ]
    if len(lines) > 1:
        kinds.append(("join", lines[1]["id"], {"kind": "join", "others": [first["id"]]}))
    kinds.append(("reject", lines[-1]["id"], {"kind": "reject", "what": "joint"}))
    for what, finding, decision in kinds:
        client.decide(what, "/decisions", {**here, "finding": finding, "decision": decision})
    client.decide("undo", "/undo", here)
    client.decide("redo", "/redo", here)


def page(content: dict[str, Any]) -> str:
    """Return the page of the results."""
    opened = content["first_picture_s"]
    all_ = [one for seconds in content["decisions_s"].values() for one in seconds]
    rows = "\n".join(
        f"| {what} | {len(seconds)} | {median(seconds):.2f} | {max(seconds):.2f} |"
        for what, seconds in content["decisions_s"].items()
    )
    return f"""# The desk: how long it takes

Made by `python benchmarks/desk.py --rounds {content["rounds"]}`. The six example photographs of 12
megapixels are inspected and served by `cracklens serve`; a client does over HTTP what a page does.
When the measurement began, {content["load_before"]} processes wanted a processor already.

| what | target | median, s | longest, s |
|---|---|---|---|
| first picture: lines, and the tiles of a screen | ≤ 1 | {median(opened):.2f} | {max(opened):.2f} |
| decision, with new widths and states | ≤ 0.3 | {median(all_):.2f} | {max(all_):.2f} |

| decision | how many | median, s | longest, s |
|---|---|---|---|
{rows}

Machine: {content["machine"]}.
"""


if __name__ == "__main__":
    main()
