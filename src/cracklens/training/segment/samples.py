"""Training samples: crops of rendered pictures, of weakly masked tiles and of crack-free tiles.

Sample number i is a pure function of the seed and of i. So a resumed run uses the same samples as a
run without interruption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from cracklens.training.segment.augment import vary_light
from cracklens.training.segment.rendered_bank import Bank

Planes = NDArray[np.uint8]
"""(H, W, 5) uint8: RGB, crack (0 to 255), weight (85 for 1, 255 for 3; 0 is ignored)."""

ONCE, THRICE = 85, 255
UNKNOWN = -1
_LIKE = 100  # look-alike values above this have the weight 3 ...
_NO_CRACK = 60  # ... if the crack value is below this
_MOSAICS, _MOSAIC_SHARES = (1, 2, 3), (0.6, 0.28, 0.12)
_ZOOM = (0.6, 1.9)
_LEAST_CRACK_PX, _NO_CRACK_PX = 24.0, 2.0
_ON_CRACK = 100  # crack values above this belong to the centreline's mask
_ROOM = 1.3  # a single tile is extended to this multiple of a crop


@dataclass(frozen=True, slots=True)
class Tile:
    """A labelled tile, still encoded, with its weak mask.

    Attributes:
        jpeg: the tile as a JPEG file.
        mask: PNG of (H, W) uint8: 0 none, 128 doubtful, 255 crack; None for a crack-free tile.
        trusted: whether training uses the mask; otherwise it uses only the label.
    """

    jpeg: bytes
    mask: bytes | None
    trusted: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of each kind of sample; the sum is one."""

    rendered: float
    cracked: float
    crack_free: float
    drawn: float = 0.0


class Samples:
    """All samples of a run, by number."""

    def __init__(
        self,
        bank: Bank | None,
        cracked: Sequence[Tile],
        crack_free: Sequence[Tile],
        shares: Shares,
        *,
        crop_px: int,
        seed: int,
        count: int,
        drawn: Sequence[Tile] = (),
    ) -> None:
        self._bank, self._cracked, self._crack_free = bank, cracked, crack_free
        self._drawn = drawn
        self._shares, self._crop_px, self._seed, self._count = shares, crop_px, seed, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> dict[str, NDArray[Any]]:
        """Return `pixels` (C, C, 3), `crack`, `line` and `weight` (C, C), all uint8, and `label`.

        `line` is 1 on the centreline of cracks. `label` is 1 with a crack, 0 without, -1 if
        unknown.
        """
        rng = np.random.default_rng([self._seed, index])
        shares = self._shares
        kind = rng.choice(4, p=(shares.rendered, shares.cracked, shares.crack_free, shares.drawn))
        if kind == 0 and self._bank is not None:
            planes = _of_picture(self._bank, rng)
        elif kind == 3:  # noqa: PLR2004
            planes = decode(self._drawn[int(rng.integers(len(self._drawn)))])
        else:
            tiles = self._cracked if kind == 1 else self._crack_free
            planes = _with_room(mosaic(tiles, rng), self._crop_px)
        planes = crop(planes, self._crop_px, rng)
        pixels, crack, weight = planes[..., :3], planes[..., 3], planes[..., 4]
        return {
            "pixels": vary_light(pixels, rng),
            "crack": np.ascontiguousarray(crack),
            "line": skeletonize(crack > _ON_CRACK).astype(np.uint8),
            "weight": np.ascontiguousarray(weight),
            "label": np.array(tile_label(crack, weight), np.int64),
        }


def tile_label(crack: NDArray[np.uint8], weight: NDArray[np.uint8]) -> int:
    """Return 1 if the crop clearly shows a crack, 0 if it clearly shows none, else -1."""
    area_px = float(crack.sum(dtype=np.int64)) / 255
    if area_px >= _LEAST_CRACK_PX:
        return 1
    return 0 if area_px < _NO_CRACK_PX and (weight > 0).all() else UNKNOWN


def _of_picture(bank: Bank, rng: np.random.Generator) -> Planes:
    picture = bank[int(rng.integers(len(bank)))]
    like = (picture.lookalike > _LIKE) & (picture.crack < _NO_CRACK)
    weight = np.where(like, THRICE, ONCE).astype(np.uint8)
    return np.dstack([picture.pixels, picture.crack, weight])


def mosaic(tiles: Sequence[Tile], rng: np.random.Generator) -> Planes:
    """Return one tile, or a mosaic of 2 x 2 or 3 x 3 reduced tiles, which gives finer cracks."""
    times = int(rng.choice(_MOSAICS, p=_MOSAIC_SHARES))
    if times == 1:
        return decode(tiles[int(rng.integers(len(tiles)))])
    drawn = [decode(tiles[int(rng.integers(len(tiles)))]) for _ in range(times * times)]
    side = min(min(planes.shape[:2]) for planes in drawn) // times  # tiles may differ in size
    small = [_smaller(planes, side) for planes in drawn]
    rows = [
        np.concatenate(small[start : start + times], 1) for start in range(0, len(small), times)
    ]
    return np.concatenate(rows, 0)


def decode(tile: Tile) -> Planes:
    """Return a tile's planes; doubtful pixels and all pixels of an untrusted mask have weight 0."""
    pixels = simplejpeg.decode_jpeg(tile.jpeg, "RGB")
    if tile.mask is None:
        empty = np.zeros(pixels.shape[:2], np.uint8)
        return np.dstack([pixels, empty, empty + ONCE])
    mask = _read_mask(tile.mask)
    if not tile.trusted:
        return np.dstack([pixels, mask * 0, mask * 0])
    crack = np.where(mask == 255, 255, 0).astype(np.uint8)  # noqa: PLR2004
    weight = np.where((mask > 0) & (crack == 0), 0, ONCE).astype(np.uint8)
    return np.dstack([pixels, crack, weight])


def _with_room(planes: Planes, crop_px: int) -> Planes:
    """Return planes that are extended by reflection, so that a crop need not enlarge them."""
    least = int(_ROOM * crop_px)
    height, width = planes.shape[:2]
    below = min(max(least - height, 0), height - 1)
    right = min(max(least - width, 0), width - 1)
    if not (below or right):
        return planes
    return np.pad(planes, ((0, below), (0, right), (0, 0)), "reflect")


def _read_mask(png: bytes) -> NDArray[np.uint8]:
    mask: NDArray[np.uint8] = np.asarray(
        cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    )
    return mask


def _smaller(planes: Planes, side_px: int) -> Planes:
    """Reduce planes; raise crack values, so that cracks below 1 px width remain in the mask."""
    small = resized(planes, side_px)
    small[..., 3] = np.minimum(small[..., 3].astype(np.uint16) * 3 // 2, 255)
    return small


def resized(planes: Planes, side_px: int) -> Planes:
    """Return square planes of another side; a pixel from any pixel of weight 0 has weight 0."""
    size, shrinks = (side_px, side_px), side_px < planes.shape[0]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    other = np.empty((side_px, side_px, 5), np.uint8)
    other[..., :4] = cv2.resize(np.ascontiguousarray(planes[..., :4]), size, interpolation=way)
    weight = planes[..., 4]
    not_counted = cv2.resize((weight == 0).astype(np.float32), size, interpolation=way)
    nearest = cv2.resize(weight, size, interpolation=cv2.INTER_NEAREST)
    other[..., 4] = np.where(not_counted > 0, 0, nearest)
    return other


def crop(planes: Planes, side_px: int, rng: np.random.Generator) -> Planes:
    """Return a square crop of random position, size and quarter turn; half of them are mirrored."""
    least = side_px / min(planes.shape[:2])
    low, high = max(_ZOOM[0], least), max(_ZOOM[1], least)
    zoom = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    size = min(max(round(side_px / zoom), 16), *planes.shape[:2])
    top = int(rng.integers(planes.shape[0] - size + 1))
    left = int(rng.integers(planes.shape[1] - size + 1))
    cut = planes[top : top + size, left : left + size]
    if size != side_px:
        cut = resized(cut, side_px)
    cut = np.rot90(cut, int(rng.integers(4)))
    if rng.random() < 0.5:  # noqa: PLR2004
        cut = cut[:, ::-1]
    return np.ascontiguousarray(cut)
