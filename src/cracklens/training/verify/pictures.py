"""Rendered pictures whose lines are all known, cached on disk for the training of verifiers."""

import hashlib
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cracklens.files import writing
from cracklens.machine import available_cpus
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress
from cracklens.synthesis import (
    SCENES,
    render_hard_picture,
    render_masonry_picture,
    render_scene,
)
from cracklens.training.segment.augment import vary_light
from cracklens.training.shards import run_shards, shard_done
from cracklens.verification.kinds import CRACK, KINDS, OF_DISTRACTOR

FORMAT = "2"
"""Version of the rendering; a new value makes cached pictures invalid."""
Labels = NDArray[np.uint8]

RenderedKind = Literal["walls", "scenes", "masonry"]
_SIDES_PX = (512, 1024)
_MASONRY_PX = (256, 768)
_STEP_PX = 256  # walls are cut to squares of two sizes: each size compiles the network again
_SCENE_PX = (1500, 2000)
_ON, _LIKE_ON = 40, 100  # values of a mask that count
_REAL_SHARE = 0.35
_SCENE_VARIED_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A picture whose lines are known.

    Attributes:
        pixels: (H, W, 3) uint8 RGB.
        labels: (H, W) uint8, 0 for nothing, 1 + index in `KINDS` for what is there.
    """

    pixels: NDArray[np.uint8]
    labels: Labels


def render_wall(seed: int, backgrounds: Sequence[Path] = ()) -> KnownPicture:
    """Render a picture of a hard surface under any light; the same arguments give the same one."""
    rng = np.random.default_rng([seed, 991])
    height, width = (int(side) for side in rng.integers(*_SIDES_PX, 2))
    background = None
    if backgrounds and rng.random() < _REAL_SHARE:
        background = _enlarged(backgrounds, height, width, rng)
    drawn = render_hard_picture(seed, height, width, background)
    cracks = np.where(drawn.crack_coverage * 255 > _ON, 255, 0).astype(np.uint8)
    labels = _labels(cracks, drawn.lookalikes)
    return KnownPicture(vary_light(drawn.pixels, rng), labels)


def render_known_masonry(seed: int) -> KnownPicture:
    """Render a picture of brickwork under any light; the same seed gives the same picture."""
    rng = np.random.default_rng([seed, 996])
    height, width = (int(side) for side in rng.integers(*_MASONRY_PX, 2))
    drawn = render_masonry_picture(seed, height, width)
    crack = np.rint(255 * drawn.crack_coverage).astype(np.uint8)
    return KnownPicture(vary_light(drawn.pixels, rng), _labels(crack, drawn.lookalikes))


def _enlarged(
    backgrounds: Sequence[Path], height: int, width: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return real concrete by mirroring one tile; its grain stays as fine as it is."""
    tile = read_photo(backgrounds[int(rng.integers(len(backgrounds)))]).pixels
    rows, columns = tile.shape[:2]
    times = -(-height // rows), -(-width // columns)
    mirrored = np.concatenate([tile[:, :: -1 if n % 2 else 1] for n in range(times[1])], axis=1)
    mirrored = np.concatenate([mirrored[:: -1 if n % 2 else 1] for n in range(times[0])], axis=0)
    return np.ascontiguousarray(mirrored[:height, :width]).astype(np.float32)


def render_known_scene(seed: int) -> KnownPicture:
    """Render a scene of 3 MP; the same seed gives the same scene."""
    rng = np.random.default_rng([seed, 992])
    kind = list(SCENES)[int(rng.integers(len(SCENES)))]
    scene = render_scene(seed, kind, width_px=_SCENE_PX[1], height_px=_SCENE_PX[0])
    pixels = scene.pixels
    if rng.random() < _SCENE_VARIED_SHARE:
        pixels = vary_light(pixels, rng)
    return KnownPicture(pixels, _labels(scene.coverage, scene.distractors))


def _labels(crack: NDArray[np.uint8], lookalikes: dict[str, NDArray[np.uint8]]) -> Labels:
    labels = np.zeros(crack.shape, np.uint8)
    for name, mask in lookalikes.items():
        labels[mask > _LIKE_ON] = 1 + KINDS.index(OF_DISTRACTOR[name])
    labels[crack > _ON] = 1 + KINDS.index(CRACK)
    return labels


@dataclass(frozen=True, slots=True)
class PictureBank:
    """Rendered pictures on disk: JPEG, and PNG for the labels."""

    files: tuple[tuple[Path, Path], ...]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> KnownPicture:
        picture, labels = self.files[index]
        pixels = simplejpeg.decode_jpeg(picture.read_bytes(), "RGB")
        known = _read_labels(labels)
        if max(pixels.shape) <= _SIDES_PX[1]:
            side = min(pixels.shape[:2]) // _STEP_PX * _STEP_PX
            pixels, known = pixels[:side, :side], known[:side, :side]
        return KnownPicture(np.ascontiguousarray(pixels), np.ascontiguousarray(known))


def _read_labels(path: Path) -> Labels:
    stored = np.frombuffer(path.read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.uint8)


def picture_bank(
    folder: Path,
    source: RenderedKind,
    count: int,
    *,
    seed: int,
    backgrounds: Sequence[Path] = (),
    progress: Progress = SILENT,
) -> PictureBank:
    """Render a bank into `folder`, or complete the one in it.

    Args:
        folder: of this source, seed and backgrounds alone.
        source: walls, scenes of 3 MP, or brickwork.
        count: number of pictures.
        seed: different seeds give different pictures.
        backgrounds: real crack-free pictures for a part of the walls.
        progress: listener.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [(folder / f"{n:06d}.jpg", folder / f"{n:06d}.png") for n in range(count)]
    missing = [n for n, pair in enumerate(files) if not all(file.is_file() for file in pair)]
    parts = max(1, min(available_cpus(), len(missing)))
    orders = [
        {
            "source": source,
            "numbers": missing[part::parts],
            "folder": str(folder),
            "seed": seed,
            "backgrounds": [str(path) for path in backgrounds],
        }
        for part in range(parts if missing else 0)
    ]
    with progress.step(f"render {source}", count) as step, ThreadPoolExecutor(parts) as pool:
        step.advance(count - len(missing))
        for _ in pool.map(lambda order: run_shards(__name__, order, step, 1), orders):
            pass
    return PictureBank(tuple(files))


def bank_folder(cache: Path, source: RenderedKind, seed: int, backgrounds: Sequence[Path]) -> Path:
    """Return the folder of a bank in a cache; other backgrounds have another one."""
    names = "\n".join(f"{path.parent.name}/{path.name}" for path in backgrounds)
    digest = hashlib.sha256(names.encode()).hexdigest()[:12]
    return cache / "verifier-pictures" / f"{FORMAT}-{source}-{seed}-{digest}"


def _rendered(source: RenderedKind, seed: int, backgrounds: Sequence[Path]) -> KnownPicture:
    if source == "walls":
        return render_wall(seed, backgrounds)
    return render_known_scene(seed) if source == "scenes" else render_known_masonry(seed)


def _main() -> None:
    cv2.setNumThreads(1)
    order = json.load(sys.stdin)
    backgrounds = [Path(path) for path in order["backgrounds"]]
    for number in order["numbers"]:
        entropy = np.random.SeedSequence([order["seed"], number, 993])
        unique = int(entropy.generate_state(1, np.uint32)[0])
        known = _rendered(order["source"], unique, backgrounds)
        rng = np.random.default_rng(unique)
        jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(known.pixels), int(rng.integers(75, 97)))
        png = bytes(cv2.imencode(".png", known.labels)[1])
        for name, content in ((f"{number:06d}.png", png), (f"{number:06d}.jpg", jpeg)):
            with writing(Path(order["folder"]) / name) as partial:
                partial.write_bytes(content)
        shard_done(number)


if __name__ == "__main__":
    _main()
