"""The model folder of a fitted segmenter: thresholds, calibration, export, card."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from cracklens.evaluation.calibration import apply_temperature
from cracklens.evaluation.summary import Summary, summarise
from cracklens.files import write_json
from cracklens.models import (
    ModelCard,
    ModelFolder,
    load_engine,
    write_model_folder,
)
from cracklens.models.card import Agreement
from cracklens.models.engines import has_bf16
from cracklens.progress import SILENT, Progress
from cracklens.training.segment.card import (
    TILE_PX,
    FittedSegmenter,
    preprocessing,
    segmenter_card,
)
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.segment.export import check_segmenter, export_segmenter
from cracklens.training.segment.finest import finest_crack_px
from cracklens.training.segment.predict import SCALES, predict
from cracklens.training.segment.samples import Tile, tile_label
from cracklens.training.segment.sources import Parts
from cracklens.training.segment.thresholds import Chosen, choose_thresholds
from cracklens.training.segment.tile_calibration import calibrate_tiles

_CHECKED = 16
_CHECKED_BF16 = 64


@dataclass(frozen=True, slots=True)
class WrittenSegmenter:
    """A model folder with its validation figures and the pictures that were left out."""

    folder: ModelFolder
    validation: Summary
    chosen: Chosen
    unreadable: dict[Path, str]


def write_segmenter(
    output: Path,
    fitted: FittedSegmenter,
    config: SegmentConfig,
    parts: Parts,
    *,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> WrittenSegmenter:
    """Choose thresholds, calibrate, export, check and write.

    Raises:
        ModelError: the exported file differs from the PyTorch network.
        OutputError: the folder cannot be written.
    """
    chosen = _choose(fitted, parts, config.checked_pictures, progress)
    progress.say(
        f"thresholds: a crack begins at {chosen.seed_threshold:g} and is followed down to "
        f"{chosen.grow_threshold:g}; F1 with 2 px tolerance {chosen.f1:.3f}, crack-free tiles with "
        f"a crack {chosen.false_alarm_share:.2%} (validation)"
    )
    finest_px = finest_crack_px(
        fitted.network, (chosen.seed_threshold, chosen.grow_threshold),
        parts.validation_backgrounds, fitted.device,
        most=config.checked_pictures, progress=progress,
    )  # fmt: skip
    positive = fitted.dataset.classes.index(fitted.cracked_class)
    logits, truth, pixels = _tile_logits(fitted, parts, positive, progress)
    tile = calibrate_tiles(
        logits[:, positive], truth == positive,
        *_rendered_logits(fitted, parts, config.checked_pictures, progress),
    )  # fmt: skip
    fitted.network.shift_tile_logit(tile.shift)
    logits[:, positive] += tile.shift
    temperature, calibrated = tile.temperature, tile.calibrated
    progress.say(
        f"tiles: cracked from a probability of {tile.threshold:g}; rendered look-alikes called "
        f"cracked {tile.false_share:.1%}, rendered cracks missed {tile.missed_share:.1%}"
    )
    summary = summarise(
        apply_temperature(logits, temperature), truth, fitted.dataset.classes, fitted.cracked_class
    )

    def make(folder: Path) -> ModelCard:
        agreement = _export(folder / "model.onnx", fitted, temperature, positive, pixels, progress)
        write_json(
            folder / "training_statistics.json",
            {
                "loss": {"step": fitted.losses.step, "value": fitted.losses.loss},
                "thresholds": {n: getattr(chosen, n) for n in chosen.__dataclass_fields__},
                "masks_trusted": sum(tile.trusted for tile in parts.cracked),
                "seconds": round(fitted.seconds),
            },
        )
        calibration = {
            "temperature": temperature, "calibrated": calibrated,
            "decision_threshold": tile.threshold,
        }  # fmt: skip
        return segmenter_card(
            output.name, fitted, config, parts, summary, agreement, calibration=calibration,
            chosen=chosen, finest_px=finest_px,
        )  # fmt: skip

    written = write_model_folder(output, make, overwrite=overwrite)
    return WrittenSegmenter(written, summary, chosen, parts.unreadable)


def _choose(fitted: FittedSegmenter, parts: Parts, most: int, progress: Progress) -> Chosen:
    """Choose thresholds on rendered pictures, whose masks are exact, and on crack-free tiles.

    Weak masks of cracked tiles are not used, since their edges are themselves set by a threshold.
    """
    rendered = [parts.validation_bank[n] for n in range(min(len(parts.validation_bank), most))]
    pictures = [
        *(np.ascontiguousarray(p.pixels) for p in rendered),
        *(_pixels(tile) for tile in parts.validation_crack_free[:most]),
    ]
    maps = []
    with progress.step("thresholds", len(pictures)) as step:
        for found, _ in predict(fitted.network, pictures, fitted.device, scales=SCALES):
            maps.append(found.astype(np.float16))
            step.advance()
    return choose_thresholds(
        maps[: len(rendered)], [p.crack for p in rendered], maps[len(rendered) :]
    )


def _pixels(tile: Tile) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(tile.jpeg, "RGB")
    return pixels


def _tile_logits(
    fitted: FittedSegmenter, parts: Parts, positive: int, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return the logits (N x 2) and classes of all validation tiles, and a few tiles' pixels."""
    fit = preprocessing().fit
    tiles = [*parts.validation_cracked, *parts.validation_crack_free]
    found = []
    with progress.step("validate", len(tiles)) as step:
        pictures = (fit(_pixels(tile)) for tile in tiles)
        for _, logit in predict(fitted.network, pictures, fitted.device):
            found.append(logit)
            step.advance()
    logits = np.zeros((len(tiles), 2))
    logits[:, positive] = found
    truth = np.full(len(tiles), 1 - positive, np.int64)
    truth[: len(parts.validation_cracked)] = positive
    shown = np.random.default_rng(0).permutation(len(tiles))[:_CHECKED_BF16]
    return logits, truth, np.stack([fit(_pixels(tiles[i])) for i in shown])


def _rendered_logits(
    fitted: FittedSegmenter, parts: Parts, most: int, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the logits of rendered validation pictures, and which of them are cracked."""
    bank = parts.validation_bank
    pictures = [bank[number] for number in range(min(len(bank), most))]
    labels = [tile_label(p.crack, np.ones_like(p.crack)) for p in pictures]
    clear = [n for n, label in enumerate(labels) if label >= 0]
    fit = preprocessing().fit
    with progress.step("validate look-alikes", len(clear)) as step:
        shown = (fit(np.ascontiguousarray(pictures[n].pixels)) for n in clear)
        found = []
        for _, logit in predict(fitted.network, shown, fitted.device):
            found.append(logit)
            step.advance()
    return np.array(found), np.array([labels[n] == 1 for n in clear], bool)


def _export(
    path: Path,
    fitted: FittedSegmenter,
    temperature: float,
    positive: int,
    pixels: NDArray[np.uint8],
    progress: Progress,
) -> Agreement:
    whole = export_segmenter(fitted.network, temperature, positive, path)
    error, exact = check_segmenter(path, whole, pixels[:_CHECKED], "f32")
    progress.say(f"exported model against PyTorch: probabilities differ by at most {error:.1e}")
    bf16: dict[str, Any] = {}
    if has_bf16():
        bf16_error, _ = check_segmenter(path, whole, pixels[:_CHECKED], "bf16")
        equal = _equal_decisions(path, pixels)
        bf16 = {
            "sample_bf16": len(pixels),
            "bf16_decisions_equal": equal,
            "export_bf16_probability_error": bf16_error,
            "export_bf16_decisions_equal": equal,
        }
        progress.say(f"bf16 against f32: {equal:.3%} of the pixels on the same side of 0.5")
    name = load_engine(path, batch_size=1, size_px=(TILE_PX, TILE_PX)).name
    return Agreement(
        engine=name,
        sample_torch=len(exact["map"]),
        f32_relative_error=error,
        precision="f32",
        export_probability_error=error,
        **bf16,
    )


def _equal_decisions(path: Path, pixels: NDArray[np.uint8]) -> float:
    """Return the share of equal decisions in bf16 and f32, the smaller of pixels and tiles."""
    size = (TILE_PX, TILE_PX)
    exact, rough = (
        load_engine(path, batch_size=4, precision=precision, size_px=size).run(pixels)
        for precision in ("f32", "bf16")
    )
    same_pixels = ((exact["map"] > 0.5) == (rough["map"] > 0.5)).mean()  # noqa: PLR2004
    same_tiles = (exact["logits"].argmax(1) == rough["logits"].argmax(1)).mean()
    return float(min(same_pixels, same_tiles))
