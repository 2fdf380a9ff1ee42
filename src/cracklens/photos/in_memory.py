"""Pictures that a program holds already: NumPy arrays and PIL images."""

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cracklens.errors import PhotoError, UsageError
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.photos.decode import decode_image, require_budget
from cracklens.photos.find import LeftOut, find_photos
from cracklens.photos.photo import Photo

Picture: TypeAlias = str | Path | NDArray[np.uint8] | Image.Image
"""A file, folder or pattern, or a picture in memory: see `check_picture`."""

_CHANNELS = 3
_decoding = threading.Lock()
"""A PIL image reads its file when its pixels are first asked for, and one may be given twice."""


@dataclass(frozen=True, slots=True, eq=False)
class PictureInMemory:
    """A picture in memory, under a name that stands for its path.

    Attributes:
        path: such as `<picture 3>`, its place among what was given, from 0.
        picture: as `check_picture` accepts it.
    """

    path: Path
    picture: NDArray[np.uint8] | Image.Image

    def read(self, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Photo:
        """Return it as a photograph; its `sha256` is that of its pixels, RGB, row by row.

        Raises:
            PhotoError: it has too many pixels, or the file behind an image is damaged.
        """
        notes: tuple[str, ...] = ()
        if isinstance(self.picture, Image.Image):
            pixels, notes = self._decoded(self.picture, max_pixels)
        else:
            require_budget(self.path, self.picture.shape[1], self.picture.shape[0], max_pixels)
            pixels = np.asarray(self.picture)
            if pixels.ndim == 2:  # noqa: PLR2004 - rows and columns: grey
                pixels = np.repeat(pixels[:, :, None], _CHANNELS, axis=2)
        pixels = np.ascontiguousarray(pixels)
        return Photo(self.path, pixels, hashlib.sha256(pixels.data).hexdigest(), notes)

    def _decoded(
        self, image: Image.Image, max_pixels: int
    ) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
        try:
            with _decoding:
                found = decode_image(image, self.path, max_pixels, frames=False, named=False)
        except PhotoError:
            raise
        except Exception as error:  # on damaged data, Pillow raises whatever it stumbles over
            raise PhotoError(self.path, f"the picture is damaged or cut off ({error})") from error
        return found.pixels, found.notes


def given_pictures(
    pictures: Picture | Iterable[Picture], *, left_out: LeftOut | None = None
) -> list[Path | PictureInMemory]:
    """Return what to read, in the order in which it was given.

    Args:
        pictures: one or many; names are found as by `find_photos`.
        left_out: gets what was found inside folders and is not read.

    Raises:
        UsageError: a name stands for no picture, or something is no picture.
    """
    one = isinstance(pictures, str | bytes | Path | np.ndarray | Image.Image)
    single = one or not isinstance(pictures, Iterable)
    listed: list[Picture] = [pictures] if single else list(pictures)  # type: ignore[list-item,arg-type]
    found: list[Path | PictureInMemory] = []
    for named, run in groupby(enumerate(listed), key=lambda each: isinstance(each[1], str | Path)):
        if named:
            names = [name for _, name in run if isinstance(name, str | Path)]
            found += find_photos(names, left_out=left_out)
            continue
        for index, picture in run:
            path = Path(f"<picture {index}>")
            found.append(PictureInMemory(path, check_picture(picture, str(path))))
    return found


def check_picture(picture: object, name: str) -> NDArray[np.uint8] | Image.Image:
    """Return a picture in memory that can be read as it is.

    Arrays are uint8, RGB of height x width x 3, or grey of height x width, which counts as three
    equal channels. Images of PIL are turned upright and converted like files.

    Args:
        picture: what was given.
        name: of it, for the message.

    Raises:
        UsageError: it is something else; says what to do.

    >>> check_picture(np.zeros((30, 40, 3)), "the picture")
    Traceback (most recent call last):
    ...
    cracklens.errors.UsageError: the picture is an array of float64: give uint8, 0 to 255
    """
    if isinstance(picture, Image.Image):
        return picture
    if not isinstance(picture, np.ndarray):
        kind = type(picture).__name__
        raise UsageError(f"{name} is of type {kind}: give a path, a NumPy array or a PIL image")
    if picture.dtype != np.uint8:
        raise UsageError(f"{name} is an array of {picture.dtype}: give uint8, 0 to 255")
    grey = picture.ndim == 2  # noqa: PLR2004 - rows and columns
    if not grey and (picture.ndim != 3 or picture.shape[2] != _CHANNELS):  # noqa: PLR2004
        shape = " x ".join(map(str, picture.shape)) or "no dimension"
        raise UsageError(
            f"{name} is an array of {shape}: give height x width x 3 (RGB) or height x width "
            "(grey); of a stack, give a list of its pictures"
        )
    if not picture.size:
        raise UsageError(f"{name} is an array without pixels")
    return picture
