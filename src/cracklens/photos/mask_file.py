"""Reading of a mask file; ambiguous masks are refused."""

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cracklens.errors import PhotoError
from cracklens.files import read_bytes

Mask = NDArray[np.bool_]

_WHITE, _VOID = 255, 255
_LISTED = 5
_EVEN_SHARE = 0.9  # share of pixels near black or white in a scaled or compressed mask
_MOST_MARKED = 0.5
_ASPECT_TOLERANCE = 0.02


def read_mask(
    path: Path, size_px: tuple[int, int] | None = None, *, value: int | None = None
) -> Mask:
    """Return the marked pixels of a mask file, (H, W).

    If a mask has one value other than 0, this value marks cracks; in compressed or scaled masks
    these are values of 128 and more. In a palette with several values, 255 is the void of Pascal
    VOC.

    Args:
        path: the file.
        size_px: (height, width) of the picture; a mask of the same aspect ratio is resized to it.
        value: that marks cracks, if there are several; an RGB colour as 0xRRGGBB.

    Raises:
        PhotoError: not a picture, several values but no `value`, more than half marked (inverted),
            or another aspect ratio than the picture.
    """
    values, palette = mask_values(path)
    marked = _marked(path, values, value, palette=palette)
    if marked.mean() > _MOST_MARKED:
        raise PhotoError(
            path,
            f"more than half of the mask is marked ({marked.mean():.0%}): cracks must be the "
            "marked part and the rest 0 (black); is it inverted?",
        )
    return marked if size_px is None else _fitted(path, marked, size_px)


def mask_values(path: Path) -> tuple[NDArray[np.int64], bool]:
    """Return one number per pixel, and whether they are indices of a palette."""
    try:
        with Image.open(io.BytesIO(read_bytes(path))) as image:
            image.load()
            mode, pixels = image.mode, np.asarray(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoError(path, f"the mask cannot be read: {error}") from error
    if mode in {"LA", "RGBA", "PA"}:
        if pixels[..., -1].min() != pixels[..., -1].max():
            raise PhotoError(
                path,
                "the mask is partly transparent, so the marked pixels are ambiguous: save it "
                "without transparency",
            )
        pixels = pixels[..., 0] if pixels.shape[-1] == 2 else pixels[..., :3]  # noqa: PLR2004
    if pixels.ndim == 3:  # noqa: PLR2004
        whole = pixels.astype(np.int64)
        if (whole.min(2) == whole.max(2)).all():
            return whole[..., 0], False
        return (whole[..., 0] << 16) | (whole[..., 1] << 8) | whole[..., 2], True
    return pixels.astype(np.int64), mode == "P"


def _marked(path: Path, values: NDArray[np.int64], value: int | None, *, palette: bool) -> Mask:
    found = np.unique(values)
    if value is not None:
        marked: Mask = values == value
        return marked
    others = [int(v) for v in found if v != 0]
    if palette and len(others) > 1:
        others = [v for v in others if v != _VOID]
    if len(others) == 1 and (0 in found or others[0] in {1, _WHITE}):
        return np.asarray(values == others[0])
    if not others:
        return np.zeros(values.shape, bool)
    near_ends = ((values < _WHITE // 4) | (values > 3 * _WHITE // 4)).mean()
    if not palette and _WHITE // 2 < found.max() <= _WHITE and near_ends > _EVEN_SHARE:
        return np.asarray(values > _WHITE // 2)
    shown = [f"0x{v:06x}" if v > _WHITE else str(v) for v in others[:_LISTED]]
    raise PhotoError(
        path,
        f"the mask has several values beside 0 ({', '.join(shown)}"
        f"{', ...' if len(others) > _LISTED else ''}): name the one that marks cracks, such as "
        f"--positive {shown[0]}",
    )


def _fitted(path: Path, mask: Mask, size_px: tuple[int, int]) -> Mask:
    if mask.shape == size_px:
        return mask
    height, width = size_px
    aspect = (mask.shape[1] / mask.shape[0]) / (width / height)
    if abs(aspect - 1) > _ASPECT_TOLERANCE:
        stored = mask.shape == (width, height)
        turned = ", the size of the picture before its orientation is applied" if stored else ""
        raise PhotoError(
            path,
            f"the mask has {mask.shape[1]} x {mask.shape[0]} px{turned}, its picture {width} x "
            f"{height} px: their aspect ratios differ; save the mask with the size of the picture",
        )
    resized = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized > 0)
