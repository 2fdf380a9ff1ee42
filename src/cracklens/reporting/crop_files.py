"""Files of the crops: which cracks have one, and which crops are embedded in the report."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import simplejpeg

from cracklens.files import CROPS, read_bytes, writing
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.reporting.crop_image import draw_crop
from cracklens.reporting.order import Ranked, urgency
from cracklens.reporting.picture import Pixels

MOST_OF_PHOTO, LEAST_OF_PHOTO, MOST_IN_ALL = 300, 20, 6000
"""Number of crops per photograph, for the most urgent cracks, about 50 kB each; fewer for many
photographs."""
MOST_IN_REPORT, BYTES_IN_REPORT = 150, 5_000_000
"""Limits for crops in the report, the most urgent first; it links to the other files."""
CROP_BYTES = 60_000
_QUALITIES = (88, 80, 70, 60, 45)


@dataclass(frozen=True, slots=True)
class Crops:
    """The crops of an inspection, by the ids of the cracks.

    Attributes:
        folder: of the files.
        embedded: those in the report.
        beside: those that the report only links to.
    """

    folder: Path
    embedded: frozenset[str]
    beside: frozenset[str]

    def read(self, crack: CrackRecord) -> bytes | None:
        """Return the JPEG of an embedded crop; None for all others."""
        if crack.id not in self.embedded:
            return None
        with suppress(OSError):  # the file may have been deleted in the meantime
            return read_bytes(self.folder / _name(crack.id))
        return None


def most_crops(photographs: int) -> int:
    """Return the largest number of crops per photograph.

    >>> most_crops(6), most_crops(100), most_crops(10_000)
    (300, 60, 20)
    """
    return max(LEAST_OF_PHOTO, min(MOST_OF_PHOTO, MOST_IN_ALL // max(1, photographs)))


def save_crops(
    pixels: Pixels, record: PhotoRecord, folder: str | Path, most: int = MOST_OF_PHOTO
) -> None:
    """Write the crops of a photograph, `crops/P001-C01.jpg` and so on.

    Args:
        pixels: (H, W, 3) uint8 RGB, upright, in the size of the record.
        record: of this photograph.
        folder: of the inspection.
        most: largest number of crops, from `most_crops`.

    Raises:
        OutputError: a file cannot be written.
    """
    for crack in cropped(record, most):
        with writing(Path(folder) / CROPS / _name(crack.id)) as partial:
            partial.write_bytes(_jpeg(draw_crop(pixels, crack, record)))


def cropped(record: PhotoRecord, most: int = MOST_OF_PHOTO) -> list[CrackRecord]:
    """Return the cracks of a photograph that have a crop, the most urgent first."""
    return sorted(record.cracks, key=urgency)[:most]


def find_crops(ranked: Ranked, folder: str | Path) -> Crops:
    """Return the crops in the folder of an inspection.

    Args:
        ranked: all cracks, the most urgent first.
        folder: of the inspection.
    """
    place = Path(folder) / CROPS
    sizes = dict(_sizes(place))
    there = [crack.id for _, crack in ranked if _name(crack.id) in sizes]
    embedded: list[str] = []
    left = BYTES_IN_REPORT
    for crack_id in there[:MOST_IN_REPORT]:
        left -= sizes[_name(crack_id)]
        if left < 0:
            break
        embedded.append(crack_id)
    return Crops(place, frozenset(embedded), frozenset(there) - frozenset(embedded))


def crop_address(crack_id: str) -> str:
    """Return the path of a crop, relative to the folder of the inspection.

    >>> crop_address("P001-C01")
    'crops/P001-C01.jpg'
    """
    return f"{CROPS}/{_name(crack_id)}"


def _name(crack_id: str) -> str:
    return f"{crack_id}.jpg"


def _sizes(place: Path) -> Iterable[tuple[str, int]]:
    if place.is_dir():
        for file in place.iterdir():
            yield file.name, file.stat().st_size


def _jpeg(picture: Pixels) -> bytes:
    """Return a JPEG of the highest quality within `CROP_BYTES`."""
    data = b""
    for quality in _QUALITIES:
        data = bytes(simplejpeg.encode_jpeg(picture, quality=quality, colorsubsampling="444"))
        if len(data) <= CROP_BYTES:
            break
    return data
