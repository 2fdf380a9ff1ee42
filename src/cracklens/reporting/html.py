"""`report.html`: one file that needs nothing but itself, made from the record."""

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cracklens.files import writing
from cracklens.inspection.record import Inspection, PhotoRecord
from cracklens.reporting import figures, overview, palette, view, words
from cracklens.reporting.boundaries import boundaries
from cracklens.reporting.crack_view import crack_view
from cracklens.reporting.preview import embeds_previews, fitted_preview, preview_budget

Previews = Mapping[str, bytes] | Callable[[PhotoRecord], bytes | None]

_SOURCES = {
    "marker": "a marker",
    "points": "two points at a known distance",
    "metadata": "lens and distance",
    "transform": "the transform of the map",
    "typed": "what was typed",
}


def write_report(inspection: Inspection, folder: str | Path, previews: Previews) -> Path:
    """Write `report.html`: no script, style, font or picture from elsewhere; opens offline.

    With more than 60 photographs, failed ones counted, the previews shrink, so that the file stays
    below about 30 MB; with more than 300 it holds none and links to the overlays.

    Args:
        inspection: the record.
        folder: of the inspection; the links to `overlays/` and `tables/` are relative to it.
        previews: JPEG of each photograph by the `id` of its record, as `photo_preview` makes them,
            or a function that returns it. Where there is none the report links to the overlay.

    Returns:
        The file.

    Raises:
        OutputError: the file cannot be written.
    """
    path = Path(folder) / "report.html"
    template = _environment().get_template("report.html.j2")
    with (
        writing(path) as partial,
        # a file name that is not UTF-8 becomes the escape \udcXX
        partial.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        file.writelines(template.generate(_content(inspection, previews)))
    return path


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cracklens.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "palette": palette,
        "counted": words.counted,
        "figures": figures,
        "source_names": _SOURCES,
        "address": words.address,
    }
    environment.filters |= {
        "whole": lambda number: f"{number:,.0f}",
        "tenths": lambda number: f"{number:,.1f}",
        "hundredths": lambda number: f"{number:.2f}",
        "significant": lambda number: f"{number:.3g}",
        "flat": lambda value: list(words.flat(value)),
    }
    return environment


def _content(inspection: Inspection, previews: Previews) -> dict[str, Any]:
    photographs = inspection.photographs
    ranked = overview.ranked(inspection)
    total = len(photographs) + len(inspection.failed)
    embedded = embeds_previews(total)
    most_rows = view.most_rows(len(photographs))
    return {
        "inspection": inspection,
        "total": total,
        "name": _last_name(inspection.root) or "photographs",
        "embedded": embedded,
        "shrunk": embedded and preview_budget(total) < preview_budget(1),
        "most_rows": most_rows,
        "rows": {crack.id for photo in photographs for crack in photo.cracks[:most_rows]},
        "sections": {photo.id for photo in photographs if _has_section(photo, embedded=embedded)},
        "views": _views(inspection, previews, ranked, embedded=embedded),
        **_overview(inspection, ranked),
    }


def _overview(inspection: Inspection, ranked: overview.Ranked) -> dict[str, Any]:
    """Return what is said over all photographs."""
    pairs = ranked[: view.MOST_RANKED]
    shown = [crack_view(photo, crack, (), graph=False) for photo, crack in pairs]
    urgent = [each for each in shown if each.record.priority][: view.MOST_URGENT]
    detailed = {crack.id for _, crack in ranked[: view.MOST_DETAILED] if crack.measurement}
    return {
        "ranked": shown,
        "urgent": urgent,
        "first": {each.record.id for each in urgent},
        "detailed": detailed,
        "cracks": len(ranked),
        "cracked": sum(bool(photo.cracks) for photo in inspection.photographs),
        "length_px": sum(figures.length_px(crack) for _, crack in ranked),
        "length_m": overview.total_m(ranked),
        "longest": max(shown, key=lambda each: each.length.sort, default=None),
        "widest": max(shown, key=lambda each: each.width.sort, default=None),
        "scaled": overview.scaled(inspection),
        "context": overview.context_rows(inspection),
        "retake": overview.to_retake(inspection),
        "bars": overview.bars(inspection.quantities) if inspection.quantities else [],
        "state_tables": overview.state_tables(inspection),
        "has": {
            "score": any(each.record.priority for each in shown),
            "states": any(each.states for each in shown),
            "limits": any(each.limits for each in shown),
            "measured": any(each.record.measurement for each in shown),
        },
    }


def _has_section(photo: PhotoRecord, *, embedded: bool) -> bool:
    return embedded or bool(photo.cracks or photo.notes)


def _views(
    inspection: Inspection, previews: Previews, ranked: overview.Ranked, *, embedded: bool
) -> Iterator[view.PhotoView]:
    """Yield one photograph after the other, so that one preview is in memory at a time."""
    find = previews if callable(previews) else lambda photo: previews.get(photo.id)
    budget = preview_budget(len(inspection.photographs) + len(inspection.failed))
    drawn = {crack.id for _, crack in ranked[: view.MOST_GRAPHS]}
    levels = boundaries(inspection)
    most_rows = view.most_rows(len(inspection.photographs))
    tolerance_px = view.line_tolerance_px(inspection.photographs) if embedded else 0.0
    for photo in inspection.photographs:
        if _has_section(photo, embedded=embedded):
            jpeg = find(photo) if embedded else None
            shown = _data_address(fitted_preview(jpeg, budget)) if jpeg else None
            cracks = [
                crack_view(photo, crack, levels, graph=crack.id in drawn)
                for crack in photo.cracks[:most_rows]
            ]
            yield view.photo_view(photo, shown, cracks, tolerance_px=tolerance_px)


def _data_address(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _last_name(root: str) -> str:
    kind = PureWindowsPath if "\\" in root else PurePosixPath
    return kind(root).name
