"""What inspecting a photograph of 12 megapixels costs, part by part, beside other ways.

    python benchmarks/inspection.py [--keras PYTHON_WITH_TENSORFLOW] [--rounds 3]

Everything in one run, in turn, medians. Writes docs/results/inspection.json and .md.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from common import CRACKLENS, RESULTS, ROOT, keep, machine, run_verb

PHOTOGRAPHS = ROOT / "examples" / "photographs"
WAYS = {
    "bf16": ("--precision", "bf16"),
    "f32": ("--precision", "f32"),
    "ONNX Runtime, f32": ("--engine", "onnxruntime", "--precision", "f32"),
    "one scale, bf16": ("--precision", "bf16", "--scales", "1"),
}
PARTS = ("decode", "network", "tracing", "measuring", "writing")

KERAS = """
import json, os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, keras
from PIL import Image
base = keras.applications.ResNet101(weights=None, include_top=False, input_shape=(227, 227, 3))
model = keras.Sequential([base, keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(256, activation="relu"), keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(2, activation="softmax")])
model.predict(np.zeros((32, 227, 227, 3), np.float32), batch_size=32, verbose=0)
started = time.perf_counter()
photo = np.asarray(Image.open(sys.argv[1]).convert("RGB"))
tiles = np.stack([photo[y:y + 227, x:x + 227]
    for y in [*range(0, photo.shape[0] - 227, 227), photo.shape[0] - 227]
    for x in [*range(0, photo.shape[1] - 227, 227), photo.shape[1] - 227]])
model.predict(tiles / np.float32(255), batch_size=32, verbose=0)
print(json.dumps({"seconds": time.perf_counter() - started, "tiles": len(tiles),
    "version": keras.__version__}))
"""


def main() -> None:
    """Measure all ways in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras", type=Path, help="python with TensorFlow")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--photograph", default="panels-with-joints.jpg")
    options = parser.parse_args()
    photograph = PHOTOGRAPHS / options.photograph
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    keras: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            for way, flags in WAYS.items():
                output = Path(folder) / f"{number}-{len(way)}-{way[:3]}"
                told, wall, peak = run_verb(
                    "inspect", photograph, "-o", output, *flags, cache=Path(folder)
                )
                found[way].append({**told["seconds"], "process": wall, "peak_mb": peak})
                print(way, found[way][-1], flush=True)
            if options.keras:
                command = [str(options.keras), "-c", KERAS, str(photograph)]
                keras.append(
                    json.loads(subprocess.check_output(command, text=True).splitlines()[-1])
                )
                print("Keras", keras[-1], flush=True)
    results = {
        "machine": machine(),
        "photograph": photograph.name,
        "rounds": options.rounds,
        "ways": {
            way: {name: round(median(run[name] for run in runs), 3) for name in runs[0]}
            for way, runs in found.items()
        },
        "help_s": round(median(help_seconds() for _ in range(5)), 3),
    }
    if keras:
        seconds = round(median(run["seconds"] for run in keras), 2)
        results["keras"] = keras[0] | {"seconds": seconds}
    page(keep("inspection", results))


def help_seconds() -> float:
    """Return the wall time of `cracklens --help`."""
    started = time.perf_counter()
    subprocess.run([CRACKLENS, "--help"], check=True, stdout=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - started


def page(results: dict[str, Any]) -> None:
    """Write docs/results/inspection.md."""
    rows = "\n".join(
        f"| {way} | {run['wall']:.2f} s | "
        + " | ".join(f"{run.get(part, 0):.2f} s" for part in PARTS)
        + f" | {run['process']:.1f} s | {run['peak_mb']:,.0f} MB |"
        for way, run in results["ways"].items()
    )
    keras = results.get("keras")
    beside = (
        f"ResNet101 over the same photograph with Keras {keras['version']} `predict`, "
        f"{keras['tiles']} tiles of 227 px without overlap, decoding included: "
        f"{keras['seconds']:.1f} s, and it answers with one label a tile."
        if keras
        else "Keras was not measured in this run."
    )
    text = f"""# What an inspection costs

Made by `benchmarks/inspection.py` ({results["machine"]}).

One rendered photograph of 12 megapixels (`{results["photograph"]}` of the examples) through
`cracklens inspect`, from the file to the report; medians of {results["rounds"]} rounds, all ways in
turn. "Inspection" is the time for the photograph; the parts overlap a little, and what is left is
bookkeeping. "Command" also has the start of Python, the loading and compiling of the model, and the
report. Memory is the peak of the whole command.

| way | inspection | decode | network | tracing | measuring | writing | command | peak memory |
|---|---|---|---|---|---|---|---|---|
{rows}

Targets: 3 s a photograph, 1 GB. Without `--precision`, bf16 is used where the processor has it and
the card of the model saw it agree with f32. In f32 the target is missed since widths are measured;
in a folder of photographs that is done beside the network: `make demo` takes 1.7 s a photograph.

{beside}

`cracklens --help` takes {results["help_s"]:.2f} s (target 0.4 s).
"""
    (RESULTS / "inspection.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
