"""The page of the widths, from docs/results/widths.json and the words in widths.md."""

import json
from pathlib import Path
from typing import Any

from common import RESULTS

LOOKS = {
    "even": "evenly dark inside, clean edges",
    "lit": "one wall in the light, clean edges",
    "difficult": "chipped, filled, stained, with lime",
}
_WORDS = Path(__file__).with_name("widths.md")
_COLUMNS = (
    "points | error, px | error | bias, px | interval holds it | twice distance, px | "
    "area by count, px | half height, px"
)


def page() -> None:
    """Write docs/results/widths.md."""
    found = json.loads((RESULTS / "widths.json").read_text(encoding="utf-8"))
    points, cost = found["points"], found["cost"]
    text = _WORDS.read_text(encoding="utf-8").format(
        machine=found["machine"], model=found["model"], specimens=points["specimens"],
        first_seed=points["first_seed"], found=points["found"], stations=points["stations"],
        share=points["by_profile"] / points["stations"],
        looks="; ".join(LOOKS.values()),
        targets=targets(points["looks"]),
        coverage_all=points["everything"]["coverage"], cost_share=cost["share"],
        summary=lost(points),
        by_look="\n\n".join(
            f"### {LOOKS[look].capitalize()}\n\n{table(rows, ('width_px',))}"
            for look, rows in points["looks"].items()
        ),
        by_blur=table(points["by_blur"], ("width_px", "blur_px")),
        by_tilt=table(points["by_tilt"], ("width_px", "tilt_deg")),
        per_crack="\n".join(crack_line(*item) for item in points["per_crack"].items()),
        length_m=cost["length_px"] * 0.5 / 1000, length_px=cost["length_px"],
        cracks=cost["cracks"], network_s=cost["network_s"], measuring_s=cost["measuring_s"],
        precision=cost["precision"],
    )  # fmt: skip
    (RESULTS / "widths.md").write_text(text, encoding="utf-8")


def targets(looks: dict[str, list[dict[str, Any]]]) -> str:
    """Return a row for each target, a column for each look; what is missed says so."""
    by_width = [{tuple(row["width_px"]): row for row in rows} for rows in looks.values()]
    wanted = (
        ("error, 2 to 5 px", "0.25 px", (2.0, 5.0), "mae_px", "{:.2f} px", (0.0, 0.25)),
        ("error, 5 to 20 px", "5 %", (5.0, 20.0), "mae_share", "{:.1%}", (0.0, 0.05)),
        ("error in mm", "0.05 mm", (2.0, 20.0), "mae_mm", "{:.3f} mm", (0.0, 0.05)),
        ("interval holds the truth", "93 to 97 %", (2.0, 20.0), "coverage", "{:.1%}", (0.93, 0.97)),
    )
    lines = []
    for name, target, width, key, form, (low, high) in wanted:
        cells_ = [
            form.format(look[width][key]) + ("" if low <= look[width][key] <= high else ", missed")
            for look in by_width
        ]
        lines.append(f"| {name} | {target} | {' | '.join(cells_)} |")
    return "\n".join(lines)


def table(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> str:
    names = {"width_px": "width, px", "blur_px": "blur, px", "tilt_deg": "tilt, °"}
    lines = [f"| {' | '.join(names[key] for key in keys)} | {_COLUMNS} |"]
    lines.append("|---" * (len(keys) + 8) + "|")
    lines += [
        f"| {' | '.join([*(limits(row[key]) for key in keys), *cells(row)])} |"
        for row in rows
        if row["points"]
    ]
    return "\n".join(lines)


def limits(pair: list[float]) -> str:
    low, high = pair
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def cells(row: dict[str, Any]) -> list[str]:
    usual = [row[f"{name}_px"] for name in ("distance", "count", "half_height")]
    best = row["mae_px"] <= min(usual)
    own = f"**{row['mae_px']:.2f}**" if best else f"{row['mae_px']:.2f}"
    return [
        f"{row['points']:,}", own, f"{row['mae_share']:.1%}", f"{row['bias_px']:+.2f}",
        f"{row['coverage']:.1%}",
        *(f"{value:.2f}" if best or value > min(usual) else f"**{value:.2f}**" for value in usual),
    ]  # fmt: skip


def lost(points: dict[str, Any]) -> str:
    """Say in which rows one of the usual ways is nearer to the truth."""
    rows = [row for look in points["looks"].values() for row in look]
    rows += [*points["by_blur"], *points["by_tilt"]]
    counted = [row for row in rows if row["points"]]
    beaten = [
        row for row in counted
        if row["mae_px"] > min(row[f"{n}_px"] for n in ("distance", "count", "half_height"))
    ]  # fmt: skip
    return (
        f"The measurement is nearer to the truth than each of the usual ways in "
        f"{len(counted) - len(beaten)} of {len(counted)} rows of the tables; in each row the best "
        "is bold."
    )


def crack_line(look: str, row: dict[str, Any]) -> str:
    errors = [
        f"{row[name]['mae_mm']:.3f} ({row[name]['mae_share']:.1%}) | {row[name]['coverage']:.1%}"
        for name in ("max", "mean")
    ]
    return f"| {LOOKS[look]} | {row['cracks']} | {' | '.join(errors)} |"


if __name__ == "__main__":
    page()
