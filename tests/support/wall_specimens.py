"""Two rendered walls with a crack each, inspected in millimetres."""

from pathlib import Path

from PIL import Image

import cracklens
from cracklens.synthesis import Specimen, render_specimen

WIDTH_PX, MM_PER_PX = 6.0, 0.1
SEEDS = 11, 12


def wall_specimen(seed: int) -> Specimen:
    """Return a wall of 600 px with its truth."""
    return render_specimen(seed, width_px=WIDTH_PX, angle_deg=20, size_px=600, variation=0.1)


def inspect_walls(place: Path) -> None:
    """Write the walls into `photos` and their inspection into `out`."""
    (place / "photos").mkdir(parents=True)
    for seed in SEEDS:
        Image.fromarray(wall_specimen(seed).pixels).save(place / "photos" / f"{seed}.png")
    cracklens.inspect(
        place / "photos",
        place / "out",
        mm_per_px=MM_PER_PX,
        codes="aashto-mbei",
        reinforcement="reinforced",
    )
