"""What the published recipe costs here: the whole of it, and how close to the engine's own limit.

Trains ResNet101 (random weights: the cost is the same) on all of METU from an empty cache, runs
OpenVINO's `benchmark_app` on the same backbone afterwards, and writes docs/results/speed.md.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Any

from common import RESULTS, keep, machine, run_verb

from cracklens.models.engines import DEFAULT_BATCH

REFERENCE_RATE = 16.8
REFERENCE_EPOCHS = 25
PICTURES = 40_000
TARGETS = {"bf16": 50, "f32": 28}


def main() -> None:
    """Measure one precision and rewrite the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metu", type=Path, required=True)
    parser.add_argument("--precision", choices=["bf16", "f32"], required=True)
    parser.add_argument("--work", type=Path, default=Path("benchmark-work"))
    parser.add_argument("--seconds", type=int, default=30, help="of each benchmark_app run")
    options = parser.parse_args()
    cache = options.work / f"cache-speed-{options.precision}"
    model = options.work / f"speed-{options.precision}"
    flags = ("--weights", "random", "--precision", options.precision, "--overwrite")
    if any((cache / "features").glob("*/*.npz")):
        sys.exit(f"{cache} holds features already: remove it to measure from nothing")
    trained, seconds, memory = run_verb("train", options.metu, "-o", model, *flags, cache=cache)
    statistics = json.loads((model / "training_statistics.json").read_text(encoding="utf-8"))
    backbone = next((cache / "backbones").glob("*/backbone.onnx"))
    app = [benchmark_app(backbone, options.precision, options.seconds) for _ in range(2)]
    distinct = count_rows(cache)
    laps = statistics["seconds"]
    found = {
        "wall_s": round(seconds, 1),
        "laps_s": laps,
        "peak_mb": round(memory),
        "distinct": distinct,
        "extraction_per_s": round(distinct / laps["features"], 1),
        "benchmark_app_per_s": [round(rate, 1) for rate in app],
        "epochs": statistics["final_metrics"]["epochs"],
        "agreement": trained["agreement"],
    }
    page(keep("speed", {"machine": machine(), options.precision: found}))


def benchmark_app(network: Path, precision: str, seconds: int) -> float:
    """Return pictures per second of OpenVINO's own tool in the best batch that we know."""
    command = [
        str(Path(sys.executable).with_name("benchmark_app")), "-m", str(network), "-d", "CPU",
        "-shape", f"pixels[{DEFAULT_BATCH[precision]},227,227,3]", "-infer_precision", precision,
        "-hint", "throughput", "-t", str(seconds),
    ]  # fmt: skip
    output = subprocess.check_output(command, text=True, stderr=subprocess.STDOUT)
    return float(re.findall(r"Throughput:\s*([\d.]+)\s*FPS", output)[-1])


def count_rows(cache: Path) -> int:
    """Return how many pictures went through the network."""
    import numpy as np

    largest = max(
        (list(folder.glob("*.npz")) for folder in (cache / "features").iterdir()), key=len
    )
    return sum(len(np.load(shard)["sha256"]) for shard in largest)


def page(found: dict[str, Any]) -> None:
    """Write the page from what has been measured so far."""
    reference_s = REFERENCE_EPOCHS * PICTURES / REFERENCE_RATE
    rows, shares = "", ""
    for precision in ("bf16", "f32"):
        if run := found.get(precision):
            laps = run["laps_s"]
            other = run["wall_s"] - laps["features"] - laps["head"]
            rows += (
                f"| {precision} | {run['wall_s']:,.0f} s | {laps['features']:,.0f} s | "
                f"{laps['head']:.0f} s | {other:.0f} s | {reference_s / run['wall_s']:.0f} x | "
                f"{TARGETS[precision]} x | {run['peak_mb']:,} MB |\n"
            )
            app = mean(run["benchmark_app_per_s"])
            shares += (
                f"| {precision} | {run['extraction_per_s']:.1f} | {app:.1f} | "
                f"{run['extraction_per_s'] / app:.0%} |\n"
            )
    text = f"""# What training costs

Made by `benchmarks/speed.py` and `benchmarks/keras_cost.py` ({found.get("machine", "")}).

The published recipe, all of it: ResNet101 at 227 px (random weights; the cost is the same), 40,000
pictures of METU, head 256-128-2, at most 25 epochs. Keras `fit` runs the frozen backbone over every
picture in every epoch: at {REFERENCE_RATE} images/s on 2 cores, 25 x 40,000 pictures take
{reference_s / 3600:.1f} h.
Here the features are computed once, on distinct files, and the head trains on them.

| precision | everything | features | head | export, checks, plots | faster | target | peak memory |
|---|---|---|---|---|---|---|---|
{rows}
"Everything" is the wall time of `cracklens train` from an empty cache to the written model folder.
Memory is the sum over all processes, shared pages counted once.{found.get("note", "")}

## How close to the engine's limit

Pictures per second from files on disk to features (decoding, hashing and caching included) against
OpenVINO's `benchmark_app` on the same network with nothing to read, directly afterwards.

| precision | ours | benchmark_app | share |
|---|---|---|---|
{shares}
{keras_section(found)}"""
    (RESULTS / "speed.md").write_text(text, encoding="utf-8")
    print(text)


def keras_section(found: dict[str, Any]) -> str:
    """Return the part on the published way, if it was measured."""
    run = found.get("keras")
    if not run:
        return ""
    keras_s = REFERENCE_EPOCHS * PICTURES / run["keras"]["per_s"]
    rows = (
        f"| Keras `fit` | {run['keras']['per_s']:.1f} | {keras_s / 3600:.1f} h, computed | 1 x |\n"
    )
    for precision in ("bf16", "f32"):
        if precision in found:
            whole = found[precision]["wall_s"]
            rows += (
                f"| ours, {precision} | {run[precision]['per_s']:.1f} | {whole:,.0f} s, measured | "
                f"{keras_s / whole:.0f} x |\n"
            )
    return f"""## Against the published way, measured in one run

`benchmarks/keras_cost.py`: Keras {run["version"]} `fit` with the frozen ResNet101 and the published
head on {run["batches"]} batches of 64 random pictures in memory, then our engine on as many, in
turn; medians of {run["rounds"]} rounds. The whole recipe is 25 x 40,000 pictures at that rate for
Keras, and the wall time of the first table for ours.

| way | pictures/s through the backbone | whole recipe | faster |
|---|---|---|---|
{rows}"""


if __name__ == "__main__":
    main()
