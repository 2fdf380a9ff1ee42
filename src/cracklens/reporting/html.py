"""`report.html`: a self-contained file made from the record."""

import base64
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryFile
from typing import IO, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cracklens.files import INSPECTION, writing
from cracklens.grading.certainty import is_unlikely, share_text
from cracklens.record.schema import Inspection, PhotoRecord
from cracklens.reporting import figures, order, overview, palette, photo_view, text, verdict
from cracklens.reporting.boundaries import boundaries
from cracklens.reporting.crack_view import crack_view
from cracklens.reporting.crop_files import Crops, crop_address, cropped, find_crops, most_crops
from cracklens.reporting.decisions_view import DecisionsView, Remarks
from cracklens.reporting.preview import embeds_previews, fitted_preview, preview_budget
from cracklens.reporting.security import StyleClasses, policy

MOST_UNLIKELY = 300
"""Largest number of lines on the first page that are probably no cracks; the tables hold all."""
_PRINTED_ROWS = {"ranking": 40, "photograph": 20}  # as in print.css
_MARK_SCRIPT = 'document.documentElement.classList.add("js")'
_ESCAPED = "backslashreplace"  # a file name that is not UTF-8 becomes the escape \udcXX

Previews = Mapping[str, bytes] | Callable[[PhotoRecord], bytes | None]

_SOURCES = {
    "marker": "a marker",
    "points": "two points at a known distance",
    "metadata": "lens and distance",
    "transform": "the transform of the map",
    "typed": "what was typed",
}


def write_report(
    inspection: Inspection,
    folder: str | Path,
    previews: Previews,
    decisions: DecisionsView | None = None,
    record_name: str = INSPECTION,
) -> Path:
    """Write `report.html`; it loads no other files and opens offline.

    It contains the crops of the most urgent cracks from `crops/` in the folder, and links to the
    others. A Content-Security-Policy allows only the content of the file itself.

    With more than 50 photographs, including failed ones and copies, the previews are smaller, so
    that the file stays below about 30 MB. With more than 300 it contains none and links to the
    overlays.

    Args:
        inspection: the record.
        folder: of the inspection; the links to `overlays/` and `tables/` are relative to it.
        previews: JPEG of each photograph by the `id` of its record, from `photo_preview`, or a
            function that returns it. Without a preview the report links to the overlay.
        decisions: of people, which are already in the record; None if it is that of the model.
        record_name: file of the record in the folder.

    Returns:
        The path of the file.

    Raises:
        OutputError: the file cannot be written.
    """
    path = Path(folder) / "report.html"
    environment = _environment()
    crops = find_crops(order.ranked(inspection), folder)
    content = {
        **_content(inspection, previews, crops, decisions.remarks if decisions else {}),
        "decisions": decisions,
        "record_name": record_name,
    }
    classes = StyleClasses()
    scripts = [_MARK_SCRIPT, environment.get_template("report.js").render()]
    body = environment.get_template("report.html.j2")
    with writing(path) as partial, _text_file(path.parent) as rest:
        # the head contains the hash of the style, which is complete only after the body
        rest.writelines(body.generate(content, styled=classes, scripts=scripts))
        style = environment.get_template("style.css.j2").render() + "\n" + classes.css()
        head = environment.get_template("head.html.j2")
        rest.seek(0)
        with partial.open("w", encoding="utf-8", errors=_ESCAPED, newline="\n") as file:
            file.write(head.render(content, policy=policy(scripts, style), style=style))
            shutil.copyfileobj(rest, file)
    return path


def _text_file(folder: Path) -> IO[str]:
    """Return a temporary text file in a folder, with the encoding of the report."""
    return TemporaryFile(
        "w+", encoding="utf-8", errors=_ESCAPED, newline="\n", dir=folder, suffix=".partial"
    )


@cache  # compiling the templates takes longer than a report of a few photographs
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
        "counted": text.counted,
        "share_text": share_text,
        "figures": figures,
        "source_names": _SOURCES,
        "address": text.address,
    }
    environment.filters |= {
        "whole": lambda number: f"{number:,.0f}",
        "tenths": lambda number: f"{number:,.1f}",
        "hundredths": lambda number: f"{number:.2f}",
        "significant": lambda number: f"{number:.3g}",
        "flat": lambda value: list(text.flat(value)),
    }
    return environment


def _content(
    inspection: Inspection, previews: Previews, crops: Crops, remarks: Remarks
) -> dict[str, Any]:
    photographs = inspection.photographs
    ranked = order.ranked(inspection)
    total = _total(inspection)
    embedded = embeds_previews(total)
    most_rows = photo_view.most_rows(len(photographs))
    return {
        "inspection": inspection,
        "total": total,
        "name": _last_name(inspection.root) or "photographs",
        "embedded": embedded,
        "shrunk": embedded and preview_budget(total) < preview_budget(1),
        "most_rows": most_rows,
        "rows": {
            crack.id
            for photo in photographs
            for crack in order.likely_first(photo.cracks)[:most_rows]
        },
        "crops": crops,
        "uncropped": _uncropped(inspection, crops),
        "most_crops": most_crops(total),
        "most_shown_crops": photo_view.MOST_SHOWN_CROPS,
        "most_links": min(photo_view.MOST_LINKS, most_rows),
        "printed_rows": _PRINTED_ROWS,
        "sections": {photo.id for photo in photographs if _has_section(photo, embedded=embedded)},
        "views": _views(inspection, previews, ranked, crops, remarks, embedded=embedded),
        **_overview(inspection, ranked, remarks),
    }


def _overview(inspection: Inspection, ranked: order.Ranked, remarks: Remarks) -> dict[str, Any]:
    """Return the data of the overview and of the ranking."""
    pairs = ranked[: photo_view.MOST_RANKED]
    shown = [
        crack_view(photo, crack, (), remarks.get(crack.id, ()), graph=False)
        for photo, crack in pairs
    ]
    urgent = [each for each in shown if each.record.priority][: photo_view.MOST_URGENT]
    likely = [each for each in shown if not is_unlikely(each.record.probability)] or shown
    unlikely = verdict.unlikely(inspection)
    detailed = {crack.id for _, crack in ranked[: photo_view.MOST_DETAILED] if crack.measurement}
    return {
        "ranked": shown,
        "urgent": urgent,
        "detailed": detailed,
        "cracks": len(ranked),
        "cracked": sum(bool(photo.cracks) for photo in inspection.photographs),
        "length_px": sum(figures.share(crack) * figures.length_px(crack) for _, crack in ranked),
        "expected_cracks": sum(figures.share(crack) for _, crack in ranked),
        "total_interval": _total_interval(inspection),
        "unlikely": unlikely[:MOST_UNLIKELY],
        "unlikely_count": len(unlikely),
        "unlikely_kinds": verdict.kinds_counted(unlikely),
        "length_m": overview.total_m(ranked),
        "longest": max(likely, key=lambda each: each.length.sort, default=None),
        "widest": max(likely, key=lambda each: each.width.sort, default=None),
        "scaled": overview.scaled(inspection),
        "context": overview.context_rows(inspection),
        "retake": overview.to_retake(inspection),
        "bars": overview.bars(inspection.quantities) if inspection.quantities else [],
        "state_tables": overview.state_tables(inspection),
        "has": {
            "probability": any(crack.probability is not None for _, crack in ranked),
            "score": any(each.record.priority for each in shown),
            "states": any(each.states for each in shown),
            "limits": any(each.limits for each in shown),
            "measured": any(each.record.measurement for each in shown),
        },
    }


def _total_interval(inspection: Inspection) -> str:
    """Return the 95 % interval of the expected length; empty where no line was verified."""
    found = inspection.quantities
    if found is None or found.expected_cracks is None:
        return ""
    return overview.interval_m(found.low_m, found.high_m)


def _total(inspection: Inspection) -> int:
    """Return how many files there were, by which `inspect` decides whether it keeps previews."""
    return len(inspection.photographs) + len(inspection.failed) + len(inspection.copies)


def _has_section(photo: PhotoRecord, *, embedded: bool) -> bool:
    return embedded or bool(photo.cracks or photo.notes)


def _views(
    inspection: Inspection,
    previews: Previews,
    ranked: order.Ranked,
    crops: Crops,
    remarks: Remarks,
    *,
    embedded: bool,
) -> Iterator[photo_view.PhotoView]:
    """Yield the photographs one by one, so that only one preview is in memory at a time."""
    find = previews if callable(previews) else lambda photo: previews.get(photo.id)
    budget = preview_budget(_total(inspection))
    drawn = {crack.id for _, crack in ranked[: photo_view.MOST_GRAPHS]}
    levels = boundaries(inspection)
    most_rows = photo_view.most_rows(len(inspection.photographs))
    tolerance_px = photo_view.line_tolerance_px(inspection.photographs) if embedded else 0.0
    for photo in inspection.photographs:
        if _has_section(photo, embedded=embedded):
            jpeg = find(photo) if embedded else None
            shown = _data_address(fitted_preview(jpeg, budget)) if jpeg else None
            cracks = [
                crack_view(photo, crack, levels, remarks.get(crack.id, ()), graph=crack.id in drawn)
                for crack in order.likely_first(photo.cracks)[:most_rows]
            ]
            yield photo_view.photo_view(
                photo,
                shown,
                cracks,
                crops=_crop_views(photo, crops),
                beside=[
                    (crack.id, crop_address(crack.id))
                    for crack in cropped(photo)
                    if crack.id in crops.beside
                ],
                tolerance_px=tolerance_px,
            )


def _crop_views(photo: PhotoRecord, crops: Crops) -> list[photo_view.CropView]:
    found = [(crack, crops.read(crack)) for crack in cropped(photo)]
    return [
        photo_view.CropView(
            crack.id,
            _data_address(jpeg),
            f"{crack.id} at full resolution: greatest width {figures.max_width(crack).whole}",
        )
        for crack, jpeg in found
        if jpeg
    ]


def _uncropped(inspection: Inspection, crops: Crops) -> int:
    """Return the number of cracks without a crop; 0 if no crack has one."""
    there = len(crops.embedded) + len(crops.beside)
    return sum(len(photo.cracks) for photo in inspection.photographs) - there if there else 0


def _data_address(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _last_name(root: str) -> str:
    kind = PureWindowsPath if "\\" in root else PurePosixPath
    return kind(root).name
