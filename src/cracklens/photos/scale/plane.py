"""The plane of the wall from squares of known size on it, and how sure that is.

A homography through the corners of a small marker is sure in the middle of it and unsure a few
marker widths away: there, its two perspective terms decide, and noise of 0.05 px on a marker of
60 px makes the scale err by 3 % at 20 widths. A photograph is not any homography, however. With a
focal length that is roughly known, the tilt that the foreshortening of the marker shows also fixes
the perspective terms, but for their sign. So a pinhole before a plane is fitted: focal length,
two slopes and scale, and the place and turn of each marker on the plane. Focal length and slopes
have prior distributions, the corners their covariance, and the most probable plane is found by
`scipy.optimize.least_squares` within bounds. Of a tilt and its mirror image about the line of
sight, which look alike on a small marker (Schweighofer and Pinz 2006), both are fitted and weighted
by their probability.

The two starts are computed here, in closed form. OpenCV's `solvePnPGeneric` with
SOLVEPNP_IPPE_SQUARE gives them too, but not of an exact square seen squarely: OpenCV 5.0 then
returns NaN or a plane tilted at random. Of 200 simulated photographs with 2 to 4 markers, 11 were
lost to that, and none with these starts. Its pose alone, without priors, is as good at the marker;
5 and 20 marker widths away, 95 % of its errors are below 3.4 and 14 %, and of those here below 0.6
and 2.4 % (docs/results/libraries.md).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from cracklens.photos.scale.pinhole import Focal, View, plane_homography
from cracklens.photos.scale.scale import Floats

SLOPE_PRIOR = 0.36
"""Standard deviation of each slope of the wall before anything is seen: the tangent of 20 degrees.
Who photographs a wall stands before it."""
_KEPT_SHARE = 1e-3  # of the weight of the likeliest plane, for its mirror image to be kept
_MOST_UPRIGHT = 0.9998  # cosine at which a start is tilted, so that its mirror image is another
_STEEPEST = 2.0  # slope of a start
_BOUND = 4.0  # slope that no fit goes beyond: 76 degrees
_MOST_STEPS = 50  # the likelier start takes 6; its mirror image may crawl along a bound for 1,000
_SETTLED = {"ftol": 1e-7, "xtol": 1e-7, "gtol": 1e-6}
_REACH = 2.5  # of the logarithms of focal length and size, to both sides of the start
_PLANE = 4  # parameters of the plane: log focal length, two slopes, log mm per px
_PLACE = 3  # parameters of each marker: place and turn on the plane


class Square(NamedTuple):
    """Corners (4, 2) px of a square on the wall, their covariance (8, 8) px², its side in mm."""

    corners_px: Floats
    covariance_px2: Floats
    side_mm: float


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane of a wall.

    Attributes:
        homography: (3, 3) from px to mm, with `anchor_px` at (0, 0) and the picture's x axis there
            along x.
        variants: (K, 3, 3) such homographies, each off by one standard uncertainty.
        anchor_px: (2,) the middle of the squares.
        tilt_deg: between optical axis and normal.
        tilt_standard_deg: its standard uncertainty.
        side_ratios: (squares,) side of each as the plane would have it, by what it was said to be.
        misfit: root of the mean squared residual of corners, in standard deviations.
    """

    homography: Floats
    variants: Floats
    anchor_px: Floats
    tilt_deg: float
    tilt_standard_deg: float
    side_ratios: Floats
    misfit: float


class _Mode(NamedTuple):
    theta: Floats
    covariance: Floats
    log_weight: float
    misfit: float


def fit_plane(squares: Sequence[Square], shape: tuple[int, ...], focal: Focal) -> Plane:
    """Return the most probable plane through squares that are said to lie in one plane.

    Args:
        squares: at least one.
        shape: of the photograph, height first; the optical axis meets its middle.
        focal: what is known of the focal length.

    Raises:
        LinAlgError: no plane fits.
    """
    centre = np.array([(shape[1] - 1) / 2.0, (shape[0] - 1) / 2.0])
    anchor = np.mean([square.corners_px.mean(axis=0) for square in squares], axis=0)
    view = View(centre, anchor)
    modes = _modes(squares, view, focal)
    weights = np.exp([mode.log_weight for mode in modes])
    weights /= weights.sum()
    central, variants, tilts = [], [], []
    for mode, weight in zip(modes, weights, strict=True):
        here = plane_homography(mode.theta, view)
        central.append(here)
        tilts.append(_tilt_deg(mode.theta))
        spread = np.linalg.cholesky(mode.covariance[:_PLANE, :_PLANE])
        for column in spread.T:
            moved = mode.theta.copy()
            moved[:_PLANE] += column
            off = plane_homography(moved, view) - here
            variants.append(
                (np.sqrt(weight) * off, np.sqrt(weight) * (_tilt_deg(moved) - tilts[-1]))
            )
    mean = np.tensordot(weights, np.array(central), axes=1)
    tilt = float(np.dot(weights, tilts))
    for here, weight, each in zip(central, weights, tilts, strict=True):
        if len(central) > 1:
            variants.append((np.sqrt(weight) * (here - mean), np.sqrt(weight) * (each - tilt)))
    best = modes[int(np.argmax(weights))]
    return Plane(
        mean,
        np.array([mean + off for off, _ in variants]),
        anchor,
        tilt,
        float(np.sqrt(sum(off**2 for _, off in variants))),
        np.array([_ratio(mean, square) for square in squares]),
        best.misfit,
    )


def _modes(squares: Sequence[Square], view: View, focal: Focal) -> list[_Mode]:
    """Return the fitted planes, the likeliest first; one, or two that are mirror images."""
    found = []
    for slopes in _slopes(squares, view, focal):
        with suppress(np.linalg.LinAlgError):  # a start from which no plane is found
            found.append(_fitted(_start(slopes, squares, view, focal), squares, view, focal))
    modes = sorted(found, key=lambda mode: -mode.log_weight)
    if not modes:
        raise np.linalg.LinAlgError("no plane fits the corners of the markers")
    if len(modes) == 1:
        return [modes[0]._replace(log_weight=0.0)]
    apart = np.abs(modes[0].theta[1:3] - modes[1].theta[1:3]).max()
    unlikely = modes[1].log_weight - modes[0].log_weight < np.log(_KEPT_SHARE)
    if unlikely or apart < 1e-3:  # noqa: PLR2004 - the same plane
        modes = modes[:1]
    most = modes[0].log_weight
    return [mode._replace(log_weight=mode.log_weight - most) for mode in modes]


def _slopes(squares: Sequence[Square], view: View, focal: Focal) -> list[Floats]:
    """Return the two pairs of slopes at which the largest square would look as short as it does.

    Seen along its line of sight, a square tilted by t is shorter by the cosine of t along the tilt:
    the ratio of the singular values of the mapping from the square to the picture.
    """
    largest = max(squares, key=lambda square: area_of(square.corners_px))
    rays = np.column_stack([(largest.corners_px - view.centre) / focal.px, np.ones(4)])
    sight = rays.mean(axis=0) / np.linalg.norm(rays.mean(axis=0))
    across = np.cross([0.0, 1.0, 0.0], sight)
    across /= np.linalg.norm(across)
    turned = np.stack([across, np.cross(sight, across), sight])
    seen = rays @ turned.T
    flat = seen[:, :2] / seen[:, 2:]
    sides = np.stack([flat[1] - flat[0] + flat[2] - flat[3], flat[3] - flat[0] + flat[2] - flat[1]])
    directions, sizes, _ = np.linalg.svd(sides.T)
    cosine = min(float(sizes[1] / sizes[0]), _MOST_UPRIGHT)
    sine = np.sqrt(1.0 - cosine**2)
    normals = [
        turned.T @ np.array([*(sign * sine * directions[:, 1]), cosine]) for sign in (1.0, -1.0)
    ]
    return [
        np.clip(-normal[:2] / max(float(normal[2]), 0.1), -_STEEPEST, _STEEPEST)
        for normal in normals
    ]


def _start(slopes: Floats, squares: Sequence[Square], view: View, focal: Focal) -> Floats:
    """Return a plane of such slopes, at the distance that the sides show, with its squares."""
    mapping = plane_homography(np.array([np.log(focal.px), *slopes, 0.0]), view)
    size = 1.0 / np.mean([_ratio(mapping, square) for square in squares])
    plane = np.array([np.log(focal.px), *slopes, np.log(size)])
    mapping = plane_homography(plane, view)
    places: list[float] = []
    for square in squares:
        flat = _mapped(mapping, square.corners_px)
        along = (flat[1] - flat[0]) + (flat[2] - flat[3])
        places += [*flat.mean(axis=0), float(np.arctan2(along[1], along[0]))]
    return np.array([*plane, *places])


def _fitted(theta: Floats, squares: Sequence[Square], view: View, focal: Focal) -> _Mode:
    """Return the most probable plane near a start.

    Raises:
        LinAlgError: there is none within the bounds.
    """
    whiteners = [np.linalg.inv(np.linalg.cholesky(square.covariance_px2)) for square in squares]
    expected = np.array([np.log(focal.px), 0.0, 0.0])
    deviations = np.array([focal.relative_standard, SLOPE_PRIOR, SLOPE_PRIOR])

    def residuals(values: Floats) -> Floats:
        back: Floats = np.linalg.inv(plane_homography(values, view)).astype(np.float64)
        parts = [(values[:3] - expected) / deviations]
        for index, (square, white) in enumerate(zip(squares, whiteners, strict=True)):
            at = _PLANE + _PLACE * index
            cos, sin = np.cos(values[at + 2]), np.sin(values[at + 2])
            spin = np.array([[cos, sin], [-sin, cos]])
            flat = _UNIT_SQUARE * square.side_mm / 2.0 @ spin + values[at : at + 2]
            parts.append(white @ (_mapped(back, flat) - square.corners_px).ravel())
        return np.concatenate(parts)

    reach = np.full(len(theta), np.inf)
    reach[[0, 3]] = _REACH
    low, high = theta - reach, theta + reach
    low[1:3], high[1:3] = -_BOUND, _BOUND
    try:
        with np.errstate(all="ignore"):
            least = least_squares(
                residuals,
                theta,
                bounds=(low, high),
                x_scale="jac",
                max_nfev=_MOST_STEPS,
                **_SETTLED,
            )
    except ValueError as error:  # a start at which a corner is on the horizon
        raise np.linalg.LinAlgError(str(error)) from error
    found, slopes = least.fun, least.jac
    covariance: Floats = np.linalg.inv(slopes.T @ slopes).astype(np.float64)
    log_weight = -0.5 * float(found @ found) + 0.5 * float(np.linalg.slogdet(covariance)[1])
    return _Mode(least.x, covariance, log_weight, float(np.sqrt(np.mean(found[3:] ** 2))))


_UNIT_SQUARE = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def _tilt_deg(theta: Floats) -> float:
    return float(np.degrees(np.arctan(np.hypot(theta[1], theta[2]))))


def _ratio(mapping: Floats, square: Square) -> float:
    return float(np.sqrt(area_of(_mapped(mapping, square.corners_px))) / square.side_mm)


def _mapped(mapping: Floats, points: Floats) -> Floats:
    mapped = np.column_stack([points, np.ones(len(points))]) @ mapping.T
    flat: Floats = mapped[:, :2] / mapped[:, 2:]
    return flat


def area_of(corners: Floats) -> float:
    """Return the area of a quadrilateral, (4, 2)."""
    x, y = corners[:, 0], corners[:, 1]
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2.0)
