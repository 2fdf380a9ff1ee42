"""A picture of cracks of given width at a given tilt: the ground truth for measurement.

The cracks are defined on the wall. Their lines and widths are mapped to the picture by the exact
homography, and the coverage of each pixel is computed there. No picture is resampled, so the tilt
adds no blur: before `blur_px`, the edges are those of an ideal pixel, a box of 1 px. The texture of
the concrete is drawn in the picture and does not follow the tilt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import UsageError
from cracklens.synthesis.camera import Camera, photograph
from cracklens.synthesis.concrete import render_concrete
from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import RenderedCrack, render_crack
from cracklens.synthesis.drawing import crack_coverage
from cracklens.synthesis.noise import FloatImage
from cracklens.synthesis.opening import distance_along, rough_edges, width_profile
from cracklens.synthesis.paint import CrackLook, paint_cracks
from cracklens.synthesis.pinhole import plane_homography, wall_points, width_ratio
from cracklens.synthesis.specimen_lines import Line, lines_on_wall

SpecimenLayout = Literal["rough", "straight", "fork", "map"]
SMALLEST_SPECIMEN_PX = 32
_UNIFORM_WALL, _UNIFORM_CRACK = 180.0, 40.0  # grey values


@dataclass(frozen=True, slots=True)
class SpecimenCrack:
    """Ground truth of one visible section without forks; a branch is a separate crack.

    Attributes:
        points_px: (N, 2) x, y of the centreline in the picture.
        width_px: (N,) full width at each point, perpendicular to the line in the picture.
        points_mm: (N, 2) the same points on the wall.
        width_mm: (N,) the same widths on the wall: `width_px` x |det J| / |J t|, with the Jacobian
            J from px to mm and the unit tangent t in the picture.
    """

    points_px: Floats
    width_px: Floats
    points_mm: Floats
    width_mm: Floats

    @property
    def length_px(self) -> float:
        """Length of the line in the picture."""
        return float(distance_along(self.points_px)[-1])

    @property
    def length_mm(self) -> float:
        """Length of the line on the wall."""
        return float(distance_along(self.points_mm)[-1])

    @property
    def orientation_px_deg(self) -> float:
        """Main direction in the picture, each step weighted by its length, 0 <= a < 180."""
        return _main_direction_deg(self.points_px)

    @property
    def orientation_deg(self) -> float:
        """Main direction on the wall; its axes agree with the picture axes at the middle."""
        return _main_direction_deg(self.points_mm)


@dataclass(frozen=True, slots=True)
class Specimen:
    """A picture with its ground truth.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        coverage: (H, W) float32 in [0, 1], the share of each pixel's area under any crack.
        homography: (3, 3) from px of the picture to mm of the wall.
        mm_per_px: Scale at the middle, perpendicular to the direction of the tilt.
        tilt_deg: Angle between the optical axis and the normal of the wall.
        cracks: Ground truth of each crack.
        spacing_mm: Distance on the wall between neighbouring cracks, for the layouts "rough" and
            "straight" with several cracks.
    """

    pixels: NDArray[np.uint8]
    coverage: FloatImage
    homography: Floats
    mm_per_px: float
    tilt_deg: float
    cracks: tuple[SpecimenCrack, ...]
    spacing_mm: float | None


def render_specimen(
    seed: int,
    *,
    width_px: float,
    layout: SpecimenLayout = "rough",
    cracks: int = 1,
    angle_deg: float | None = None,
    length_px: float | None = None,
    spacing_px: float | None = None,
    roughness: float = 0.08,
    variation: float = 0.25,
    crumble: float = 0.2,
    fade_px: float | None = None,
    blur_px: float = 0.7,
    noise: float = 2.0,
    sharpening: float = 0.0,
    jpeg_quality: int | None = 90,
    tilt_deg: float = 0.0,
    tilt_towards_deg: float | None = None,
    focal_px: float | None = None,
    mm_per_px: float = 0.1,
    size_px: int | tuple[int, int] = 700,
    look: CrackLook | None = None,
    plain: bool = False,
) -> Specimen:
    """Return one specimen; the same arguments give the same specimen.

    Widths and lengths are given in px at the picture's middle; on the wall they are `mm_per_px`
    times as large, for any tilt. The texture of the concrete, the noise and the course of the
    cracks depend on the seed and do not change with tilt, blur or compression.

    Args:
        seed: Any integer >= 0.
        width_px: Width about which the cracks vary, above 0.
        layout: Parallel rough lines ("rough"), parallel straight lines ("straight"), one rough line
            with a branch ("fork"), or a network ("map").
        cracks: Number of parallel cracks; 1 for the layouts "fork" and "map".
        angle_deg: Direction on the wall, counter-clockwise; default: random.
        length_px: Straight distance between the endpoints; default: 80 % of the shorter side. If it
            is larger than the picture, the cracks leave the picture.
        spacing_px: Distance of neighbouring cracks, perpendicular to their direction; default:
            equal parts of the picture. For a network: the side of a cell.
        roughness: See `fractal_line`.
        variation: Largest relative deviation from the width.
        crumble: Largest spalled piece of an edge, see `rough_edges`; 0 for none.
        fade_px: Length over which a free end opens; default: 8 px plus three times the width; 0 for
            square ends.
        blur_px: Standard deviation of the defocus.
        noise: Standard deviation of the noise in grey values.
        sharpening: Strength of the unsharp mask.
        jpeg_quality: 1 to 100, or None for no compression.
        tilt_deg: Angle between the optical axis and the normal of the wall.
        tilt_towards_deg: Direction in which the wall recedes, see `plane_homography`; default:
            random.
        focal_px: Focal length; default: that of a phone.
        mm_per_px: Scale in the middle.
        size_px: Side, or columns and rows.
        look: Appearance of the cracks; default: random, without fillings and deposits.
        plain: Draw cracks of uniform darkness on a uniform wall, for comparison with closed forms.

    Raises:
        UsageError: An argument is out of its range, or the wall does not fill the picture.
    """
    columns, rows = size_px if isinstance(size_px, tuple) else (size_px, size_px)
    _check(seed, width_px, cracks, min(columns, rows), layout)
    draws = np.random.SeedSequence(seed).spawn(4)
    course_rng, surface_rng, paint_rng, camera_rng = (np.random.default_rng(d) for d in draws)
    towards_deg = course_rng.uniform(0.0, 360.0)
    homography = plane_homography(
        (columns, rows),
        mm_per_px=mm_per_px,
        tilt_deg=tilt_deg,
        tilt_towards_deg=towards_deg if tilt_towards_deg is None else tilt_towards_deg,
        focal_px=focal_px,
    )
    spacing_px = spacing_px or min(columns, rows) / (4 if layout == "map" else cracks + 1)
    lines = lines_on_wall(
        layout,
        (columns, rows),
        width_px,
        course_rng,
        cracks=cracks,
        angle_deg=angle_deg,
        length_px=length_px or 0.8 * min(columns, rows),
        spacing_px=spacing_px,
        roughness=roughness,
        fade_px=8.0 + 3.0 * width_px if fade_px is None else fade_px,
    )
    to_px = np.linalg.inv(homography).astype(np.float64)
    rendered: list[RenderedCrack] = []
    for line in lines:
        points, width = _opened(line, variation, crumble, course_rng)
        seen_px = wall_points(to_px, points * mm_per_px)
        seen_width_px = width * mm_per_px * width_ratio(homography, seen_px)
        rendered += render_crack(seen_px, seen_width_px, rows, columns)
    coverage = crack_coverage(rendered, rows, columns)
    surface = (
        _uniform(coverage) if plain else _wall(rendered, coverage, surface_rng, paint_rng, look)
    )
    camera = Camera(
        blur_px=blur_px, read_noise=noise, sharpening=sharpening, jpeg_quality=jpeg_quality
    )
    return Specimen(
        pixels=photograph(surface, camera, camera_rng),
        coverage=coverage,
        homography=homography,
        mm_per_px=mm_per_px,
        tilt_deg=tilt_deg,
        cracks=tuple(_truth(crack, homography) for crack in rendered),
        spacing_mm=spacing_px * mm_per_px if cracks > 1 else None,
    )


def _check(seed: int, width_px: float, cracks: int, side_px: int, layout: str) -> None:
    if seed < 0:
        raise UsageError(f"a seed must be at least 0, got {seed}")
    if not width_px > 0:
        raise UsageError(f"a crack must be wider than 0 px, got {width_px}")
    if side_px < SMALLEST_SPECIMEN_PX:
        raise UsageError(
            f"a specimen must be at least {SMALLEST_SPECIMEN_PX} px wide and high, got {side_px}"
        )
    if cracks < 1 or (cracks > 1 and layout not in {"rough", "straight"}):
        raise UsageError(f"the layout {layout!r} has 1 crack, got {cracks}")


def _opened(
    line: Line, variation: float, crumble: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return centreline and widths of the crack along a line."""
    width = width_profile(
        line.points_px,
        line.width_px,
        rng,
        variation=variation,
        fade_start_px=line.fade_start_px,
        fade_end_px=line.fade_end_px,
    )
    return rough_edges(line.points_px, width, rng, crumble=crumble)


def _uniform(coverage: FloatImage) -> FloatImage:
    """Return a uniform wall with uniformly dark cracks, (H, W, 3)."""
    grey = np.float32(_UNIFORM_WALL) - coverage * np.float32(_UNIFORM_WALL - _UNIFORM_CRACK)
    return grey[:, :, None].repeat(3, axis=2)


def _wall(
    cracks: Sequence[RenderedCrack],
    coverage: FloatImage,
    surface_rng: np.random.Generator,
    paint_rng: np.random.Generator,
    look: CrackLook | None,
) -> FloatImage:
    """Return concrete with the cracks painted on it, (H, W, 3)."""
    rows, columns = coverage.shape
    concrete = render_concrete(rows, columns, surface_rng)
    drawn = replace(CrackLook.draw(paint_rng), filling=0.0, lime=0.0, rust=0.0)
    return paint_cracks(concrete, cracks, paint_rng, look=look or drawn)


def _truth(crack: RenderedCrack, homography: Floats) -> SpecimenCrack:
    return SpecimenCrack(
        points_px=crack.points_px,
        width_px=crack.width_px,
        points_mm=wall_points(homography, crack.points_px),
        width_mm=crack.width_px / width_ratio(homography, crack.points_px),
    )


def _main_direction_deg(points: Floats) -> float:
    """Return the mean direction of a line's steps, by doubled angles; the y axis points down."""
    step = np.diff(points, axis=0)
    angle = np.arctan2(-step[:, 1], step[:, 0])
    turned = (np.hypot(step[:, 0], step[:, 1]) * np.exp(2j * angle)).sum()
    return float(np.degrees(np.angle(turned)) / 2 % 180)
