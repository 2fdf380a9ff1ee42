"""The crack probability of each pixel of a photograph of any size."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.detection.checks import positive_index, require_photo
from cracklens.detection.classifier import choose_precision
from cracklens.detection.fusion import fuse, only_wide
from cracklens.detection.orientations import (
    Orientations,
    look,
    orientations_of,
    require_orientations,
)
from cracklens.detection.probability_map import ProbabilityMap
from cracklens.detection.scaled import FullSizeRows, ScaledPhoto
from cracklens.detection.sizes import searched_note, sizes_for
from cracklens.detection.stitch import stitch
from cracklens.detection.tiles import TileDetector
from cracklens.errors import ModelError, UsageError
from cracklens.models import Engine, ModelFolder, load_engine
from cracklens.photos.windows import Window, plan_windows

DEFAULT_OVERLAP_PX = 96
"""Overlap of neighbouring windows. Each window loses its outermost 24 px; the middle 48 px of the
overlap are blended. A larger overlap costs time. For 12 million pixels, windows of up to 512 px
cover 1.5 times the area with 96 px and 1.4 times with 64 px; windows of up to 1024 px cover 1.3
times the area with 96 px."""

_OUTPUTS = ("map", "logits", "probabilities")
_BAND_PX = 256
_ENGINES = 4


@dataclass(frozen=True, slots=True)
class Band:
    """Finished rows of a photograph.

    Attributes:
        top_px: first row.
        probability: (rows, W) uint8, 255 for 1.0.
        tile_boxes_px: (N, 4) int32, x, y, width and height of the windows that were finished since
            the last band; they may extend below this band.
        tile_probability: (N,) float32, crack probability of each of these windows.
    """

    top_px: int
    probability: NDArray[np.uint8]
    tile_boxes_px: NDArray[np.int32]
    tile_probability: NDArray[np.float32]


class Detector:
    """A segmenter ready to search photographs; threads may share it.

    The result depends on the window positions only if the receptive field of the network reaches
    further than the 24 px that are cut from each window (`DEFAULT_OVERLAP_PX`). With a mean over
    60 px around each pixel, 99 % of the pixels stay within 4/255 of one pass over the whole
    photograph; with a reach of 24 px, all stay within 1/255 (tests/detection/test_detector.py).
    """

    def __init__(
        self,
        folder: ModelFolder,
        *,
        precision: Literal["auto", "f32", "bf16"] = "auto",
        engine: str = "openvino",
        scales: tuple[float, ...] | None = None,
        orientations: Orientations = 1,
        window_px: int | None = None,
        overlap_px: int | None = None,
    ) -> None:
        """Load the network and run it once on zeros.

        Args:
            folder: model folder of the task `segment`.
            precision: `auto` uses bf16 if it agrees with f32 by the card and the processor
                supports it.
            engine: `openvino` or `onnxruntime`.
            scales: relative sizes at which photographs are searched; default: those of the card,
                and smaller ones where the scale of a photograph asks for them.
            orientations: number of orientations of each window, see `orientations_of`. The network
                runs once for each, and the logits are averaged.
            window_px: longest side of a window; default: that of the card. Memory grows with its
                square.
            overlap_px: smallest overlap of neighbouring windows; default: 96, but not more than a
                quarter of a window.

        Raises:
            UsageError: scales, orientations or windows out of range, or an unknown engine.
            ModelError: the folder holds no segmenter, or its network does not fit its card.
        """
        self.folder = folder
        self.card = folder.card
        settings = folder.card.segmentation
        if settings is None:
            raise ModelError(
                f"{folder.path} classifies whole pictures, not pixels: use load_detector, which "
                "divides the photograph into tiles, or a model trained with --task segment"
            )
        self.scales = tuple(scales or settings.scales)
        self._by_scale = scales is None
        if not all(0 < scale <= 4 for scale in self.scales):  # noqa: PLR2004 - 16 times the pixels
            raise UsageError(f"scales are above 0 and at most 4, not {self.scales}")
        self.orientations = require_orientations(orientations)
        self.window_px = window_px or settings.window_px
        largest = min(DEFAULT_OVERLAP_PX, self.window_px // 4)
        self.overlap_px = largest if overlap_px is None else overlap_px
        self._multiple_px = settings.multiple_px
        self._positive = positive_index(folder)
        self._kind = engine
        self._precision = choose_precision(self.card, precision, engine)
        self._engines: OrderedDict[tuple[int, int] | None, Engine] = OrderedDict()
        self._lock = Lock()
        self.engine = self._checked_engine()

    def detect(self, pixels: NDArray[np.uint8], mm_per_px: float | None = None) -> ProbabilityMap:
        """Return the probability map of a photograph, and its windows as tiles.

        Args:
            pixels: (H, W, 3) uint8 RGB, any size.
            mm_per_px: scale of the photograph; a fine one adds smaller sizes, see `sizes_for`,
                unless sizes were named.

        Raises:
            UsageError: the array is not such a photograph.
            ModelError: the network gives values that are not numbers.
        """
        require_photo(pixels)
        sizes = self._sizes(pixels, mm_per_px)
        whole = np.empty(pixels.shape[:2], np.uint8)
        bands = []
        for band in self.stream(pixels, mm_per_px):
            whole[band.top_px : band.top_px + len(band.probability)] = band.probability
            bands.append(band)
        return ProbabilityMap(
            whole,
            np.concatenate([band.tile_boxes_px for band in bands]),
            np.concatenate([band.tile_probability for band in bands]),
            sizes=sizes if self._by_scale else (),
            notes=(note,) if (note := searched_note(self.scales, sizes)) else (),
        )

    def _sizes(self, pixels: NDArray[np.uint8], mm_per_px: float | None) -> tuple[float, ...]:
        if not self._by_scale:
            return self.scales
        rows, columns = pixels.shape[:2]
        return sizes_for(self.scales, mm_per_px, (rows, columns))

    def stream(self, pixels: NDArray[np.uint8], mm_per_px: float | None = None) -> Iterator[Band]:
        """Yield the probability map in bands from top to bottom, as they are finished.

        In memory are the photograph, its reduced copies for scales below 1, one row of windows for
        each scale and the windows being computed.

        Args:
            pixels: as in `detect`.
            mm_per_px: as in `detect`.

        Raises:
            UsageError: the array is not a photograph as in `detect`.
            ModelError: the network gives values that are not numbers.
        """
        require_photo(pixels)
        height, width = pixels.shape[:2]
        tiles: list[tuple[Window, float]] = []
        sizes = self._sizes(pixels, mm_per_px)
        tile_scale = min(range(len(sizes)), key=lambda index: abs(sizes[index] - 1))
        photos = [ScaledPhoto(pixels, size) for size in sizes]
        sources = [
            FullSizeRows(
                self._bands(photo, tiles.append if index == tile_scale else None),
                (photo.height_px, photo.width_px),
                (height, width),
            )
            for index, photo in enumerate(photos)
        ]
        per_px = height / photos[tile_scale].height_px, width / photos[tile_scale].width_px
        for top in range(0, height, _BAND_PX):
            bottom = min(top + _BAND_PX, height)
            fused = fuse([source.rows(top, bottom) for source in sources])
            if not np.isfinite(fused).all():
                raise ModelError(
                    f"{self.folder.path}: the network gives values that are not numbers "
                    f"(in {self._precision}; try --precision f32)"
                )
            yield Band(top, _to_bytes(fused), *_tiles(tiles, per_px, (height, width)))
            tiles.clear()

    def _bands(
        self, photo: ScaledPhoto, on_window: Callable[[tuple[Window, float]], None] | None
    ) -> Iterator[NDArray[np.float32]]:
        """Run one scale; pass the crack probability of each whole window to `on_window`."""
        plan = plan_windows(
            photo.height_px,
            photo.width_px,
            self.window_px,
            self.overlap_px,
            self._multiple_px,
            # else windows that lie on their side need networks of their own: 340 MB more at 12 MP
            square=any(each.transposed for each in orientations_of(self.orientations)),
        )
        answers = look(plan, self.orientations, photo.read, self._engine(plan.size_px))
        # without a scale of full size, a reduced scale must show fine cracks as well
        wide_only = photo.scale < min(1, max(self.scales))

        def maps() -> Iterator[NDArray[np.float32]]:
            for window, answer in zip(plan.windows(), answers, strict=True):
                if on_window:
                    on_window((window, float(answer.probabilities[self._positive])))
                yield only_wide(answer.map) if wide_only else answer.map

        return stitch(plan, maps())

    def _engine(self, size_px: tuple[int, int]) -> Engine:
        """Return the engine for windows of this size; the latest sizes are cached."""
        key = size_px if self._kind == "openvino" else None
        with self._lock:
            if key not in self._engines:
                self._engines[key] = load_engine(
                    self.folder.network,
                    engine=self._kind,
                    precision=self._precision,
                    batch_size=1,
                    size_px=key,
                    outputs=_OUTPUTS,
                )
                if len(self._engines) > _ENGINES:
                    self._engines.popitem(last=False)
            self._engines.move_to_end(key)
            return self._engines[key]

    def _checked_engine(self) -> Engine:
        """Run the network once on zeros: a valid card may belong to another network."""
        side = plan_windows(1, 1, self.window_px, self.overlap_px, self._multiple_px).size_px[0]
        engine, classes = self._engine((side, side)), len(self.card.labels)
        expected = {"map": (1, side, side), "logits": (1, classes), "probabilities": (1, classes)}
        try:
            answer = engine.run(np.zeros((1, side, side, 3), np.uint8))
        except Exception as error:  # engines raise exceptions of many types
            raise ModelError(f"{self.folder.path}: the network does not fit its card") from error
        for name, shape in expected.items():
            if answer[name].shape != shape:
                raise ModelError(
                    f"{self.folder.path}: the network does not fit its card: its output {name!r} "
                    f"has the shape {answer[name].shape}, not {shape}"
                )
        return engine


def load_detector(
    folder: ModelFolder,
    *,
    precision: Literal["auto", "f32", "bf16"] = "auto",
    engine: str = "openvino",
    scales: tuple[float, ...] | None = None,
    orientations: Orientations = 1,
    window_px: int | None = None,
) -> Detector | TileDetector:
    """Load a model that finds cracks in photographs: a segmenter or a tile classifier.

    Args:
        folder: model folder of the task `segment` (map of pixels) or `classify` (map of tiles).
        precision: `auto` uses bf16 if it agrees with f32 by the card and the processor supports it.
        engine: `openvino` or `onnxruntime`.
        scales: relative sizes for a segmenter; default: those of its card.
        orientations: number of orientations of each window or tile, see `orientations_of`.
        window_px: longest side of a window for a segmenter; default: that of its card.

    Raises:
        UsageError: unknown engine, or scales, orientations or windows out of range.
        ModelError: no class means a crack, or the network does not fit its card.
    """
    if folder.card.task == "segment":
        return Detector(
            folder,
            precision=precision,
            engine=engine,
            scales=scales,
            orientations=orientations,
            window_px=window_px,
        )
    if scales is not None or window_px is not None:
        raise UsageError(
            f"{folder.path} is a tile classifier with a fixed tile size: "
            "leave out scales and window size"
        )
    return TileDetector(folder, precision=precision, engine=engine, orientations=orientations)


def _to_bytes(probability: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(cv2.convertScaleAbs(probability, alpha=255), np.uint8)


def _tiles(
    tiles: list[tuple[Window, float]], per_px: tuple[float, float], size_px: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return boxes in pixels of the photograph, clipped at its border, and their probabilities."""
    corners = np.array(
        [(w.left_px, w.top_px, w.left_px + w.width_px, w.top_px + w.height_px) for w, _ in tiles]
    ).reshape(-1, 2, 2)
    limits = size_px[::-1]
    corners = np.clip(np.rint(corners * per_px[::-1]).astype(np.int32), 0, limits)
    boxes = np.concatenate([corners[:, 0], corners[:, 1] - corners[:, 0]], axis=1)
    return boxes.astype(np.int32), np.array([p for _, p in tiles], np.float32)
