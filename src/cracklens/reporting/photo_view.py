"""Data of one photograph for the templates of the report: rows, links and lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from cracklens.record.schema import CrackRecord, PhotoRecord, RejectedRecord
from cracklens.reporting import figures
from cracklens.reporting.crack_view import CrackView
from cracklens.reporting.labels import place_labels
from cracklens.reporting.line_view import Line, crack_line, rejected_lines
from cracklens.reporting.order import likely_first
from cracklens.reporting.overlay import MOST_TAGS, label_parts, short_id
from cracklens.reporting.palette import rank_of
from cracklens.reporting.scale_bar import scale_bar
from cracklens.reporting.text import address, counted
from cracklens.reporting.verdict import Unlikely, lines_text, unlikely_of
from cracklens.tracing.crack import NOT_A_CRACK

MOST_RANKED = 1000
MOST_ROWS, MOST_ROWS_IN_ALL, LEAST_ROWS = 200, 8000, 5
"""Largest number of rows for the cracks of one photograph, fewer for many photographs. A row takes
about 600 bytes."""
MOST_POINTS = 300_000
"""Largest number of points of all lines, about 16 bytes each; more points are simplified."""
_COARSEST_PX = 6.0
MOST_TILES = 4000
MOST_URGENT = 12
MOST_DETAILED, MOST_GRAPHS = 600, 200
"""Number of cracks with details, and with a graph of the widths, the most urgent first; about 3 kB
and 5 kB each."""
MOST_WIDE_TAGS = 12
"""If a picture has more labels, they show only the number, and the width under the pointer."""
MOST_SHOWN_CROPS, MOST_LINKS = 6, 12
"""Number of crops of a photograph that are shown first, and of links to crops in `crops/`."""
_BAR_SHARE = 0.2
_FAINTEST_TILE = 0.02
_FINE_BELOW_PX = 2000  # coordinates of smaller photographs keep one decimal
_BAR_BOX_HIGH = 0.06  # height of the scale bar with its text, as a share of the picture's width


@dataclass(frozen=True, slots=True)
class Tag:
    """The label of a crack; its upper left corner in per cent of the picture.

    `width` is what stands after the number: the probability of a crack and the width.
    """

    key: str
    text: str
    width: str
    kind: str
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring around the widest point of a measured crack, in per cent of the picture."""

    kind: str
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class CropView:
    """A crack at full resolution; `image` is a data URL, `text` its alternative text."""

    key: str
    image: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A scale bar, its length in per cent of the picture's width."""

    percent: float
    text: str


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One photograph; `preview` is a data URL, None if the report contains no picture of it.

    `cracks` are those with a row, the longest first and likely cracks before
    others. `crops` are those in the report, `beside` the
    ids and links of those in `crops/`. `unlabelled` is the number of cracks without a label.
    """

    record: PhotoRecord
    cracks: list[CrackView]
    preview: str | None
    overlay: str | None
    lines: list[Line]
    rejected_lines: list[Line]
    tags: list[Tag]
    rings: list[Ring]
    unlabelled: int
    crowded: bool
    tiles: list[tuple[int, int, int, int, float]]
    bar: Bar | None
    crops: list[CropView]
    beside: list[tuple[str, str]]

    @property
    def left_out(self) -> list[str]:
        """Return the parts that are closed on the screen and therefore not printed."""
        more = len(self.crops) - MOST_SHOWN_CROPS
        checks = self.record.fitness.checks if self.record.fitness else []
        detailed = sum(crack.record.measurement is not None for crack in self.cracks)
        parts = [
            (more, "crack at full resolution", "cracks at full resolution"),
            (len(checks), "check of the photograph", "checks of the photograph"),
            (detailed, "crack in detail", "cracks in detail"),
            (len(self.record.rejected) - len(self.unlikely), "rejected line", "rejected lines"),
            (
                len(self.unlikely),
                "line that is probably no crack",
                "lines that are probably no cracks",
            ),
        ]
        return [counted(number, one, many) for number, one, many in parts if number > 0]

    @property
    def unlikely(self) -> list[Unlikely]:
        """Return the lines that are probably no cracks, the most doubtful first."""
        return sorted(unlikely_of(self.record), key=lambda each: -(each.record.probability or 0.0))

    @property
    def rejected(self) -> list[tuple[int, RejectedRecord]]:
        """Return the other rejected lines with their numbers."""
        rows = enumerate(self.record.rejected, 1)
        return [(number, line) for number, line in rows if line.reason != NOT_A_CRACK]

    @property
    def doubt(self) -> tuple[bool, bool]:
        """Return whether a line is drawn thin, and whether a part was not seen."""
        kinds = {kind for line in self.lines for kind, _ in line.paths}
        return any(line.unsure for line in self.lines), "inferred" in kinds

    @property
    def in_mm(self) -> bool:
        """Return whether a line has the colour of its width."""
        return any(kind[:1] == "w" for line in self.lines for kind, _ in line.paths)

    @property
    def summary(self) -> str:
        """Return the cracks in one line; also part of the alternative text of the picture."""
        return summary(self.record)


def most_rows(photographs: int) -> int:
    """Return the largest number of crack rows per photograph.

    >>> most_rows(10), most_rows(300), most_rows(50_000)
    (200, 26, 5)
    """
    return max(LEAST_ROWS, min(MOST_ROWS, MOST_ROWS_IN_ALL // max(1, photographs)))


def line_tolerance_px(photographs: Sequence[PhotoRecord]) -> float:
    """Return the tolerance for simplifying lines on the pictures, in px of the photograph.

    It is 0 unless there are so many points that the report would open slowly. For four photographs
    of map cracking, 1, 2 and 3 px leave 65, 41 and 30 % of the points.
    """
    points = sum(
        len(branch.points_px)
        for photo in photographs
        for crack in photo.cracks
        for branch in crack.branches
    )
    excess = points / MOST_POINTS
    return 0.0 if excess <= 1 else min(_COARSEST_PX, excess**1.4)


def photo_view(
    photo: PhotoRecord,
    preview: str | None,
    cracks: Sequence[CrackView] = (),
    *,
    crops: Sequence[CropView] = (),
    beside: Sequence[tuple[str, str]] = (),
    tolerance_px: float = 0.0,
) -> PhotoView:
    """Return the data of one photograph for the templates.

    Args:
        photo: its record.
        preview: data URL of its picture; without one, lines and tiles are omitted.
        cracks: those with a row.
        crops: pictures of cracks at full resolution.
        beside: ids and links of the crops in `crops/`.
        tolerance_px: largest distance of a simplified line from the traced one.
    """
    seen = preview is not None
    fine = max(photo.width_px, photo.height_px) < _FINE_BELOW_PX
    tiles = [tile for tile in photo.tiles if tile.probability >= _FAINTEST_TILE] if seen else []
    tiles.sort(key=lambda tile: -tile.probability)
    tagged = likely_first(photo.cracks)[:MOST_TAGS] if seen else []
    crowded = len(tagged) > MOST_WIDE_TAGS
    tags = _tags(tagged, photo, with_width=not crowded)
    return PhotoView(
        record=photo,
        cracks=list(cracks),
        preview=preview,
        overlay=photo.overlay and address(photo.overlay),
        lines=[crack_line(c, fine=fine, tolerance_px=tolerance_px) for c in photo.cracks]
        if seen
        else [],
        rejected_lines=rejected_lines(photo, fine=fine) if seen else [],
        tags=tags,
        rings=[_ring(crack, photo) for crack in tagged if crack.measurement],
        unlabelled=len(photo.cracks) - len(tags) if seen else 0,
        crowded=crowded,
        tiles=[(*tile.box_px, round(tile.probability, 2)) for tile in tiles[:MOST_TILES]],
        bar=_bar(photo) if seen else None,
        crops=list(crops),
        beside=list(beside),
    )


def summary(photo: PhotoRecord) -> str:
    """Return the cracks of a photograph in one line.

    >>> summary(PhotoRecord(id="P1", path="a.jpg", sha256="", width_px=8, height_px=6, notes=[],
    ...     map_kind="pixels", cracks=[], rejected=[], tiles=[], overlay=None))
    'no crack found'
    """
    if not photo.cracks:
        return "no crack found"
    widest = figures.widest(photo)
    width = f", up to {figures.max_width(widest).text} wide" if widest else ""
    known = any(crack.probability is not None for crack in photo.cracks)
    long = "expected length" if known else "long in all"
    length = figures.total_length(photo).text
    whole = f"{long} {length}" if known else f"{length} {long}"
    return f"{lines_text(photo.cracks)}, {whole}{width}"


def _tags(cracks: Sequence[CrackRecord], photo: PhotoRecord, *, with_width: bool) -> list[Tag]:
    """Return the labels that have space; no two overlap at any size of the picture.

    Args:
        cracks: the first ones are placed first.
        photo: of the cracks.
        with_width: the labels show the widths too.
    """
    height = photo.height_px / photo.width_px
    anchors = [_anchor(crack, photo) for crack in cracks]
    numbers = [short_id(crack, photo) for crack in cracks]
    widths = [" ".join(label_parts(crack)) for crack in cracks]
    texts = [
        f"{number} {width}" if with_width and width else number
        for number, width in zip(numbers, widths, strict=True)
    ]
    bar = [(0.0, height - _BAR_BOX_HIGH, _BAR_SHARE, _BAR_BOX_HIGH)] if photo.scale else []
    places = place_labels(anchors, texts, height, bar)
    return [
        Tag(
            key=crack.id,
            text=number,
            width=width,
            kind=_kind(crack),
            left=round(100 * place[0], 2),
            top=round(100 * place[1] / height, 2),
        )
        for crack, number, width, place in zip(cracks, numbers, widths, places, strict=True)
        if place
    ]


def _ring(crack: CrackRecord, photo: PhotoRecord) -> Ring:
    x, y = _anchor(crack, photo)
    return Ring(
        _kind(crack), round(100 * x, 2), round(100 * y * photo.width_px / photo.height_px, 2)
    )


def _anchor(crack: CrackRecord, photo: PhotoRecord) -> tuple[float, float]:
    """Return the widest point, as a share of the picture's width."""
    return (crack.widest_px[0] + 0.5) / photo.width_px, (crack.widest_px[1] + 0.5) / photo.width_px


def _kind(crack: CrackRecord) -> str:
    width_mm = figures.max_width_mm(crack)
    return "" if width_mm is None else f"w{rank_of(width_mm)}"


def _bar(photo: PhotoRecord) -> Bar | None:
    if photo.scale is None:
        return None
    middle = ((photo.width_px - 1) / 2, (photo.height_px - 1) / 2)
    bar = scale_bar(photo.scale, middle, _BAR_SHARE * photo.width_px)
    return Bar(round(100 * bar.length_px / photo.width_px, 2), bar.text)
