"""What the surface model leaves out: lines elsewhere, and cracks that it must not lose.

    python benchmarks/surface.py --data ../shared/data [--npm node_modules] [--pillow Tests/images]

Writes docs/results/surface.json and .md. Nothing of `sdnet2018-decks`, `mask-dev` and `scenes-dev`,
and none of the photographs of something else that are named here, takes part in the training or in
the choice of a threshold. `--npm` holds the packages of `training/surface/published.py`, `--pillow`
the test pictures of the source distribution of Pillow 11.0.0.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import keep, machine
from skimage.morphology import skeletonize
from surface_page import page

from cracklens.detection import load_detector
from cracklens.detection.search import search
from cracklens.detection.surface import SurfaceMap, SurfaceModel
from cracklens.models.catalog import find_model
from cracklens.photos import Photo, read_photo
from cracklens.synthesis import SCENES, render_scene
from cracklens.tracing import TraceSettings, Tracing, trace
from cracklens.tracing.surface import on_known_surfaces
from cracklens.training.surface.published import find_pictures

PILLOW = (
    "junk_jpeg_header.jpg", "frozenpond.mpo", "sugarshack.mpo", "exif_gps_typeerror.jpg",
    "app13-multiple.jpg", "flower.webp", "jpeg_ff00_header.jpg", "icc_profile_big.jpg",
    "xmp_tags_orientation.png", "exif-72dpi-int.jpg",
)  # fmt: skip
MASKS = ("concrete30", "crackseu11", "uavstains105", "masonry120")
UNSEEN_SEED = 9_100
PROBES = 5


class Search:
    """A segmenter and the surface model of a folder."""

    def __init__(self, name: str | None) -> None:
        self.folder = find_model(name)
        self.detector = load_detector(self.folder)
        self.surface = SurfaceModel(self.folder)
        card = self.folder.card.segmentation
        assert card is not None
        self.settings = TraceSettings(
            seed_threshold=card.seed_threshold, grow_threshold=card.grow_threshold
        )

    def __call__(self, photo: Photo) -> tuple[Tracing, Tracing, SurfaceMap]:
        """Return the lines without the surface model and with it, and its map."""
        before = trace(search(self.detector, photo), self.settings)
        mask = photo.no_concrete.mask if photo.no_concrete else None
        seen = self.surface.look(photo.pixels, mask)
        return before, on_known_surfaces(before, seen), seen


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--npm", type=Path)
    arguments.add_argument("--pillow", type=Path)
    arguments.add_argument("--model")
    chosen = arguments.parse_args()
    find = Search(chosen.model)
    surface = find.folder.card.surface
    assert surface is not None
    results: dict[str, Any] = {
        "machine": machine(),
        "model": find.folder.card.name,
        "card": surface.model_dump(mode="json"),
        "elsewhere": elsewhere(find, chosen.npm, chosen.pillow),
        "masks": {name: drawn(find, chosen.data / "mask-dev" / name) for name in MASKS},
        "decks": decks(find, chosen.data / "sdnet2018-decks"),
        "rendered": rendered(find),
        "seconds": seconds(find),
    }
    keep("surface", results)
    page()


def elsewhere(find: Search, npm: Path | None, pillow: Path | None) -> list[dict[str, Any]]:
    """Return the lines on photographs without concrete, before and after."""
    files = [(picture.name, file) for picture, file in find_pictures("test", npm)]
    files += [(name, pillow / name) for name in PILLOW] if pillow else []
    found = []
    for name, file in files:
        before, after, seen = find(read_photo(file))
        found.append(
            {
                "name": name,
                "before": len(before.cracks),
                "after": len(after.cracks),
                "unknown": round(seen.unknown_share, 3),
                "distance": round(seen.distance, 1),
                "noted": bool(seen.notes),
            }
        )
        print(found[-1], flush=True)
    return found


def drawn(find: Search, folder: Path) -> dict[str, Any]:
    """Return how much of the drawn cracks lies where no surface is known, and what is noted."""
    length = lost = reported = set_aside = 0.0
    seen_all = []
    for file in sorted((folder / "images").iterdir()):
        photo = read_photo(file)
        before, after, seen = find(photo)
        seen_all.append(seen)
        reported += sum(crack.length_px for crack in before.cracks)
        set_aside += sum(c.length_px for c in before.cracks) - sum(
            c.length_px for c in after.cracks
        )
        mask = cv2.imread(str(next((folder / "masks").glob(f"{file.stem}.*"))), 0) > 127
        y, x = np.nonzero(skeletonize(mask))
        scale = np.array([photo.width_px / mask.shape[1], photo.height_px / mask.shape[0]])
        at = seen.at((np.stack([x, y], axis=1) + 0.5) * scale - 0.5)
        length += len(at)
        lost += float((at < seen.settings.threshold).sum())
    return {
        "pictures": len(seen_all),
        "drawn_px": round(length),
        "lost_share": round(lost / length, 5),
        "reported_px": round(reported),
        "set_aside_share": round(set_aside / max(reported, 1), 5),
        **noted(seen_all),
    }


def decks(find: Search, folder: Path) -> dict[str, Any]:
    """Return the share of tiles of decks that would be left out, and what is noted."""
    seen = [
        find.surface.look(read_photo(file).pixels)
        for name in ("CD", "UD")
        for file in sorted((folder / name).iterdir())
    ]
    left_out = float(np.mean([each.unknown_share for each in seen]))
    return {"pictures": len(seen), "lost_share": round(left_out, 5), **noted(seen)}


def rendered(find: Search) -> dict[str, Any]:
    """Return the same of rendered walls of unseen seeds."""
    seen = [
        find.surface.look(
            render_scene(UNSEEN_SEED + seed, kind, width_px=1600, height_px=1200).pixels
        )
        for seed in range(2)
        for kind in SCENES
    ]
    left_out = float(np.mean([each.unknown_share for each in seen]))
    return {"pictures": len(seen), "lost_share": round(left_out, 5), **noted(seen)}


def noted(seen: list[SurfaceMap]) -> dict[str, Any]:
    """Return the share of photographs with each note, and their distances."""
    distances = [each.distance for each in seen]
    far = [each.distance > each.settings.far_distance for each in seen]
    return {
        "far_share": round(float(np.mean(far)), 4),
        "mostly_else": sum(each.unknown_share > 0.5 for each in seen),
        "distance": [round(float(v), 1) for v in np.quantile(distances, (0.5, 0.95, 1))],
    }


def seconds(find: Search) -> float:
    """Return the time of a look at 12 million pixels, the best of some."""
    pixels = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), np.uint8)
    taken = []
    for _ in range(PROBES):
        started = time.perf_counter()
        find.surface.look(pixels)
        taken.append(time.perf_counter() - started)
    return round(min(taken), 3)


if __name__ == "__main__":
    main()
