"""The main job: photographs in, a report out.

`make demo` runs this. It renders the example photographs once (walls of 12 megapixels with known
cracks, look-alikes and a marker), inspects them with the model of the package, and sets what was
found beside what is known to be there.
"""

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent
PHOTOGRAPHS = EXAMPLES / "photographs"
CRACKLENS = str(Path(sys.executable).with_name("cracklens"))


def main(folder: Path) -> None:
    """Run the demo and leave the report in `folder`."""
    started = time.perf_counter()
    truth = PHOTOGRAPHS / "truth.json"
    if not truth.is_file():  # written last, so the photographs are complete
        run(sys.executable, str(EXAMPLES / "render_photographs.py"), str(PHOTOGRAPHS))
    shutil.rmtree(folder, ignore_errors=True)
    command = ["inspect", str(PHOTOGRAPHS), "-o", str(folder)]
    print(f"\n$ cracklens {shlex.join(command)}", flush=True)
    run(CRACKLENS, *command)
    compare(truth, folder / "inspection.json")
    print(f"\ndone in {time.perf_counter() - started:.0f} s. Open {folder / 'report.html'}")


def run(*command: str) -> None:
    """Run a program and stop where it fails."""
    subprocess.run(command, check=True)


def compare(truth: Path, found: Path) -> None:
    """Print the known and the reported length of cracks, photograph by photograph."""
    known = json.loads(truth.read_text(encoding="utf-8"))["photographs"]
    reported = {
        photograph["path"]: sum(crack["length_px"] for crack in photograph["cracks"])
        for photograph in json.loads(found.read_text(encoding="utf-8"))["photographs"]
    }
    print(f"\n{'length of cracks in px':<26}{'known':>8}{'reported':>10}")
    for photograph in known:
        length = sum(crack["length_px"] for crack in photograph["cracks"])
        print(f"{photograph['file']:<26}{length:>8,.0f}{reported[photograph['file']]:>10,.0f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
