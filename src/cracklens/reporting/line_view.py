"""Lines on the picture of a photograph, as paths of SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cracklens.grading.certainty import crack_text, is_unsure
from cracklens.record.base import Point
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.reporting import figures
from cracklens.reporting.polyline import simplified
from cracklens.reporting.stretches import stretches
from cracklens.tracing.crack import NOT_A_CRACK


@dataclass(frozen=True, slots=True)
class Line:
    """A crack or a rejected line on the picture; `key` is the id of its row.

    `paths` holds the data of SVG paths, each with the class of its width; "" stands for no class.
    With a `halo` each path is drawn twice, first wider and in a contrasting colour. A line that is
    `unsure` is thin; one that is `unlikely` is listed as probably no crack.
    """

    key: str
    paths: list[tuple[str, str]]
    title: str
    halo: bool = False
    unsure: bool = False
    unlikely: bool = False


def crack_line(crack: CrackRecord, *, fine: bool, tolerance_px: float) -> Line:
    """Return the lines of a crack, by local width; simplified ones have one class for the whole."""
    paths: dict[str, str] = {}
    for stretch in stretches(crack, by_place=tolerance_px <= 0):
        kind = "" if stretch.rank is None else f"w{stretch.rank}"
        kind = "inferred" if stretch.inferred else kind
        line = simplified(stretch.points_px, tolerance_px)
        points_px: list[Point] = [(x, y) for x, y in line.tolist()]
        paths[kind] = paths.get(kind, "") + svg_path(points_px, fine=fine)
    length, width = figures.length(crack).text, figures.max_width(crack).whole
    sure = "" if crack.probability is None else f", {crack_text(crack.probability)}; if so"
    return Line(
        key=crack.id,
        paths=sorted(paths.items()),  # the widest is drawn last, on top
        title=f"{crack.id}{sure}: {length} long, up to {width} wide",
        halo=tolerance_px == 0,
        unsure=is_unsure(crack.probability),
    )


def rejected_lines(photo: PhotoRecord, *, fine: bool) -> list[Line]:
    """Return the rejected lines of a photograph, also those that are probably no cracks."""
    return [
        Line(
            f"{photo.id}-R{number:02}",
            [("", "".join(svg_path(line, fine=fine) for line in rejected.lines_px))],
            f"{rejected.detail}; {crack_text(rejected.probability)}"
            if rejected.reason == NOT_A_CRACK
            else f"rejected: {rejected.reason}",
            unlikely=rejected.reason == NOT_A_CRACK,
        )
        for number, rejected in enumerate(photo.rejected, 1)
    ]


def svg_path(points_px: Sequence[Point], *, fine: bool) -> str:
    """Return a polyline as the data of an SVG path, in relative steps, which need half the bytes.

    Args:
        points_px: x, y.
        fine: keep one decimal instead of whole pixels.

    >>> svg_path([(10.2, 20.0), (13.4, 18.9), (14.0, 30.0)], fine=False)
    'M10 20l3 -1 1 11'
    """
    times, digits = (10, 1) if fine else (1, 0)
    whole = [(round(x * times), round(y * times)) for x, y in points_px]
    moves = [(x - old_x, y - old_y) for (old_x, old_y), (x, y) in pairwise(whole)]
    numbers = [
        f"{x / times:.{digits}f} {y / times:.{digits}f}".replace(".0", "")
        for x, y in (whole[0], *moves)
    ]
    return f"M{numbers[0]}l{' '.join(numbers[1:])}"
