"""Tiles with exact masks, cut from annotated pictures (masks or polygons)."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image
from skimage.morphology import skeletonize

from cracklens.datasets import Dataset, Item
from cracklens.datasets.annotations import AnnotatedPicture, Annotations, find_annotations
from cracklens.errors import DataError, PhotoError
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress
from cracklens.training.segment.samples import Tile
from cracklens.training.segment.tiles import CRACK, DOUBT

TILE_PX = 512
LEAST_PX = 64
"""Least side of a tile; a narrower rest of a picture is left out."""
_LEAST_MARKED_PX = 24
"""Least number of marked pixels of a cracked tile, as in `samples`; fewer exclude the tile."""
CRACKED, UNCRACKED = "cracked", "uncracked"


def cut_tiles(
    annotations: Annotations,
    folder: Path,
    *,
    max_pixels: int,
    margin_px: int = 0,
    progress: Progress = SILENT,
) -> tuple[Dataset, dict[Path, Path], dict[Path, str]]:
    """Cut annotated pictures into square tiles; write each tile and its mask as PNG.

    Args:
        annotations: pictures and masks.
        folder: where the tiles are written.
        max_pixels: pictures larger than this count as unreadable.
        margin_px: half width of the uncertain band at the edge of a mask.
        progress: listener.

    Returns:
        The tiles, labelled as cracked or uncracked, each picture being a group; the mask file of
        each tile; and the reason for each picture that cannot be read.

    Raises:
        DataError: there are only boxes, no picture can be read, or one of the labels is missing.
    """
    items, masks, unreadable = _cut_all(annotations, folder, max_pixels, margin_px, progress)
    counted = {item.label for item in items}
    if counted != {CRACKED, UNCRACKED}:
        lacking = "crack" if CRACKED not in counted else "tile without cracks"
        raise DataError(
            f"{annotations.root} ({annotations.kind}) shows no {lacking}: a segmenter needs both "
            "for training"
        )
    return Dataset(folder, (CRACKED, UNCRACKED), tuple(items)), masks, unreadable


def added_tiles(
    root: Path, folder: Path, *, max_pixels: int, margin_px: int, progress: Progress = SILENT
) -> tuple[list[Tile], dict[Path, str]]:
    """Return tiles of pictures with drawn masks that are added to a training.

    Args:
        root: folder of annotated pictures.
        folder: where the tiles are written.
        max_pixels: pictures larger than this count as unreadable.
        margin_px: as in `cut_tiles`.
        progress: listener.

    Returns:
        The tiles, and the reason for each picture that cannot be read.

    Raises:
        DataError: the folder has no masks, or no picture can be read.
    """
    annotations = find_annotations(root)
    if annotations is None:
        raise DataError(f"--drawn {root} holds no pictures with drawn masks")
    items, masks, unreadable = _cut_all(annotations, folder, max_pixels, margin_px, progress)
    return masked_tiles([item.path for item in items], masks), unreadable


def _cut_all(
    annotations: Annotations, folder: Path, max_pixels: int, margin_px: int, progress: Progress
) -> tuple[list[Item], dict[Path, Path], dict[Path, str]]:
    """Return the tiles of all pictures, their masks, and why a picture cannot be read."""
    annotations.require_masks()
    items: list[Item] = []
    masks: dict[Path, Path] = {}
    unreadable: dict[Path, str] = {}
    with progress.step("cut", len(annotations.pictures)) as step:
        for number, picture in enumerate(annotations.pictures):
            try:
                for tile, mask, cracked in _cut(picture, folder, number, max_pixels, margin_px):
                    label = CRACKED if cracked else UNCRACKED
                    items.append(Item(tile, label, str(picture.path), picture.part))
                    masks[tile] = mask
            except PhotoError as error:
                unreadable[picture.path] = str(error)
            step.advance()
    if not items:
        first = next(iter(unreadable.values()), "there are none")
        raise DataError(f"none of the pictures of {annotations.root} can be used: {first}")
    return items, masks, unreadable


def _cut(
    picture: AnnotatedPicture, folder: Path, number: int, max_pixels: int, margin_px: int
) -> Iterator[tuple[Path, Path, bool]]:
    assert picture.draw is not None
    photo = read_photo(picture.path, max_pixels=max_pixels)
    mask = picture.draw(photo.height_px, photo.width_px)
    side = min(TILE_PX, photo.height_px, photo.width_px)
    if side < LEAST_PX:
        raise PhotoError(picture.path, f"{side} px are too few for training, {LEAST_PX} needed")
    for top in _starts(photo.height_px, side):
        for left in _starts(photo.width_px, side):
            window = np.s_[top : top + side, left : left + side]
            marked = int(mask[window].sum())
            if 0 < marked < _LEAST_MARKED_PX:
                continue
            tile = folder / f"{number:06d}-{top}-{left}.png"
            drawn = tile.with_suffix(".mask")
            Image.fromarray(photo.pixels[window]).save(tile)
            drawn.write_bytes(_png(mask[window], margin_px))
            yield tile, drawn, marked > 0


def _starts(length_px: int, side_px: int) -> Sequence[int]:
    """Return the start of each tile; a large enough rest gets a tile that ends at the border."""
    starts = list(range(0, length_px - side_px + 1, side_px))
    if length_px - starts[-1] - side_px >= LEAST_PX:
        starts.append(length_px - side_px)
    return starts


def _png(mask: NDArray[np.bool_], margin_px: int) -> bytes:
    """Return a mask as PNG: 0 none, 128 doubtful, 255 crack; the centreline is always a crack."""
    plane = mask.astype(np.uint8) * np.uint8(CRACK)
    if margin_px:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin_px + 1,) * 2)
        inside = cv2.erode(plane, disc) | (skeletonize(mask) * np.uint8(CRACK))
        near = cv2.dilate(plane, disc) > 0
        plane = np.where(inside > 0, CRACK, np.where(near, DOUBT, 0)).astype(np.uint8)
    return bytes(cv2.imencode(".png", plane)[1])


def masked_tiles(paths: Sequence[Path], masks: dict[Path, Path]) -> list[Tile]:
    """Return tiles with their exact masks; crack-free tiles have no mask."""
    tiles = []
    for path in paths:
        pixels = read_photo(path).pixels
        mask = masks[path].read_bytes()
        drawn = np.asarray(cv2.imdecode(np.frombuffer(mask, np.uint8), cv2.IMREAD_GRAYSCALE))
        jpeg = bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), 95))
        tiles.append(Tile(jpeg, mask if drawn.any() else None, trusted=True))
    return tiles


def temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a context manager for a folder that is deleted at its end."""
    return tempfile.TemporaryDirectory(prefix="cracklens-tiles-")
