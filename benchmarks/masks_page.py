"""Which photographs with drawn masks got better and which got worse, picture by picture.

    python benchmarks/masks_page.py

Reads docs/results/masks-before.json (the model and the tracing of commit 2a21841, before joining
and verification), docs/results/cracks.json (now) and, if it is there, benchmarks/masks_remarks.toml
(what a person saw in the pictures), and writes docs/results/masks.md.
"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import RESULTS

REMARKS = Path(__file__).with_name("masks_remarks.toml")
SAME, SHOWN = 0.05, 8
HEAD = """# Photographs with drawn masks, one by one

Made by `python benchmarks/masks_page.py`. The 266 photographs of four sets that no training has
seen, before and after joining, verification and the training with larger crops.
*Found* is the part of the drawn centreline that a reported line covers within 5 px, *right* the
part of the reported length that lies on the drawn crack. *Better* and *worse* are changes of the
mean of both (F1) by more than 0.05.
"""

Pair = tuple[float | None, float | None]


def main() -> None:
    before = json.loads((RESULTS / "masks-before.json").read_text(encoding="utf-8"))
    now = json.loads((RESULTS / "cracks.json").read_text(encoding="utf-8"))["masks"]["sets"]
    remarks = tomllib.loads(REMARKS.read_text(encoding="utf-8")) if REMARKS.is_file() else {}
    lines = [HEAD.rstrip(), "", *_counts(before, now)]
    for name, old in before.items():
        lines += ["", *_set(name, old, now[name]["pictures"], remarks.get(name, {}))]
    (RESULTS / "masks.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _counts(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    yield "| set | photographs | better | same | worse |"
    yield "|---|---|---|---|---|"
    for name, old in before.items():
        changes = [f1(now[name]["pictures"][p]) - f1(pair) for p, pair in old.items()]
        better, worse = sum(c > SAME for c in changes), sum(c < -SAME for c in changes)
        yield f"| {name} | {len(old)} | {better} | {len(old) - better - worse} | {worse} |"


def _set(
    name: str, old: dict[str, Pair], new: dict[str, Pair], remarks: dict[str, str]
) -> Iterator[str]:
    yield f"## {name}"
    if "whole" in remarks:
        yield ""
        yield remarks["whole"]
    yield ""
    yield "| photograph | found | right | what is seen |"
    yield "|---|---|---|---|"
    ordered = sorted(old, key=lambda picture: f1(new[picture]) - f1(old[picture]))
    named = {*ordered[:SHOWN], *ordered[-SHOWN:], *(p for p in remarks if p in old)}
    for picture in (one for one in reversed(ordered) if one in named):
        (found, right), (found_now, right_now) = old[picture], new[picture]
        yield (
            f"| {picture} | {_share(found)} → {_share(found_now)} | "
            f"{_share(right)} → {_share(right_now)} | {remarks.get(picture, '')} |"
        )


def f1(pair: Pair) -> float:
    """Return the harmonic mean of found and right; nothing reported counts as 0."""
    found, right = (value or 0.0 for value in pair)
    return 2 * found * right / (found + right) if found + right else 0.0


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
