"""Markers: reading of codes and the edges of the square, own code beside OpenCV."""

import time
from collections.abc import Callable
from typing import Any

import cv2
import marker_pictures
import numpy as np
from marker_pictures import SIDE_MM, mapped, render_shot, side_of, square

from cracklens.photos.scale import find_markers
from cracklens.photos.scale.dictionaries import families, family_of
from cracklens.synthesis import Camera, photograph

SEED = 7_000_000
SIDES_PX = (20, 24, 30, 40, 60, 120, 240)
EDGE_SIDES_PX = (40, 80, 160)
STEEPEST_DEG = 60.0
WALL_PX = (2000, 1500)
REFINEMENTS = ("NONE", "SUBPIX", "CONTOUR", "APRILTAG")
Found = list[tuple[str, int, np.ndarray]]


def codes(shots: int) -> dict[str, Any]:
    """Markers of all families, read without being told which: right, wrong, and CPU seconds."""
    marker_pictures.PART_PX = 460
    marker_pictures.DICTIONARIES = tuple((_full(each), len(each.bits)) for each in families())
    ways = {"own": own_reading(), "OpenCV": library_reading()}
    rows = []
    for side_px in SIDES_PX:
        row: dict[str, Any] = {"side_px": side_px, "shots": shots}
        row |= {f"{way} {what}": 0 for way in ways for what in ("right", "wrong")}
        for index in range(shots):
            rng = np.random.default_rng([side_px, index])
            tilt = float(rng.uniform(0, STEEPEST_DEG))
            shot = render_shot(SEED + 1000 * side_px + index, side_px, tilt, dictionary=index)
            grey = cv2.cvtColor(shot.pixels, cv2.COLOR_RGB2GRAY)
            for way, read in ways.items():
                found = read(grey)
                right = sum(_is_of(shot, each, side_px) for each in found)
                row[f"{way} right"] += min(right, 1)
                row[f"{way} wrong"] += len(found) - min(right, 1)
        rows.append(row)
        print(row, flush=True)
    walls = []
    for kind in ("empty", "tiles", "windows"):
        grey = wall(kind)
        seconds = {
            way: cpu_seconds(lambda read=read, grey=grey: read(grey)) for way, read in ways.items()
        }
        walls.append({"wall": kind, **seconds})
        print(walls[-1], flush=True)
    return {"codes": rows, "walls": walls, "refusal": refusal()}


def own_reading() -> Callable[[np.ndarray], Found]:
    """Return the package's search for markers of any family, with its fit of edges."""

    def read(grey: np.ndarray) -> Found:
        found = find_markers(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)))
        return [(family_of(one.dictionary)[0].name, one.number, one.corners_px) for one in found]

    return read


def library_reading() -> Callable[[np.ndarray], Found]:
    """Return OpenCV's detector for several dictionaries, as it comes but for refined corners."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    names = [family.name for family in families()]
    detector = cv2.aruco.ArucoDetector([_codes(_full(each)) for each in families()], parameters)

    def read(grey: np.ndarray) -> Found:
        corners, ids, _, which = detector.detectMarkersMultiDict(grey)
        if ids is None:
            return []
        pairs = zip(np.ravel(which), np.ravel(ids), corners, strict=True)
        return [(names[k], int(n), np.asarray(c, float).reshape(4, 2)) for k, n, c in pairs]

    return read


def refusal() -> dict[str, float]:
    """CPU microseconds to refuse a pattern that is no code of DICT_4X4_1000."""
    family = families()[0]
    seen = np.zeros((4, 4), dtype=bool)
    dictionary = _codes(_full(family))
    packed = seen.astype(np.uint8)
    assert family.read(seen, named=False) is None
    assert not dictionary.identify(packed, 0.6)[0]
    own = cpu_seconds(lambda: [family.read(seen, named=False) for _ in range(100)])
    other = cpu_seconds(lambda: [dictionary.identify(packed, 0.6) for _ in range(100)])
    return {"own": own * 1e4, "OpenCV": other * 1e4}


def edges(shots: int) -> list[dict[str, Any]]:
    """Errors of the side in per cent, for clean squares and for squares in a thin frame."""
    marker_pictures.PART_PX = 700
    rows = []
    for framed in (False, True):
        for side_px in EDGE_SIDES_PX:
            errors: dict[str, list[float]] = {}
            for index in range(shots):
                pixels, corners = _one(SEED + 31 * side_px + index, side_px, framed=framed)
                truth = side_of(corners)
                for way, found in _corners(pixels).items():
                    error = abs(side_of(found) / truth - 1.0) if found is not None else np.nan
                    errors.setdefault(way, []).append(100 * error)
            row: dict[str, Any] = {"frame": framed, "side_px": side_px, "shots": shots}
            for way, values in errors.items():
                kept = np.array(values)[np.isfinite(values)]
                row[way] = [
                    len(kept),
                    *(np.percentile(kept, (50, 95)) if len(kept) else (None,) * 2),
                ]
            rows.append(row)
            print(row, flush=True)
    return rows


def _one(seed: int, side_px: float, *, framed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture of a marker, tilted by up to 30 degrees, and its corners."""
    rng = np.random.default_rng([seed, 5])
    size = (400, 400)
    marker_pictures.SIZE_PX, before = size, marker_pictures.SIZE_PX
    to_px = marker_pictures.wall_to_picture(
        440.0, rng.uniform(0, 30), *rng.uniform(0, 360, 2), np.array([198.3, 201.6]), side_px
    )
    marker_pictures.SIZE_PX = before
    surface = marker_pictures.render_concrete(size[1], size[0], rng)
    modules = marker_pictures.modules_of("DICT_4X4_50", int(rng.integers(50)))
    marker_pictures.draw_marker(surface, to_px, modules)
    corners = mapped(to_px, square(SIDE_MM))
    if framed:  # a line of 2 px, 0.15 to 0.5 module outside the square
        beside_mm = SIDE_MM + 2 * (rng.uniform(0.15, 0.5) * SIDE_MM / 6 + SIDE_MM / side_px)
        ink = np.zeros(size, np.uint8)
        line = np.rint(mapped(to_px, square(beside_mm)) * 16).astype(np.int32)
        cv2.polylines(ink, [line], True, 255, 2, cv2.LINE_AA, shift=4)  # noqa: FBT003
        share = ink[:, :, None] / 255.0
        surface[:] = surface * (1 - share) + 30.0 * share
    camera = Camera(
        blur_px=rng.uniform(0.3, 1.5), shot_noise=rng.uniform(0, 8), tone=rng.uniform(-0.3, 0.3),
        jpeg_quality=int(rng.integers(70, 96)),
    )  # fmt: skip
    return photograph(surface, camera, rng), corners


def _corners(pixels: np.ndarray) -> dict[str, np.ndarray | None]:
    found = find_markers(pixels, dictionary="DICT_4X4_50")
    fitted = [each for each in found if np.isfinite(each.edge_noise_px)]
    out: dict[str, np.ndarray | None] = {"own": fitted[0].corners_px if fitted else None}
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    for name in REFINEMENTS:
        parameters = cv2.aruco.DetectorParameters()
        parameters.cornerRefinementMethod = getattr(cv2.aruco, f"CORNER_REFINE_{name}")
        detector = cv2.aruco.ArucoDetector(_codes("DICT_4X4_50"), parameters)
        corners, _, _ = detector.detectMarkers(grey)
        out[name] = np.asarray(corners[0], float).reshape(4, 2) if corners else None
    return out


def wall(kind: str) -> np.ndarray:
    """Return a grey picture of 300 tiles, or windows with panes; or of none."""
    rng = np.random.default_rng(SEED)
    width, height = WALL_PX
    surface = np.full((height, width, 3), 200, np.float32)
    step = 100
    for y in range(0, height - step + 1, step):
        for x in range(0, width - step + 1, step):
            if kind != "empty":
                surface[y + 12 : y + 88, x + 12 : x + 88] = rng.uniform(50, 110)
            if kind == "windows":
                surface[y + 33 : y + 50, x + 33 : x + 50] = 150
    pixels = photograph(surface, Camera(blur_px=0.8, shot_noise=3.0, jpeg_quality=90), rng)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def cpu_seconds(work: Callable[[], Any], times: int = 1) -> float:
    """Return the CPU seconds of the quickest run."""
    took = []
    for _ in range(times):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return min(took)


def _is_of(shot: marker_pictures.Shot, found: tuple[str, int, np.ndarray], side_px: float) -> bool:
    name, number, corners = found
    off = float(np.abs(corners + shot.origin_px - shot.corners_px).max())
    near = off < max(3.0, 0.15 * side_px)
    return shot.dictionary.startswith(name) and number == shot.number and near


def _full(family: Any) -> str:  # noqa: ANN401
    return str(family.dictionary_of([len(family.bits) - 1]))


def _codes(dictionary: str) -> Any:  # noqa: ANN401
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
