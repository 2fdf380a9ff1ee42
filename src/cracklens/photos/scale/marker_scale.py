"""From markers of known size to the scale of the wall."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cracklens.errors import UsageError
from cracklens.photos.scale.markers import Marker
from cracklens.photos.scale.pinhole import Focal, assumed_focal
from cracklens.photos.scale.plane import Plane, Square, area_of, fit_plane
from cracklens.photos.scale.scale import Floats, Scale

SIDE_STANDARD_MM = 0.2
"""Standard uncertainty of a marker's side when nothing is said: both ends read off a ruler to half
a millimetre, each rectangular within ±0.25 mm."""
DEFORMATION_SHARE = 0.001
"""Standard deviation of each corner's place that no photograph shows, by the marker's side: paper
on rough concrete is not flat, and a lens that the camera corrects still bends lines. An assumption;
it matters only far from the marker, through the tilt."""
DISTORTION_SHARE = 0.003
"""Standard deviation of the radial distortion that is left in a picture, at its corner, by the
distance from the middle. An assumption: makers of phones and drones state below 1 %. It stretches a
marker that is far from the middle, which looks like a tilt."""
_OUT_OF_PLANE = (
    "a marker outside the plane of the crack gives a wrong scale: by 1 % for each centimetre at a "
    "distance of 1 m"
)
_REFUSED_SHARE = 0.05
"""Markers that disagree by more than this do not give a scale."""
_COVERAGE = 3.0
"""Markers disagree when they do by more than so many standard uncertainties."""
_LEAST_SHARE = 0.003
"""And by more than this: paper on concrete is not flat."""
_STEEP_DEG = 35.0
_SMALL_PX = 60.0


def scale_from_markers(
    markers: Sequence[Marker],
    side_mm: float,
    shape: tuple[int, ...],
    *,
    focal: Focal | None = None,
    side_standard_mm: float = SIDE_STANDARD_MM,
    deformation_share: float = DEFORMATION_SHARE,
    distortion_share: float = DISTORTION_SHARE,
) -> Scale:
    """Return the scale that markers of one size give, the tilt of the wall corrected.

    Args:
        markers: at least one, as `find_markers` found them.
        side_mm: side of the black square.
        shape: of the photograph, height first.
        focal: focal length in px; that of a usual camera, with its uncertainty, if None. The scale
            at the marker hardly depends on it; tilt and the scale far from the marker do.
        side_standard_mm: standard uncertainty of the side.
        deformation_share: standard deviation of corners by the side, beside their noise.
        distortion_share: standard deviation of the lens's distortion at the picture's corner.

    Raises:
        UsageError: markers disagree by more than 5 %, none has edges that can be fitted, or the
            scale is impossible.
    """
    focal = focal or assumed_focal(shape)
    markers, unfitted = _fitted(markers)
    squares = [
        _square(each, side_mm, shape, deformation_share, distortion_share) for each in markers
    ]
    plane = fit_plane(squares, shape, focal)
    disagreement, which = _disagreement(markers, squares, plane, shape, focal)
    if disagreement > _REFUSED_SHARE:
        raise UsageError(
            f"the markers disagree by {disagreement:.1%} ({which}): one of them is probably not in "
            "the plane of the wall, or of another size; cover one, or leave the wrong one out"
        )
    variants = _with_size(plane, side_standard_mm / side_mm, disagreement)
    scale = Scale(
        mm_per_px=float(np.sqrt(abs(np.linalg.det(plane.homography[:2, :2])))),
        relative_standard=0.0,
        source="marker",
        detail=_detail(markers, side_mm, plane, focal),
        homography=plane.homography,
        tilt_deg=plane.tilt_deg,
        risks=_risks(markers, unfitted, plane, disagreement, which),
        variants=variants,
    )
    return _stated(scale, plane.anchor_px)


def _fitted(markers: Sequence[Marker]) -> tuple[list[Marker], list[Marker]]:
    """Return the markers whose edges were fitted, and the others: these are only roughly known."""
    good = [each for each in markers if not np.isnan(each.edge_noise_px)]
    if not good:
        raise UsageError(
            "a marker was read, but its edges are blurred, bent or half hidden, or its code has "
            "too few: take the picture again, sharp, with the whole marker and its white edge, or "
            "with a marker of another number"
        )
    return good, [each for each in markers if np.isnan(each.edge_noise_px)]


def _square(
    marker: Marker,
    side_mm: float,
    shape: tuple[int, ...],
    deformation_share: float,
    distortion_share: float,
) -> Square:
    """Return a marker as a square whose covariance has what the photograph does not show."""
    bent = np.eye(8) * (deformation_share * marker.side_px) ** 2
    stretched = distortion_share * _stretched(marker.corners_px, shape)
    covariance = marker.covariance_px2 + bent + np.outer(stretched, stretched)
    return Square(marker.corners_px, covariance, side_mm)


def _stretched(corners: Floats, shape: tuple[int, ...]) -> Floats:
    """Return how a distortion of 1 at the picture's corner moves the four corners, (8,) px.

    Of the displacement r² (p - c), what moves or enlarges the square is left out: its size in the
    picture is right where it lies, whatever the lens does.
    """
    centre = np.array([(shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0])
    off = corners - centre
    moved = off * np.sum(off**2, axis=1, keepdims=True) / (centre @ centre)
    moved -= moved.mean(axis=0)
    arms = corners - corners.mean(axis=0)
    flat: Floats = (moved - arms * np.sum(moved * arms) / np.sum(arms**2)).ravel()
    return flat


def _stated(scale: Scale, anchor_px: Floats) -> Scale:
    here = scale.relative_standard_at(anchor_px[None])
    return replace(scale, relative_standard=float(here[0]))


def _with_size(plane: Plane, *shares: float) -> Floats:
    """Return the variants, and one more that is larger for each share above zero."""
    larger = [plane.homography * np.array([[1 + s], [1 + s], [1.0]]) for s in shares if s > 0]
    return np.concatenate([plane.variants, np.array(larger).reshape(-1, 3, 3)])


def _disagreement(
    markers: Sequence[Marker],
    squares: Sequence[Square],
    plane: Plane,
    shape: tuple[int, ...],
    focal: Focal,
) -> tuple[float, str]:
    """Return by which share sides disagree beyond their uncertainty, and which.

    The sides of all others are predicted from each marker alone, and compared with what was said;
    then with what the plane through all of them makes of each.
    """
    if len(markers) == 1:
        return 0.0, ""
    worst = float(plane.side_ratios.max() / plane.side_ratios.min() - 1.0)
    first, last = int(np.argmin(plane.side_ratios)), int(np.argmax(plane.side_ratios))
    unsure = [_noise(each) / np.sqrt(area_of(each.corners_px)) for each in squares]
    doubt = _COVERAGE * float(np.hypot(unsure[first], unsure[last]))
    found = worst if worst > max(_LEAST_SHARE, doubt) else 0.0
    pair = (first, last)
    for index, square in enumerate(squares):
        alone = fit_plane([square], shape, focal)
        scale = Scale(1.0, 0.0, "marker", "", alone.homography, variants=alone.variants)
        for other, seen in enumerate(squares):
            if other == index:
                continue
            share = abs(float(np.log(_side_mm(scale, seen) / seen.side_mm)))
            middle = seen.corners_px.mean(axis=0)[None]
            doubt = float(scale.relative_standard_at(middle)[0])
            if share > max(_LEAST_SHARE, _COVERAGE * doubt) and share > found:
                found, pair = share, (index, other)
    return found, " and ".join(markers[each].name for each in sorted(pair)) if found else ""


def _noise(square: Square) -> float:
    return float(np.sqrt(np.trace(square.covariance_px2) / 8.0))


def _side_mm(scale: Scale, square: Square) -> float:
    return float(np.sqrt(area_of(scale.to_mm(square.corners_px))))


def _detail(markers: Sequence[Marker], side_mm: float, plane: Plane, focal: Focal) -> str:
    first = markers[0]
    who = first.name if len(markers) == 1 else f"{len(markers)} markers"
    sizes = sorted(each.side_px for each in markers)
    wide = f"{sizes[0]:.0f}" if len(sizes) == 1 else f"{sizes[0]:.0f} to {sizes[-1]:.0f}"
    assumed = ", focal length assumed" if focal.guessed else ""
    return (
        f"{who} ({first.dictionary}), {side_mm:g} mm, {wide} px wide, seen at "
        f"{plane.tilt_deg:.0f} ± {2 * plane.tilt_standard_deg:.0f} degrees{assumed}"
    )


def _risks(
    markers: Sequence[Marker],
    unfitted: Sequence[Marker],
    plane: Plane,
    disagreement: float,
    which: str,
) -> tuple[str, ...]:
    risks = [_OUT_OF_PLANE]
    if disagreement:
        risks.append(
            f"the markers disagree by {disagreement:.1%} ({which}), which is in the uncertainty: "
            "one of them is probably not in the plane of the wall"
        )
    if unfitted:
        names = ", ".join(each.name for each in unfitted)
        risks.append(f"left out, since its edges are blurred, bent or half hidden: {names}")
    beside = [each.name for each in markers if each.left_out]
    if beside:
        risks.append(
            "a line, a shadow or an edge lies close beside the black square, so that its outer "
            f"edge was not used: {', '.join(beside)}"
        )
    if min(each.side_px for each in markers) < _SMALL_PX:
        risks.append(f"a marker less than {_SMALL_PX:.0f} px wide: go nearer, or use a larger one")
    if plane.tilt_deg > _STEEP_DEG:
        risks.append(f"seen at {plane.tilt_deg:.0f} degrees: photograph the wall more squarely")
    return tuple(risks)
