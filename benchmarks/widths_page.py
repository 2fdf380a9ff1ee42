"""The page of the widths, from docs/results/widths.json."""

import json
from typing import Any

from common import RESULTS

LOOKS = {
    "even": "evenly dark inside, clean edges",
    "lit": "one wall in the light, clean edges",
    "difficult": "chipped, filled, stained, with lime",
}
_HEAD = """# How far widths lie from the truth

Made by `benchmarks/widths.py` ({machine}; model {model}).

{specimens} rendered cracks of the seeds from {first_seed:,} on, which nothing was chosen on; the
constants come from seeds below 100,000. 1.8 to 20 px wide, blur of standard deviation 0 to 1.5 px,
noise of 1 to 4 grey levels, JPEG quality 75 to 95, tilt up to 20°, 0.1 mm per px. The mask is that of
the network, not the truth: {found} of the cracks were found, with {stations:,} stations, of which
{share:.1%} were measured from grey levels. Only those count here.

**Truth.** The exact coverage of each pixel before any blur, summed across the course of the crack: the
opening that a person would measure. It is averaged along the crack as a station is.

**Looks.** A third of the cracks each: {looks}. A wall that faces the light is lighter inside the
crack, so its edge at half height lies inside the true opening.

**Targets.** Mean absolute error at most 0.25 px for 2 to 5 px and at most 5 % above, the 95 % interval
holding the truth in 93 to 97 % of the points; at most 0.05 mm.

| evenly dark cracks | target | reached |
|---|---|---|
| error, 2 to 5 px | 0.25 px | {low_px:.3f} px |
| error, above 5 px | 5 % | {high_share:.1%} |
| error in mm | 0.05 mm | {all_mm:.3f} mm |
| interval holds the truth | 93 to 97 % | {coverage:.1%} |
| the same, all looks together | 93 to 97 % | {coverage_all:.1%} |
| time, share of the network's | 33 % | {cost_share:.0%} |

{summary}

## By look and width

"Twice distance" is twice the distance transform of the mask at its skeleton, "area by count" the area
of the mask by the pixels of its skeleton, "half height" the full width at half of the depth of the bare
profile, without the fit.

{by_look}

## By width and blur

Evenly dark cracks.

{by_blur}

## By width and tilt

{by_tilt}

## Greatest and mean width of whole cracks

| look | cracks | greatest: error, mm | interval holds it | mean: error, mm | interval holds it |
|---|---|---|---|---|---|
{per_crack}

## Cost

On a photograph of 12 MP with {length_m:.1f} m of cracks at 0.5 mm per px ({length_px:,} px in
{cracks} pieces): network {network_s:.2f} s ({precision}), measuring {measuring_s:.2f} s, which is
{cost_share:.0%}; medians of 5 in one run.
"""
_COLUMNS = (
    "points | error, px | error | bias, px | interval holds it | twice distance, px | "
    "area by count, px | half height, px"
)


def page() -> None:
    """Write docs/results/widths.md."""
    found = json.loads((RESULTS / "widths.json").read_text(encoding="utf-8"))
    points, cost = found["points"], found["cost"]
    even = {tuple(row["width_px"]): row for row in points["looks"]["even"]}
    text = _HEAD.format(
        machine=found["machine"], model=found["model"], specimens=points["specimens"],
        first_seed=points["first_seed"], found=points["found"], stations=points["stations"],
        share=points["by_profile"] / points["stations"],
        looks="; ".join(LOOKS.values()),
        low_px=even[2.0, 5.0]["mae_px"], high_share=even[5.0, 20.0]["mae_share"],
        all_mm=even[2.0, 20.0]["mae_mm"], coverage=even[2.0, 20.0]["coverage"],
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


def table(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> str:
    names = {"width_px": "width, px", "blur_px": "blur, px", "tilt_deg": "tilt, °"}
    lines = [f"| {' | '.join(names[key] for key in keys)} | {_COLUMNS} |"]
    lines.append("|---" * (len(keys) + 8) + "|")
    for row in rows:
        if row["points"]:
            lines.append("| " + " | ".join([*(limits(row[key]) for key in keys), *cells(row)]) + " |")
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
    rows = [("", row) for look in points["looks"].values() for row in look]
    rows += [("", row) for row in (*points["by_blur"], *points["by_tilt"])]
    counted = [row for _, row in rows if row["points"]]
    beaten = [
        row for row in counted
        if row["mae_px"] > min(row[f"{n}_px"] for n in ("distance", "count", "half_height"))
    ]  # fmt: skip
    return (
        f"The measurement is nearer to the truth than each of the usual ways in "
        f"{len(counted) - len(beaten)} of {len(counted)} rows of the tables; in each row the best is "
        "bold."
    )


def crack_line(look: str, row: dict[str, Any]) -> str:
    greatest, mean = row["max"], row["mean"]
    return (
        f"| {LOOKS[look]} | {row['cracks']} | {greatest['mae_mm']:.3f} ({greatest['mae_share']:.1%}) | "
        f"{greatest['coverage']:.1%} | {mean['mae_mm']:.3f} ({mean['mae_share']:.1%}) | "
        f"{mean['coverage']:.1%} |"
    )


if __name__ == "__main__":
    page()
