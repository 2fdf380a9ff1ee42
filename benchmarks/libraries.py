"""Own code beside the libraries that do the same: why each part of it stands.

    python -m pip install skan
    python benchmarks/libraries.py [--shots 24] [--only markers,edges,planes,graphs,files]

Writes docs/results/libraries.json and .md. Times are CPU seconds of one thread.
"""

import argparse
from importlib import metadata
from typing import Any

import cv2
import library_files
import library_graphs
import library_markers
import library_planes
from common import keep
from libraries_page import page

USED = (
    "opencv-python-headless", "scikit-image", "skan", "numba", "scipy", "pillow", "simplejpeg",
    "tifffile",
)  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--shots", type=int, default=24, help="pictures of markers in each row")
    arguments.add_argument("--only", default="markers,edges,planes,graphs,files")
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    versions = {name: metadata.version(name) for name in USED}
    results: dict[str, Any] = {"versions": versions}
    only = chosen.only.split(",")
    if "files" in only:
        results["xmp"] = library_files.packets()
        results["jpeg"] = library_files.faults()
        results["keys"] = library_files.keys()
    if "planes" in only:
        results["planes"] = library_planes.planes(10 * chosen.shots)
    if "graphs" in only:
        results["graphs"] = library_graphs.graphs()
    if "edges" in only:
        results["edges"] = library_markers.edges(2 * chosen.shots)
    if "markers" in only:
        results["markers"] = library_markers.codes(chosen.shots)
    keep("libraries", results)
    page()


if __name__ == "__main__":
    main()
