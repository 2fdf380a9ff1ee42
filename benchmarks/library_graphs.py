"""Lines of a mask as a graph: own thinning and graph beside scikit-image and skan."""

import subprocess
import sys
from importlib import metadata
from typing import Any

import cv2
import numpy as np
from library_markers import cpu_seconds

from cracklens.tracing.graph import skeleton_graph
from cracklens.tracing.mask import Mask
from cracklens.tracing.thinning import thin

SEED = 8_000_000
SIZE_PX = (4000, 3000)
EIGHT = 8
DRAGGED_IN = ("skan", "numba", "llvmlite", "pandas", "toolz", "python-dateutil", "tzdata")
"""What skan needs and the package does not, without matplotlib."""


def graphs() -> dict[str, Any]:
    """Time, pixels, regions, nodes, lines and length for few and for many cracks."""
    from skan import Skeleton, summarize
    from skimage.morphology import skeletonize

    Skeleton(np.eye(9, dtype=bool))  # numba compiles once
    rows = []
    for cracks, stain_px in ((0, 0), (5, 0), (5, 400), (150, 0)):
        mask = cracked(cracks, stain_px)
        inner = mask.image[1:-1, 1:-1].astype(bool)
        row: dict[str, Any] = {
            "cracks": cracks,
            "stain px": stain_px,
            "regions": _regions(mask.image),
        }
        row["thin s"] = cpu_seconds(lambda mask=mask: thin(mask), 2)
        row["skeletonize s"] = cpu_seconds(lambda inner=inner: skeletonize(inner), 2)
        own, other = thin(mask), skeletonize(inner)
        row |= {"thin px": own.size, "skeletonize px": int(other.sum())}
        row["skeletonize regions"] = _regions(other.astype(np.uint8))
        lines = np.zeros(mask.image.size, np.uint8)
        lines[own] = 1
        shape = mask.image.shape
        row["thin regions"] = _regions(lines.reshape(shape))
        row["graph s"] = cpu_seconds(lambda own=own, mask=mask: skeleton_graph(own, mask), 2)
        graph = skeleton_graph(own, mask)
        row["graph lines"] = len(graph.stretches)
        row["graph px"] = sum(each.length_px for each in graph.stretches)
        degrees = graph.degrees()
        row["graph meetings"] = int((degrees > 2).sum())
        if cracks:
            thinned = lines.reshape(shape)[1:-1, 1:-1].astype(bool)

            def read(thinned: np.ndarray = thinned) -> Any:  # noqa: ANN401
                skeleton = Skeleton(thinned)
                return skeleton, summarize(skeleton, separator="_")

            row["skan s"] = cpu_seconds(read, 2)
            skeleton, table = read()
            row["skan lines"] = len(table)
            row["skan px"] = float(table["branch_distance"].sum())
            ends = table[["node_id_src", "node_id_dst"]].to_numpy().ravel()
            row["skan meetings"] = int((np.unique(ends, return_counts=True)[1] > 2).sum())
            del skeleton
        rows.append(row)
        print(row, flush=True)
    return {"rows": rows, "import": imports(), "size_mb": size_mb()}


def cracked(cracks: int, stain_px: int = 0) -> Mask:
    """Return a mask of 12 million pixels with random walks, 3 to 11 px wide, and a round stain."""
    rng = np.random.default_rng([SEED, cracks])
    image = np.zeros((SIZE_PX[1], SIZE_PX[0]), np.uint8)
    for _ in range(cracks):
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.25, 60))
        steps = 18.0 * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        points = rng.uniform((0, 0), SIZE_PX) + np.cumsum(steps, axis=0)
        width = int(rng.integers(3, 12))
        cv2.polylines(image, [np.rint(points).astype(np.int32)], False, 1, width)  # noqa: FBT003
    image[::3] &= (rng.random(image[::3].shape) > 0.02).astype(np.uint8)  # ragged, with holes
    if stain_px:
        cv2.circle(image, (SIZE_PX[0] // 2, SIZE_PX[1] // 2), stain_px // 2, 1, -1)
    return Mask(np.pad(image, 1))


def imports() -> dict[str, float]:
    """CPU seconds of fresh interpreters: what the package imports anyway, and with skan."""
    base = "import numpy, cv2, scipy.sparse, scipy.spatial"
    first = f"{base}, skan; skan.summarize(skan.Skeleton(numpy.eye(9, dtype=bool)), separator='_')"
    took = {"base": base, "skan": f"{base}, skan", "first graph": first}
    return {name: _cpu_of(code) for name, code in took.items()}


def _cpu_of(code: str) -> float:
    told = f"{code}; import time; print(time.process_time())"
    runs = [
        float(subprocess.run([sys.executable, "-c", told], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    return min(runs)


def size_mb() -> dict[str, float]:
    """Megabytes of the files that installing skan adds."""
    sizes = {}
    for name in DRAGGED_IN:
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:
            continue
        located = [file.locate() for file in files]
        sizes[name] = sum(path.stat().st_size for path in located if path.is_file()) / 1e6
    return sizes


def _regions(image: np.ndarray) -> int:
    return cv2.connectedComponents(image, connectivity=EIGHT)[0] - 1
