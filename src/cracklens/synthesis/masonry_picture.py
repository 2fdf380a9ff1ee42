"""Training pictures of brickwork, sound or with a crack along its joints and through its bricks."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from skimage.graph import route_through_array

from cracklens.errors import UsageError
from cracklens.synthesis.camera import Camera, photograph
from cracklens.synthesis.concrete import render_concrete
from cracklens.synthesis.coverage import Floats
from cracklens.synthesis.crack import RenderedCrack, fractal_line
from cracklens.synthesis.distractors import DISTRACTORS
from cracklens.synthesis.distractors.canvas import chance, spread
from cracklens.synthesis.drawing import crack_coverage, open_courses
from cracklens.synthesis.hard_picture import SMALLEST_HARD_PICTURE_PX, RenderedSurface
from cracklens.synthesis.layouts import Course
from cracklens.synthesis.mortar import lay_mortar
from cracklens.synthesis.noise import FloatImage, value_noise
from cracklens.synthesis.paint import CrackLook, paint_cracks

WALLS = ("brick joints", "recessed brick joints")
"""Names in `DISTRACTORS` of the joints of brickwork."""

_STREAM = 43  # separates these pictures from other renderings with the same seed
_CRACKED_SHARE = 0.65
_ROUTE_STEP_PX = 3  # of the grid on which a course is found
_ON_JOINT = 0.4
_WIDEST = 0.08  # opening of a crack, in sides of the picture
_MORTAR_SHARE = 0.6


def render_masonry_picture(seed: int, height_px: int, width_px: int) -> RenderedSurface:
    """Return one picture of brickwork; the same arguments give the same picture.

    A crack takes the cheapest way from one border to another: in weak mortar it steps along the
    joints, mostly on the side of a brick, in strong mortar it runs through the bricks.

    Args:
        seed: Any integer >= 0.
        height_px: Rows, at least 64.
        width_px: Columns, at least 64.

    Returns:
        The picture with its ground truth; its look-alike is the joints.

    Raises:
        UsageError: The seed is negative or the size too small.
    """
    if seed < 0 or min(height_px, width_px) < SMALLEST_HARD_PICTURE_PX:
        raise UsageError(
            f"brickwork needs a seed >= 0 and at least {SMALLEST_HARD_PICTURE_PX} px, "
            f"got {seed} and {width_px} x {height_px} px"
        )
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _STREAM])))
    name = WALLS[int(rng.integers(len(WALLS)))]
    surface, joints = _wall(name, height_px, width_px, rng)
    cracks: tuple[RenderedCrack, ...] = ()
    if rng.random() < _CRACKED_SHARE:
        opening_px = spread(1.2, max(14.0, _WIDEST * min(height_px, width_px)), rng)
        course = Course(_course(joints, opening_px, rng), opening_px)
        cracks = open_courses([course], height_px, width_px, rng, most_width_px=2 * opening_px)
        surface = paint_cracks(surface, cracks, rng, look=_look(rng))
    mask = np.rint(255 * joints).astype(np.uint8)
    pixels = photograph(np.clip(surface, 0.0, 255.0), Camera.draw(rng), rng)
    return RenderedSurface(
        pixels,
        cracks,
        crack_coverage(cracks, height_px, width_px),
        {name: mask},
        np.zeros((height_px, width_px), np.bool_),
    )


def _look(rng: np.random.Generator) -> CrackLook:
    """Return a look that is mostly dark and open."""
    look = CrackLook.draw(rng)
    depth = rng.uniform(0.55, 1.0) if chance(0.75, rng) else look.depth
    return CrackLook(**{**look.__dict__, "depth": depth, "lime": 0.0, "rust": 0.0})


def _wall(
    name: str, height_px: int, width_px: int, rng: np.random.Generator
) -> tuple[FloatImage, FloatImage]:
    """Return a wall and the mask of its joints, up to close-ups of one brick."""
    closer = spread(1.0, 6.0, rng)
    size = max(int(height_px / closer), 64), max(int(width_px / closer), 64)
    drawn = DISTRACTORS[name](render_concrete(*size, rng), rng)
    surface = cv2.resize(drawn.surface, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    joints = cv2.resize(drawn.mask, (width_px, height_px), interpolation=cv2.INTER_LINEAR)
    if chance(_MORTAR_SHARE, rng):
        surface, joints = lay_mortar(surface, joints, rng)
    # enlarging has removed the grain
    grain = value_noise(height_px, width_px, 1.6, rng) + value_noise(height_px, width_px, 4.0, rng)
    more = 1.0 + (0.6 if chance(0.5, rng) else 0.0) * joints  # mortar is coarser than brick
    surface *= (1.0 + np.float32(spread(0.01, 0.09, rng)) * grain * more)[:, :, None]
    return surface.astype(np.float32), np.clip(joints, 0.0, 1.0).astype(np.float32)


def _course(joints: FloatImage, opening_px: float, rng: np.random.Generator) -> Floats:
    """Return the cheapest course from border to border, made rough."""
    step = _ROUTE_STEP_PX
    height, width = joints.shape
    small = cv2.resize(joints, (-(-width // step), -(-height // step)))
    cost = _cost(small, rng)
    start, end = _ends(cost.shape, rng)
    route, _ = route_through_array(cost, start, end, fully_connected=True, geometric=True)
    points = np.array(route, float)[:: max(2, round(spread(2.0, 8.0, rng)))][:, ::-1] * step
    ahead = points[-1] - points[-2]
    beyond = points[-1] + ahead / max(float(np.hypot(*ahead)), 1e-9) * 20.0
    points = np.concatenate([points, beyond[None]])
    return fractal_line(
        points, rng, roughness=spread(0.01, 0.12, rng), step_px=max(2.5, 0.5 * opening_px)
    )


def _cost(joints: FloatImage, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the cost of a crack at each place: of mortar, of its sides, and of brick."""
    on_joint = joints > _ON_JOINT
    brick = spread(1.0, 9.0, rng)
    cost = np.where(on_joint, 1.0, brick)
    if on_joint.any() and chance(0.6, rng):  # the crack opens between mortar and brick
        inside = distance_transform_edt(on_joint)
        cost = np.where(inside > 1.5, 1.0 + 0.3 * (inside - 1.0), cost)  # noqa: PLR2004
    rows, columns = joints.shape
    noise = value_noise(rows, columns, 6.0, rng) + value_noise(rows, columns, 20.0, rng)
    varied: NDArray[np.float64] = cost * np.exp(rng.uniform(0.1, 0.6) * noise)
    return varied


def _ends(
    shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return two places on different borders, mostly above each other or aslant."""
    rows, columns = shape[0] - 1, shape[1] - 1

    def along(most: int) -> int:
        return int(rng.uniform(0.05, 0.95) * most)

    borders = [(0, along(columns)), (rows, along(columns)), (along(rows), 0)]
    borders.append((along(rows), columns))
    first, second = ((0, 1), (0, 2), (0, 3), (2, 3), (1, 2), (1, 3))[
        int(rng.choice(6, p=(0.4, 0.12, 0.12, 0.12, 0.12, 0.12)))
    ]
    return borders[first], borders[second]
