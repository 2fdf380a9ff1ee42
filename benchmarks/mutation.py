"""Whether the tests of each room fail when a line of the room is broken.

    python benchmarks/mutation.py [--room photos] [--workers 2]

Breaks one line at a time in a copy of `src`, runs tests of the room against the copy until the
first failure, and writes the table of docs/results/mutation.md. The quick tests come first
(`-m "not slow"`, as `make test-fast`); the slow ones run only where those find nothing. A text that
no longer stands in its file exactly once is an error: choose another line then.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "results" / "mutation.md"
PASSED, NO_TESTS = 0, 5  # exit codes of pytest; with several workers, a failure is 1 or 2


@dataclass(frozen=True)
class Mutation:
    """A line to break: `old` becomes `new` in `file`, below `src/cracklens`."""

    file: str
    old: str
    new: str
    tests: str

    @property
    def room(self) -> str:
        """The room of the file, or `package` for the files beside the rooms."""
        return self.file.partition("/")[0] if "/" in self.file else "package"


MUTATIONS = (
    Mutation(
        "photos/windows.py",
        "raw[index, window - overlap :] *= rise[::-1]",
        "raw[index, window - overlap :] *= rise",
        "photos/test_windows.py",
    ),
    Mutation(
        "photos/orientation.py",
        "6: lambda p: p.transpose(1, 0, 2)[:, ::-1]",
        "6: lambda p: p.transpose(1, 0, 2)[::-1]",
        "photos/test_orientation.py",
    ),
    Mutation(
        "synthesis/coverage.py",
        "width = pieces.width[piece, 0]\n",
        "width = pieces.width[piece, 1]\n",
        "synthesis/test_synthesis_coverage.py",
    ),
    Mutation(
        "synthesis/coverage.py",
        "np.array([columns_px, height_px]) + reach",
        "np.array([height_px, columns_px]) + reach",
        "synthesis",
    ),
    Mutation(
        "models/preprocessing.py",
        "(self.width_px, self.height_px), _FILTERS",
        "(self.height_px, self.width_px), _FILTERS",
        "models/test_preprocessing.py",
    ),
    Mutation(
        "models/folder.py",
        "if sha256_file(path / name) != expected:",
        "if not sha256_file(path / name):",
        "models/test_folder.py",
    ),
    Mutation(
        "detection/fusion.py",
        "fused = np.maximum(fused, other)",
        "fused = np.minimum(fused, other)",
        "detection",
    ),
    Mutation("detection/fusion.py", "cv2.MORPH_OPEN, disc", "cv2.MORPH_CLOSE, disc", "detection"),
    Mutation(
        "datasets/splits.py",
        "count = int(len(members) * fraction)",
        "count = int(len(members) * fraction) + 1",
        "datasets/test_splits.py",
    ),
    Mutation(
        "datasets/duplicates.py",
        "agreement >= bits - 2 * near_bits",
        "agreement >= bits - near_bits",
        "datasets/test_duplicates.py",
    ),
    Mutation("tracing/bridge.py", "gap_px, gap_px / 2)", "gap_px, gap_px)", "tracing"),
    Mutation(
        "tracing/straight.py",
        "np.minimum(apart, 180 - apart) <= _PARALLEL_DEG",
        "apart <= _PARALLEL_DEG",
        "tracing",
    ),
    Mutation(
        "measurement/quantity.py",
        "math.hypot(*self.contributions.values())",
        "sum(self.contributions.values())",
        "measurement",
    ),
    Mutation(
        "measurement/spacing.py",
        "spread=float(gaps.std())",
        "spread=float(gaps.var())",
        "measurement/test_spacing.py",
    ),
    Mutation(
        "grading/probability.py",
        "return bisect.bisect_left(boundaries, low)",
        "return bisect.bisect_right(boundaries, low)",
        "grading",
    ),
    Mutation("grading/probability.py", "- negative) / (1 - negative)", ") / 1", "grading"),
    Mutation(
        "inspection/timings.py",
        "round(seconds.get(step, 0.0) + spent, _DIGITS)",
        "round(spent, _DIGITS)",
        "inspection",
    ),
    Mutation(
        "inspection/lock.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        "journeys/test_inspect.py",
    ),
    Mutation(
        "reporting/scale_bar.py",
        "length_mm / mm_per_px, text",
        "length_mm * mm_per_px, text",
        "reporting",
    ),
    Mutation(
        "reporting/tables.py",
        "cell.startswith(_FORMULA)",
        "cell.startswith(_FORMULA[1:])",
        "reporting/test_reporting_tables.py",
    ),
    Mutation(
        "evaluation/ranking.py",
        "np.diff(alarms, prepend=0.0) / 2",
        "np.diff(alarms, prepend=0.0)",
        "evaluation/test_ranking.py",
    ),
    Mutation(
        "evaluation/masks.py",
        "self.both / self.either if",
        "self.both / self.true if",
        "evaluation",
    ),
    Mutation(
        "training/schedule.py",
        "patience=config.lr_patience - 1,",
        "patience=config.lr_patience,",
        "training/test_schedule.py",
    ),
    Mutation(
        "training/segment/samples.py",
        "np.where((mask > 0) & (crack == 0), 0, ONCE)",
        "np.where(crack == 0, 0, ONCE)",
        "training/test_segment_train.py",
    ),
    Mutation(
        "api/model.py",
        "dataset = dataset.subset(indices)",
        "dataset = dataset.subset(indices[:20])",
        "journeys/test_classify.py",
    ),
    Mutation("api/model.py", "on_error(answer)\n", "pass\n", "journeys/test_bad_input.py"),
    Mutation(
        "cli/predict.py",
        "indent=2, ensure_ascii=False",
        "indent=2, ensure_ascii=True",
        "journeys/test_bad_input.py",
    ),
    Mutation(
        "cli/main.py", "        return 2\n", "        return 1\n", "journeys/test_bad_input.py"
    ),
    Mutation("files.py", "partial.unlink(missing_ok=True)", "partial.exists()", "test_files.py"),
    Mutation(
        "machine.py",
        "-(-int(limit) // int(period))",
        "int(limit) // int(period)",
        "test_machine.py",
    ),
)


def main() -> None:
    """Break one line after another and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--room", help="one room only; the page is not written")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    chosen = [m for m in MUTATIONS if options.room in {None, m.room}]
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "src"
        shutil.copytree(ROOT / "src", source)
        for mutation in chosen:
            broken(mutation, source)  # all texts are found before anything runs
        rows = list(results(chosen, source, options.workers))
    if options.room is None:
        PAGE.write_text(page(rows), encoding="utf-8")
    if any("survived" in row for row in rows):
        sys.exit(1)


def results(chosen: list[Mutation], source: Path, workers: int) -> Iterator[str]:
    """Yield a row of the table for each mutation."""
    for mutation in chosen:
        started = time.perf_counter()
        path = source / "cracklens" / mutation.file
        whole = path.read_text(encoding="utf-8")
        path.write_text(broken(mutation, source), encoding="utf-8")
        try:
            found = noticed(f"tests/{mutation.tests}", source, workers)
        finally:
            path.write_text(whole, encoding="utf-8")
        cells = (mutation.room, f"`{mutation.file}`", f"`{mutation.old.strip()}`",
                 f"`{mutation.new.strip()}`", f"`tests/{mutation.tests}`", found)  # fmt: skip
        print(*cells, f"{time.perf_counter() - started:.0f} s", sep=" | ", flush=True)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def broken(mutation: Mutation, source: Path) -> str:
    """Return the text of the file with the line broken.

    Raises:
        SystemExit: the line is not there exactly once.
    """
    text = (source / "cracklens" / mutation.file).read_text(encoding="utf-8")
    if (count := text.count(mutation.old)) != 1:
        sys.exit(f"{mutation.file} has {mutation.old!r} {count} times: choose another line")
    return text.replace(mutation.old, mutation.new)


def noticed(tests: str, source: Path, workers: int) -> str:
    """Return which tests fail against the copy: quick or slow ones, or none."""
    for kind, marker in (("quick", "not slow"), ("slow", "slow")):
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", str(workers), "-p",
                   "no:cacheprovider", "-m", marker, tests]  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if re.search(r"^(FAILED|ERROR) ", done.stdout, re.MULTILINE):
            return f"killed ({kind})"
        if done.returncode not in {PASSED, NO_TESTS}:
            sys.exit(f"{tests}: the tests do not run\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return "**survived**"


def page(rows: list[str]) -> str:
    """Return docs/results/mutation.md."""
    killed = sum("killed" in row for row in rows)
    return "\n".join([
        "# What the tests notice",
        "",
        "Made by `python benchmarks/mutation.py`. One line of a room is broken at a time, and the",
        "tests beside it run until the first failure: first the quick ones (`make test-fast`),",
        "then the slow ones. A change that no test notices is named *survived*.",
        "",
        f"{killed} of {len(rows)} changes are noticed.",
        "",
        "| room | file | line | becomes | tests | |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    ])  # fmt: skip


if __name__ == "__main__":
    main()
