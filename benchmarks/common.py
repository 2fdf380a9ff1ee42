"""What the benchmark scripts share: running verbs, watching memory, writing result pages."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "results"
CRACKLENS = str(Path(sys.executable).with_name("cracklens"))


def run_verb(*arguments: object, cache: Path) -> tuple[dict[str, Any], float, float]:
    """Run `cracklens ... --json`; return its answer, wall seconds, and peak memory in MB."""
    command = [CRACKLENS, *map(str, arguments), "--json"]
    print("$", " ".join(command[:1] + command[1:]), flush=True)
    environment = os.environ | {"CRACKLENS_CACHE": str(cache)}
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    if process.returncode not in {0, 3}:
        sys.exit(f"{command} ended with {process.returncode}")
    return json.loads(output), time.perf_counter() - started, peak[0]


def inspect_examples(output: Path, cache: Path) -> None:
    """Inspect the photographs of `examples/render_photographs.py`, measured and graded."""
    run_verb(
        "inspect", ROOT / "examples" / "photographs", "-o", output, "--marker", "50mm", "--codes",
        "aashto-mbei", "--reinforcement", "reinforced", cache=cache,
    )  # fmt: skip


def _watch(process: "subprocess.Popen[str]", peak: list[float]) -> None:
    """Keep the greatest sum of proportional set sizes over the process and its children (Linux)."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_pss(pid) for pid in set(_tree(process.pid))) * 1024 / 1e6)
        time.sleep(0.2)


def _tree(pid: int) -> list[int]:
    found = [pid]
    try:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                found += _tree(int(child))
    except OSError:
        pass
    return found


def _pss(pid: int) -> int:
    """Return kilobytes; memory that several processes share is counted once over all of them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def machine() -> str:
    """Return processor and threads in a line."""
    facts = json.loads(subprocess.check_output([CRACKLENS, "doctor", "--json"], text=True))
    processor, versions = facts["processor"], facts["versions"]
    return (
        f"{processor['model']}, {processor['threads usable here']} threads, "
        f"OpenVINO {versions['openvino']}, PyTorch {versions['torch']}"
    )


def keep(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Merge values into `docs/results/<name>.json` and return everything that is there."""
    path = RESULTS / f"{name}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    known |= values
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    return known


def figure(value: dict[str, float] | None, digits: int = 4) -> str:
    """Return a figure with its interval for a table."""
    if value is None:
        return "-"
    if value["low"] is None:
        return f"{value['value']:.{digits}f}"
    return f"{value['value']:.{digits}f} ({value['low']:.{digits}f} to {value['high']:.{digits}f})"
