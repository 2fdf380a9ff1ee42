"""Photographs without concrete that come with packages, and the licence of each.

They are read from where the package lies and never copied. A whole photograph belongs to one part:
`train` fits the surface model, `test` measures it (benchmarks/surface.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Part = Literal["train", "test"]


@dataclass(frozen=True, slots=True)
class PublishedPicture:
    """A photograph that a package holds.

    Attributes:
        name: of the picture in reports.
        package: Python package, or npm package that begins with "@".
        file: path inside the package.
        licence: of the picture.
        part: what it is used for.
        rows: share of the rows from the top that show no mineral surface.
    """

    name: str
    package: str
    file: str
    licence: str
    part: Part
    rows: float = 1.0


_PDDL = "public domain (PDDL 1.0, CC0 1.0)"
_STDLIB = "@stdlib/datasets-img-"


def _stdlib(name: str, part: Part) -> PublishedPicture:
    return PublishedPicture(name, f"{_STDLIB}{name}", "data/image.jpg", _PDDL, part)


PICTURES: tuple[PublishedPicture, ...] = (
    PublishedPicture("astronaut", "skimage", "data/astronaut.png", "public domain (NASA)", "train"),
    PublishedPicture("camera", "skimage", "data/camera.png", "CC0 (L. Varshney)", "train"),
    PublishedPicture("cat", "skimage", "data/chelsea.png", "CC0 (S. van der Walt)", "train"),
    PublishedPicture("coffee", "skimage", "data/coffee.png", "CC0 (R. Michetti)", "train"),
    PublishedPicture("rocket", "skimage", "data/rocket.jpg", "public domain (SpaceX)", "train"),
    PublishedPicture("grass", "skimage", "data/grass.png", "CC0", "train"),
    PublishedPicture(
        "motorcycle", "skimage", "data/motorcycle_left.png", "CC0 (D. Root)", "train", rows=0.68
    ),
    PublishedPicture(
        "dahlia", "sklearn", "datasets/images/flower.jpg", "CC BY 2.0 (vultilion)", "train"
    ),
    _stdlib("french-alpine-landscape", "train"),
    _stdlib("allium-oreophilum", "train"),
    _stdlib("locomotion-house-cat", "train"),
    PublishedPicture(
        "temple", "sklearn", "datasets/images/china.jpg", "CC BY 2.0 (danielbuechele)", "test"
    ),
    PublishedPicture(
        "officer", "matplotlib", "mpl-data/sample_data/grace_hopper.jpg",
        "public domain (U.S. Navy)", "test",
    ),
    _stdlib("nagasaki-boats", "test"),
    _stdlib("airplane-from-above", "test"),
    _stdlib("acanthus-mollis", "test"),
    _stdlib("dust-bowl-home", "test"),
)  # fmt: skip
BRICKS = PublishedPicture("bricks", "skimage", "data/brick.png", "CC0 (CC0Textures)", "train")
"""The one photograph of masonry among the training pictures."""


def find_pictures(part: Part, npm: Path | None) -> Iterator[tuple[PublishedPicture, Path]]:
    """Yield the pictures of a part that are there.

    Args:
        part: which.
        npm: a folder `node_modules`; without it, those of npm are left out.
    """
    for picture in PICTURES:
        found = find_picture(picture, npm)
        if picture.part == part and found is not None:
            yield picture, found


def find_picture(picture: PublishedPicture, npm: Path | None = None) -> Path | None:
    """Return where a picture lies; None if its package is not installed."""
    if picture.package.startswith("@"):
        file = npm / picture.package / picture.file if npm else None
    else:
        spec = find_spec(picture.package)
        file = Path(spec.origin).parent / picture.file if spec and spec.origin else None
    return file if file and file.is_file() else None
