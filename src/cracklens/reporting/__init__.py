"""Report, overlays, crops and tables from the record of an inspection."""

from cracklens.reporting.crop_files import most_crops, save_crops
from cracklens.reporting.html import write_report
from cracklens.reporting.overlay import draw_overlay, write_overlay
from cracklens.reporting.preview import (
    embeds_previews,
    keep_preview,
    photo_preview,
    read_preview,
    save_preview,
)
from cracklens.reporting.tables import write_tables

__all__ = [
    "draw_overlay",
    "embeds_previews",
    "keep_preview",
    "most_crops",
    "photo_preview",
    "read_preview",
    "save_crops",
    "save_preview",
    "write_overlay",
    "write_report",
    "write_tables",
]
