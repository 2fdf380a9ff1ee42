"""The plane of a marker: the fit with priors beside OpenCV's solver of poses from a square."""

from typing import Any

import cv2
import numpy as np
from library_markers import cpu_seconds
from marker_pictures import SIDE_MM, mapped, square, step_lengths, wall_to_picture

from cracklens.photos.scale.pinhole import Focal, View, plane_homography
from cracklens.photos.scale.plane import Square, fit_plane

SEED = 9_000_000
SHAPE = (3000, 4000, 3)
FOCAL_PX = 3236.0
KNOWN_FOCAL = 0.04
NOISE_PX = 0.05
SIDE_PX = 100.0
WIDTHS_AWAY = (0, 5, 20)


def planes(shots: int) -> dict[str, Any]:
    """Errors of the scale in per cent near and far from one marker; failures; agreement."""
    errors: dict[str, dict[int, list[float]]] = {way: {} for way in ("own", "OpenCV")}
    failures = {"own": 0, "OpenCV": 0}
    for index in range(shots):
        rng = np.random.default_rng([SEED, index])
        tilt = 0.0 if index % 4 == 0 else float(rng.uniform(0, 30))
        noise_px = 0.0 if index % 8 == 0 else NOISE_PX
        middle = rng.uniform((1500, 1100), (2500, 1900))
        to_px = wall_to_picture(FOCAL_PX, tilt, *rng.uniform(0, 360, 2), middle, SIDE_PX)
        seen = mapped(to_px, square(SIDE_MM)) + noise_px * rng.normal(size=(4, 2))
        said = FOCAL_PX * float(np.exp(rng.normal(0, KNOWN_FOCAL)))
        ways = {"own": _own(seen, said), "OpenCV": _library(seen, said)}
        truth = np.linalg.inv(to_px)
        for way, found in ways.items():
            if found is None:
                failures[way] += 1
                continue
            for away in WIDTHS_AWAY:
                points = middle + away * SIDE_PX * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
                steps = np.repeat([[1.0, 0.5]], 4, axis=0)
                off = step_lengths(found, points, steps) / step_lengths(truth, points, steps) - 1
                errors[way].setdefault(away, []).extend(100 * np.minimum(np.abs(off), 1.0))
    rows = [
        {
            "away": away,
            **{
                f"{way} {share}": float(np.percentile(errors[way][away], share))
                for way in errors
                for share in (50, 95)
            },
        }
        for away in WIDTHS_AWAY
    ]
    return {"shots": shots, "rows": rows, "failures": failures, "projection": projection()}


def projection() -> dict[str, float]:
    """How far the plane's homography and `cv2.projectPoints` are apart, and CPU µs of each."""
    slopes = np.array([0.2, -0.1])
    centre = np.array([1999.5, 1499.5])
    view = View(centre, np.array([2600.0, 900.0]))
    theta = np.array([np.log(FOCAL_PX), *slopes, np.log(0.3)])
    back = np.linalg.inv(plane_homography(theta, view))
    points = np.array([[0.0, 0.0], [300, 0], [0, 300], [-200, 100]])
    ours = mapped(back, points)
    lens = np.array([[FOCAL_PX, 0, centre[0]], [0, FOCAL_PX, centre[1]], [0, 0, 1.0]])
    solid = np.column_stack([points, np.zeros(4)])
    _, turn, shift = cv2.solvePnP(solid, ours, lens, np.zeros(4))
    theirs = cv2.projectPoints(solid, turn, shift, lens, np.zeros(4))[0][:, 0]
    own_s = cpu_seconds(
        lambda: [mapped(np.linalg.inv(plane_homography(theta, view)), points) for _ in range(500)]
    )
    cv_s = cpu_seconds(
        lambda: [cv2.projectPoints(solid, turn, shift, lens, None) for _ in range(500)]
    )
    apart = float(np.abs(ours - theirs).max())
    return {"apart_px": apart, "own_us": own_s * 2e3, "opencv_us": cv_s * 2e3}


def _own(seen: np.ndarray, focal_px: float) -> np.ndarray | None:
    covariance = np.eye(8) * NOISE_PX**2
    focal = Focal(focal_px, KNOWN_FOCAL, guessed=False)
    try:
        return fit_plane([Square(seen, covariance, SIDE_MM)], SHAPE, focal).homography
    except np.linalg.LinAlgError:
        return None


def _library(seen: np.ndarray, focal_px: float) -> np.ndarray | None:
    """Return the likelier of the two poses of SOLVEPNP_IPPE_SQUARE as px to mm."""
    lens = np.array([[focal_px, 0, 1999.5], [0, focal_px, 1499.5], [0, 0, 1.0]])
    half = SIDE_MM / 2
    corners = np.array([[-half, half, 0], [half, half, 0], [half, -half, 0], [-half, -half, 0]])
    found, turns, shifts, _ = cv2.solvePnPGeneric(
        corners, seen, lens, np.zeros(4), flags=cv2.SOLVEPNP_IPPE_SQUARE
    )
    if not found or not (np.isfinite(turns[0]).all() and np.isfinite(shifts[0]).all()):
        return None
    turned = cv2.Rodrigues(turns[0])[0]
    to_px = lens @ np.column_stack([turned[:, 0], turned[:, 1], shifts[0].ravel()])
    return np.linalg.inv(to_px)
