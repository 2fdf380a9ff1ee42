"""What regrading 1,000 photographs takes, part by part, without their pixels.

    python benchmarks/regrade.py [--photographs 1000] [--rounds 3]

The inspection is made from real ones: the example photographs of `examples/render_photographs.py`
are inspected once, and their records and kept lines repeated under other ids and hashes. Writes
docs/results/regrade.json and .md.
"""

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from common import RESULTS, inspect_examples, keep, machine, run_verb

from cracklens.inspection.kept.file import kept_path
from cracklens.record.frame import read_frame, write_frame

CHANGES = {
    "nothing": (),
    "codes and context": ("--codes", "aashto-mbei,aci-224r", "--member", "wall"),
    "typed scale": ("--mm-per-px", "0.2"),
    "size of the markers": ("--marker", "60mm"),
    "threshold that changes no line": ("--threshold", "0.651"),
}
"""Of `regrade`; a photograph whose lines another threshold changes needs its pixels."""


def main() -> None:
    """Measure all changes in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[str, list[float]] = {change: [] for change in CHANGES}
    spent: dict[str, list[float]] = {change: [] for change in CHANGES}
    load = os.getloadavg()[0]
    memory = 0.0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        inspect_examples(place / "few", place / "cache")
        sizes = repeat(place / "few", place / "many", options.photographs)
        for _ in range(options.rounds):
            for change, given in CHANGES.items():
                shutil.rmtree(place / "new", ignore_errors=True)
                verb = ("regrade", place / "many", "-o", place / "new", "--no-pictures", *given)
                before = processor_seconds()
                answer, wall, peak = run_verb(*verb, cache=place / "cache")
                spent[change].append(round(processor_seconds() - before, 2))
                assert answer["photographs"] == options.photographs
                assert answer["read"] == 0
                found[change].append(round(wall, 2))
                memory = max(memory, peak)
                print(f"  {change}: {wall:.1f} s", flush=True)
    content = {
        "photographs": options.photographs,
        "seconds": found,
        "processor_seconds": spent,
        "load_before": round(load, 1),
        "memory_mb": round(memory),
        **sizes,
        "machine": machine(),
    }
    keep("regrade", content)
    (RESULTS / "regrade.md").write_text(page(content), encoding="utf-8")


def processor_seconds() -> float:
    """Return the processor time of all commands that ended so far, and of their workers."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def repeat(few: Path, many: Path, count: int) -> dict[str, float]:
    """Write an inspection of many photographs from one of few; return what it holds."""
    frame = read_frame(few)
    (many / "lines").mkdir(parents=True)
    texts, size, px = [], 0, 0.0
    for number in range(count):
        row = frame.rows[number % len(frame.rows)]
        photo = json.loads(row.text)
        name = f"P{number + 1:04}"
        photo |= {"path": f"{number:04}.jpg", "sha256": f"{number:064x}", "overlay": None}
        texts.append(json.dumps(photo).replace(f'"{row.id}', f'"{name}'))
        _copy_kept(kept_path(few, row.id), kept_path(many, name), photo["sha256"])
        size += kept_path(many, name).stat().st_size
        px += sum(crack["length_px"] for crack in photo["cracks"])
    configuration = {**frame.inspection.configuration, "overlays": False}
    write_frame(frame.inspection.model_copy(update={"configuration": configuration}), texts, many)
    return {"kept_kb": round(size / count / 1000), "crack_px": round(px / count)}


def _copy_kept(source: Path, target: Path, sha256: str) -> None:
    with np.load(source, allow_pickle=False) as members:
        arrays = {name: members[name] for name in members.files}
    meta = json.loads(arrays["meta"].tobytes())
    meta["facts"]["sha256"] = sha256
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez_compressed(target, allow_pickle=False, **arrays)


def page(content: dict) -> str:
    """Return the page of the results."""
    count = content["photographs"]
    rows = "\n".join(
        f"| {change} | {median(seconds):.1f} | {median(content['processor_seconds'][change]):.1f} "
        f"| {1000 * median(content['processor_seconds'][change]) / count:.0f} |"
        for change, seconds in content["seconds"].items()
    )
    rounds = len(next(iter(content["seconds"].values())))
    return f"""# Regrading

What `cracklens regrade` of {count:,} photographs of 12 megapixels takes without their pixels, from
the command to the finished folder: record, report and tables. Median of {rounds} rounds. The
photographs are the six examples, repeated: {content["crack_px"]:,} px of crack each on average,
more than most walls have. Made by `benchmarks/regrade.py --photographs {count}`.

| what changes | s | processor s | ms of a processor per photograph |
|---|---|---|---|
{rows}

When the measurement began, {content["load_before"]} processes wanted a processor already, so the
second column is longer than on a machine of its own; the processor time says what two or more
processors share.

What is kept of a photograph takes {content["kept_kb"]} kB on average. Peak of memory:
{content["memory_mb"]:,} MB.

Machine: {content["machine"]}.
"""


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s in all")
