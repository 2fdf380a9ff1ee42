"""The reference cost: what the published way (Keras `fit`) costs beside ours, in one run.

Keras lives in an environment of its own (benchmarks/requirements-keras.txt); this script starts it
and our engine in turn and adds the ratio to docs/results/speed.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BATCH = 64
BATCHES = 10

KERAS = """
import json, os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, keras
keras.utils.set_random_seed(42)
base = keras.applications.ResNet101(weights=None, include_top=False, input_shape=(227, 227, 3))
base.trainable = False
model = keras.Sequential([
    base, keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(256, activation="relu"), keras.layers.Dropout(0.5),
    keras.layers.Dense(128, activation="relu"), keras.layers.Dropout(0.3),
    keras.layers.Dense(2, activation="softmax"),
])
model.compile(keras.optimizers.Adam(1e-4), "categorical_crossentropy", metrics=["accuracy"])
batch, batches = int(sys.argv[1]), int(sys.argv[2])
x = np.random.default_rng(0).random((batch * batches, 227, 227, 3), dtype=np.float32)
y = keras.utils.to_categorical(np.arange(len(x)) % 2, 2)
model.fit(x[:batch * 2], y[:batch * 2], batch_size=batch, verbose=0)
started = time.perf_counter()
model.fit(x, y, batch_size=batch, verbose=0)
print(json.dumps({"rate": len(x) / (time.perf_counter() - started), "version": keras.__version__}))
"""


def main() -> None:
    """Alternate between Keras and ours, and write the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras", type=Path, required=True, help="python with TensorFlow")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    from common import keep
    from speed import page

    rates: dict[str, list[float]] = {"keras": [], "bf16": [], "f32": []}
    version = ""
    with tempfile.TemporaryDirectory() as folder:
        network = export(Path(folder))
        for _ in range(options.rounds):
            command = [str(options.keras), "-c", KERAS, str(BATCH), str(BATCHES)]
            told = json.loads(subprocess.check_output(command, text=True).splitlines()[-1])
            version = told["version"]
            rates["keras"].append(told["rate"])
            for precision in ("bf16", "f32"):
                rates[precision].append(ours(network, precision))
            print({name: [round(r, 1) for r in values] for name, values in rates.items()})
    medians = {name: {"per_s": round(median(values), 2)} for name, values in rates.items()}
    found = {"version": version, "batches": BATCHES, "rounds": options.rounds, **medians}
    page(keep("speed", {"keras": found}))


def export(folder: Path) -> Path:
    """Export ResNet101 as `train` does."""
    from cracklens.training.feature_network import exported_backbone
    from cracklens.training.resolve import resolve_config

    config = resolve_config("resnet101", None, {"weights": "random"})
    return exported_backbone(config, folder).network


def ours(network: Path, precision: str) -> float:
    """Return pictures per second of our engine in a process of its own."""
    script = (
        "import sys, time, numpy as np\n"
        "from pathlib import Path\n"
        "from cracklens.models import load_engine\n"
        "engine = load_engine(Path(sys.argv[1]), precision=sys.argv[2])\n"
        "n, b = int(sys.argv[3]), 32\n"
        "x = np.random.default_rng(0).integers(0, 255, (b, 227, 227, 3), dtype=np.uint8)\n"
        "engine.run(x)\n"
        "started = time.perf_counter()\n"
        "for _ in engine.map(x for _ in range(n // b)): pass\n"
        "print(n // b * b / (time.perf_counter() - started))\n"
    )
    command = [sys.executable, "-c", script, str(network), precision, str(BATCH * BATCHES)]
    return float(subprocess.check_output(command, text=True, env=dict(os.environ)))


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s")
