"""Photographs of a marker on a concrete wall whose geometry is known exactly.

The marker is not resampled: the tone of each pixel is the mean over 6 x 6 exact rays from a pinhole
to the wall. Only a part of the photograph around the marker is rendered; a part of 12 million
pixels and the whole show the same marker.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from cracklens.synthesis import Camera, photograph, render_concrete

SIZE_PX = (4000, 3000)
PART_PX = 700
SIDE_MM = 50.0
PAPER, INK = 235.0, 28.0
RAYS = 6
DICTIONARIES = (
    ("DICT_4X4_50", 50),
    ("DICT_5X5_100", 100),
    ("DICT_6X6_250", 250),
    ("DICT_APRILTAG_36h11", 587),
    ("DICT_APRILTAG_16h5", 30),
)


@dataclass(frozen=True)
class Shot:
    """A part of a photograph of a wall with one marker.

    Attributes:
        pixels: (PART_PX, PART_PX, 3) RGB.
        origin_px: (2,) where the part begins in the photograph.
        homography: (3, 3) from px of the photograph to mm of the wall.
        corners_px: (4, 2) in the photograph.
        dictionary: OpenCV's name.
        number: id.
        tilt_deg: between optical axis and normal.
        focal_px: focal length.
    """

    pixels: np.ndarray
    origin_px: np.ndarray
    homography: np.ndarray
    corners_px: np.ndarray
    dictionary: str
    number: int
    tilt_deg: float
    focal_px: float


def render_shot(
    seed: int, side_px: float, tilt_deg: float, *, focal_35mm: float = 28.0, dictionary: int = 0
) -> Shot:
    """Return a marker `side_px` wide, anywhere, turned and tilted in any direction."""
    rng = np.random.default_rng(seed)
    name, count = DICTIONARIES[dictionary % len(DICTIONARIES)]
    number = int(rng.integers(count))
    width, height = SIZE_PX
    reach = PART_PX / 2 + 10
    middle = np.array([rng.uniform(reach, width - reach), rng.uniform(reach, height - reach)])
    focal_px = focal_35mm / 43.267 * math.hypot(width, height)
    angles = rng.uniform(0, 360, 2)
    to_px = wall_to_picture(focal_px, tilt_deg, angles[0], angles[1], middle, side_px)
    origin = np.round(middle) - PART_PX // 2
    shift = np.array([[1, 0, -origin[0]], [0, 1, -origin[1]], [0, 0, 1.0]])
    surface = render_concrete(PART_PX, PART_PX, rng)
    draw_marker(surface, shift @ to_px, modules_of(name, number))
    camera = Camera(
        blur_px=rng.uniform(0.3, 1.5),
        shot_noise=rng.uniform(0, 8),
        read_noise=rng.uniform(0, 3),
        sharpening=float(rng.choice([0.0, 0.8])),
        tone=rng.uniform(-0.3, 0.3),
        exposure=rng.uniform(0.75, 1.1),
        jpeg_quality=int(rng.integers(70, 96)),
    )
    return Shot(
        photograph(surface, camera, rng),
        origin,
        np.linalg.inv(to_px),
        mapped(to_px, square(SIDE_MM)),
        name,
        number,
        tilt_deg,
        focal_px,
    )


def wall_to_picture(
    focal_px: float,
    tilt_deg: float,
    towards_deg: float,
    turn_deg: float,
    middle_px: np.ndarray,
    side_px: float,
) -> np.ndarray:
    """Return (3, 3) from mm about the marker's middle to px: K [r1 r2 t]."""
    axis = [math.cos(math.radians(towards_deg)), math.sin(math.radians(towards_deg)), 0.0]
    tilt, _ = cv2.Rodrigues(np.array(axis) * math.radians(tilt_deg))
    turn, _ = cv2.Rodrigues(np.array([0.0, 0.0, math.radians(turn_deg)]))
    turned = tilt @ turn
    centre = (np.array(SIZE_PX) - 1) / 2
    lens = np.array([[focal_px, 0, centre[0]], [0, focal_px, centre[1]], [0, 0, 1.0]])
    sight = np.append((middle_px - centre) / focal_px, 1.0)
    depth = focal_px * SIDE_MM / side_px
    for _ in range(20):  # until the square has that area in the picture
        to_px = lens @ np.column_stack([turned[:, 0], turned[:, 1], sight * depth])
        depth *= side_of(mapped(to_px, square(SIDE_MM))) / side_px
    return to_px


def draw_marker(surface: np.ndarray, to_px: np.ndarray, modules: np.ndarray) -> None:
    """Draw a marker on its white card, one module wide all round, into (H, W, 3)."""
    count = len(modules)
    half, module = SIDE_MM / 2, SIDE_MM / count
    card = mapped(to_px, square(SIDE_MM + 2 * module))
    left, top = np.maximum(np.floor(card.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.ceil(card.max(axis=0)).astype(int) + 2
    bottom, right = min(bottom, surface.shape[0]), min(right, surface.shape[1])
    back = np.linalg.inv(to_px)
    tone, share = np.zeros((2, bottom - top, right - left))
    for dy in (np.arange(RAYS) + 0.5) / RAYS - 0.5:
        for dx in (np.arange(RAYS) + 0.5) / RAYS - 0.5:
            x, y = np.meshgrid(np.arange(left, right) + dx, np.arange(top, bottom) + dy)
            u, v, w = np.einsum("ij,jhw->ihw", back, np.stack([x, y, np.ones_like(x)]))
            column = np.floor((u / w + half) / module).astype(int)
            row = np.floor((v / w + half) / module).astype(int)
            on_card = (np.minimum(row, column) >= -1) & (np.maximum(row, column) <= count)
            inside = (np.minimum(row, column) >= 0) & (np.maximum(row, column) < count)
            white = modules[row.clip(0, count - 1), column.clip(0, count - 1)]
            tone += np.where(inside & ~white, INK, PAPER) * on_card
            share += on_card
    window = surface[top:bottom, left:right]
    window *= (1 - share / RAYS**2)[:, :, None]
    window += (tone / RAYS**2)[:, :, None]


def modules_of(dictionary: str, number: int) -> np.ndarray:
    """Return the white modules of a marker, its border included."""
    codes = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
    image = cv2.aruco.generateImageMarker(codes, number, codes.markerSize + 2)
    return np.asarray(image) > 0


def square(side_mm: float) -> np.ndarray:
    """Return (4, 2) corners about the origin, clockwise as seen."""
    return np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side_mm / 2


def mapped(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return points (N, 2) under a homography."""
    found = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return found[:, :2] / found[:, 2:]


def side_of(corners: np.ndarray) -> float:
    """Return the root of the area of a quadrilateral."""
    x, y = corners.T
    return math.sqrt(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2)


def step_lengths(homography: np.ndarray, points: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the mm by px of small steps (N, 2) at points (N, 2)."""
    tiny = 1e-3 * steps / np.linalg.norm(steps, axis=1)[:, None]
    apart = mapped(homography, points + tiny) - mapped(homography, points - tiny)
    return np.linalg.norm(apart, axis=1) / 2e-3
