"""The check of a camera as text for people, at most 80 columns wide."""

import textwrap
from collections.abc import Sequence

from cracklens.measurement.target.papers import PAPERS
from cracklens.measurement.target.result import CameraCheck, WidthCheck

_COLUMNS = 80
_HEAD = ("true mm", "px", "measured mm", "bias mm", "scatter mm", "ink or edge mm", "widths")


def check_text(check: CameraCheck) -> str:
    """Return the result as text.

    Args:
        check: of one camera.
    """
    blocks = [_facts(check), _table(check), _boundaries(check), _notes(check)]
    return "\n\n".join(block for block in blocks if block)


def _facts(check: CameraCheck) -> str:
    blur = "not known" if check.blur_px is None else f"{check.blur_px:.2f} px"
    sheet = PAPERS[check.paper].title
    seen = f"{sheet}, {check.markers} of {check.markers + check.markers_missing} markers"
    lines = [
        f"{check.photograph}: {check.width_px} x {check.height_px} px, {seen}",
        f"{check.mm_per_px:.3f} mm/px, tilt {check.tilt_deg:.0f} degrees, blur {blur}",
    ]
    return "\n".join(_wrapped(line) for line in lines)


def _table(check: CameraCheck) -> str:
    rows = [_HEAD, *(_row(row) for row in check.widths)]
    sizes = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.rjust(size) for cell, size in zip(row, sizes, strict=True)) for row in rows
    )


def _row(row: WidthCheck) -> tuple[str, ...]:
    scale = row.true_mm / row.true_px
    return (
        f"{row.true_mm:.2f}",
        f"{row.true_px:.1f}",
        f"{row.mean_mm:.3f}",
        f"{row.bias_mm:+.3f}",
        f"{row.scatter_mm:.3f}",
        f"{row.odd_px * scale:+.3f}",
        f"{row.stations:,}",
    )


def _boundaries(check: CameraCheck) -> str:
    rows = []
    for each in check.boundaries:
        name = f"{each.boundary_mm:.2f} mm  {each.verdict.upper():<14}"
        doubt = "" if each.uncertainty_mm is None else f"±{each.uncertainty_mm:.3f} mm, "
        rows.append(_wrapped(f"{name}  {doubt}{each.text}", indent=25))
    head = f"Boundaries of {', '.join(sorted({c for b in check.boundaries for c in b.codes}))}"
    return "\n".join([_wrapped(head), *rows])


def _notes(check: CameraCheck) -> str:
    said = list(check.advice)
    if check.missing:
        said.append(f"not in the photograph: {_grouped(check.missing)}")
    if check.ink == "half of the difference":
        said.append(
            "dark less light lines: ink that spread, or this camera's edges; half of it counts as "
            "the camera's, with the doubt that goes with it. --true-widths tells them apart"
        )
    return "\n".join(_wrapped(f"- {text}", indent=2) for text in said)


def _grouped(names: Sequence[str]) -> str:
    """Return "dark 0.05, 0.08; light 0.05" for the names of lines."""
    groups: dict[str, list[str]] = {}
    for name in names:
        kind, width = name.split(" ")
        groups.setdefault(kind, []).append(width)
    return "; ".join(f"{kind} {', '.join(widths)}" for kind, widths in groups.items())


def _wrapped(text: str, indent: int = 0) -> str:
    return textwrap.fill(
        text, _COLUMNS, subsequent_indent=" " * indent, break_long_words=False,
        break_on_hyphens=False, drop_whitespace=True,
    )  # fmt: skip
