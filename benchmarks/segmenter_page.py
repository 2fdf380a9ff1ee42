"""The page of the segmenter's figures; `python benchmarks/segmenter_page.py` makes it again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from common import RESULTS, figure

LOW_F1 = 0.7
HEAD = (
    "| training | decks AUROC | concrete30 F1 | crackseu11 F1 | rendered F1 | "
    "METU false alarms | look-alikes, m per m² |"
)
TEXTS = Path(__file__).with_name("segmenter.md")
"""What was tried and what remains, in words; the tables are put in where it names them."""


def page() -> None:
    """Write docs/results/segmenter.md from the figures of this script and of `ablation.py`."""
    found = json.loads((RESULTS / "segmenter.json").read_text(encoding="utf-8"))
    short = RESULTS / "ablation.json"
    ablation = json.loads(short.read_text(encoding="utf-8")) if short.is_file() else {}
    text = TEXTS.read_text(encoding="utf-8")
    for name, table in (
        ("machine", found["machine"]),
        ("targets", _targets(found)),
        ("masks", _masks(found["masks"])),
        ("widths", _widths(found["rendered"])),
        ("alarms", _alarms(found["alarms"])),
        ("pictures", _pictures(found["masks"])),
        ("ablation", _ablation(ablation)),
    ):
        text = text.replace(f"{{{name}}}", table)
    (RESULTS / "segmenter.md").write_text(text, encoding="utf-8")


def _targets(found: dict[str, Any]) -> str:
    masks, alarm = found["masks"], found["alarms"]["metu_alarm_share"]
    rows = [
        (
            "METU validation, no near-duplicate of the training: AUROC",
            0.999,
            found["tiles"]["auroc"],
        ),
        ("SDNET2018 decks, nothing of them trained on: AUROC", 0.88, found["decks"]["auroc"]),
        ("`concrete30`: F1 with 2 px tolerance", 0.88, masks["concrete30"]["f1"]),
        ("`crackseu11`: F1 with 2 px tolerance", 0.88, masks["crackseu11"]["f1"]),
        ("rendered pictures of unseen seeds: F1 with 2 px tolerance", 0.9, found["rendered"]["f1"]),
    ]
    lines = [
        f"| {what} | {target:g} | {_value(value)} | {_verdict(_plain(value) >= target)} |"
        for what, target, value in rows
    ]
    lines.append(
        f"| crack-free METU tiles with any crack | at most 1 % | {alarm:.2%} "
        f"({found['alarms']['metu_alarmed']} of {found['alarms']['metu_crack_free']:,}) | "
        f"{_verdict(alarm <= 0.01)} |"
    )
    return "\n".join(["| what | target | reached | |", "|---|---|---|---|", *lines])


def _plain(value: Any) -> float:  # noqa: ANN401
    return float(value["value"] if isinstance(value, dict) else value)


def _value(value: Any) -> str:  # noqa: ANN401
    return figure(value) if isinstance(value, dict) else f"{value:.3f}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def _masks(found: dict[str, Any]) -> str:
    head = "| set | F1 | precision | recall | IoU | clIoU | mean F1 of pictures |"
    lines = [head, "|---|---|---|---|---|---|---|"]
    for name in ("concrete30", "crackseu11"):
        row = found[name]
        names = ("f1", "precision", "recall", "iou", "cl_iou", "mean_f1")
        lines.append(f"| {name} | " + " | ".join(f"{row[n]:.3f}" for n in names) + " |")
    return "\n".join(lines)


def _pictures(found: dict[str, Any]) -> str:
    worst = [
        f"{name}/{picture} ({value:.2f})"
        for name in ("concrete30", "crackseu11")
        for picture, value in sorted(found[name]["pictures"].items(), key=lambda item: item[1])
        if value < LOW_F1
    ]
    return ", ".join(worst)


def _widths(found: dict[str, Any]) -> str:
    lines = ["| width of the crack | centreline found |", "|---|---|"]
    lines += [f"| {width} | {share:.1%} |" for width, share in found["centreline_recall"].items()]
    return "\n".join(lines)


def _alarms(found: dict[str, Any]) -> str:
    pictures = found["pictures_per_kind"]
    lines = [f"| look-alike | false length, m per m² | pictures of {pictures} |", "|---|---|---|"]
    ranked = sorted(found["kinds"].items(), key=lambda item: -item[1]["m_per_m2"])
    lines += [f"| {kind} | {row['m_per_m2']:.2f} | {row['pictures']} |" for kind, row in ranked]
    return "\n".join(lines)


def _ablation(found: dict[str, Any]) -> str:
    lines = [
        HEAD,
        "|---|---|---|---|---|---|---|",
    ]
    for variant, row in found.items():
        kinds = row["alarms"]["kinds"]
        false = float(np.mean([each["m_per_m2"] for each in kinds.values()]))
        lines.append(
            f"| {variant} | {row['decks']['auroc']['value']:.3f} | "
            f"{row['masks']['concrete30']['f1']:.3f} | {row['masks']['crackseu11']['f1']:.3f} | "
            f"{row['rendered']['f1']:.3f} | {row['alarms']['metu_alarm_share']:.2%} | {false:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    page()
