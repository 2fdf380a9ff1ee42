"""Training of a segmenter's model folder from labelled tiles and rendered pictures."""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cracklens.datasets import Dataset, load_dataset, split_dataset
from cracklens.datasets.annotations import find_annotations
from cracklens.datasets.audit import refuse_contradictions
from cracklens.datasets.class_names import positive_class
from cracklens.errors import DataError, UsageError
from cracklens.files import require_free, sha256_file, writing
from cracklens.machine import cache_folder
from cracklens.models.engines import has_bf16
from cracklens.models.folder import NETWORK, read_model_folder
from cracklens.progress import SILENT, Progress
from cracklens.training.segment.annotated_tiles import (
    CRACKED,
    UNCRACKED,
    added_tiles,
    cut_tiles,
    temporary_folder,
)
from cracklens.training.segment.card import FittedSegmenter
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.segment.fit import Fit, FitSettings
from cracklens.training.segment.network import check_encoder, create_segmenter
from cracklens.training.segment.predict import SCALES, predict
from cracklens.training.segment.rendered_bank import FORMAT
from cracklens.training.segment.samples import Samples, Shares, Tile
from cracklens.training.segment.sources import Parts, read_parts
from cracklens.training.segment.tiles import refine_masks
from cracklens.training.segment.write import WrittenSegmenter, write_segmenter
from cracklens.training.torch_settings import keep_freed_memory, training_settings


def train_segmenter(
    data: str | Path,
    output: str | Path,
    config: SegmentConfig,
    *,
    overwrite: bool = False,
    cache: Path | None = None,
    progress: Progress = SILENT,
) -> WrittenSegmenter:
    """Train a segmenter and write its folder; the same command continues an interrupted run.

    Args:
        data: labelled tiles, cracked and crack-free, in one of the layouts of `load_dataset`; or
            pictures with drawn masks (folders, COCO, polygons of YOLO), which are used unchanged.
        output: the model folder.
        config: settings.
        overwrite: replace a model of that name.
        cache: folder for rendered pictures and checkpoints.
        progress: listener.

    Raises:
        DataError: the data is not suitable for training.
        OutputError: the output exists or cannot be written; checked before the training.
        UsageError: settings that do not fit the data.
    """
    started = time.perf_counter()
    output, cache = Path(output), cache or cache_folder()
    require_free(output, overwrite=overwrite)
    check_encoder(config.encoder, config.weights)
    if config.start:
        read_model_folder(config.start)
    annotations = find_annotations(Path(data), config.positive)
    with temporary_folder() as folder:
        masks: dict[Path, Path] | None = None
        unreadable: dict[Path, str] = {}
        if annotations is None:
            dataset, cracked_class = _labelled(data, config, progress)
        else:
            for note in annotations.notes:
                progress.say(note)
            dataset, masks, unreadable = cut_tiles(
                annotations, Path(folder), max_pixels=config.max_pixels, progress=progress
            )
            cracked_class = CRACKED
            config = _for_masks(config, dataset, progress)
        split = split_dataset(
            dataset,
            config.split,
            validation_fraction=config.validation_fraction,
            seed=config.seed,
            progress=progress,
        )
        device = _device(config)
        keep_freed_memory()
        with training_settings():
            parts = read_parts(config, dataset, split, cracked_class, cache, progress, masks)
            if config.drawn:
                parts = _with_drawn(parts, config, Path(folder), progress)
            parts.unreadable.update(unreadable)
            fit = _fit(config, parts, cache, device, progress)
            seconds = time.perf_counter() - started
            fitted = FittedSegmenter(
                dataset, split, cracked_class, fit.mean, fit.losses, device, seconds
            )
            if annotations is not None:
                fitted = replace(fitted, name=annotations.root.resolve().name)
            return write_segmenter(
                output, fitted, config, parts, overwrite=overwrite, progress=progress
            )


def _with_drawn(parts: Parts, config: SegmentConfig, folder: Path, progress: Progress) -> Parts:
    """Return the parts with the tiles of `--drawn`."""
    place = folder / "drawn"
    place.mkdir()
    tiles, unreadable = added_tiles(
        Path(config.drawn or ""), place, max_pixels=config.max_pixels,
        margin_px=config.drawn_margin_px, progress=progress,
    )  # fmt: skip
    progress.say(f"drawn masks: {len(tiles):,} more tiles, trained on only")
    known = hashlib.sha256(parts.key.encode())
    for tile in tiles:
        known.update(tile.jpeg + (tile.mask or b""))
    key = known.hexdigest()[:16]
    return replace(parts, drawn=tiles, unreadable={**parts.unreadable, **unreadable}, key=key)


def _for_masks(config: SegmentConfig, dataset: Dataset, progress: Progress) -> SegmentConfig:
    """Return the settings for drawn masks: no derived masks, and a split by whole pictures."""
    split = "folders" if any(item.part for item in dataset.items) else "grouped"
    counts = dataset.counts()
    progress.say(
        f"drawn masks: {counts[CRACKED]:,} tiles with cracks, {counts[UNCRACKED]:,} without; "
        f"split {split}, by whole pictures"
    )
    return config.model_copy(update={"split": split, "weak_masks": False})


def _labelled(data: str | Path, config: SegmentConfig, progress: Progress) -> tuple[Dataset, str]:
    """Return labelled tiles, and the class that means a crack.

    Raises:
        DataError: there are not two classes, or they contain the same pictures.
    """
    dataset = load_dataset(data, group=config.group)
    for note in dataset.notes:
        progress.say(note)
    cracked_class = positive_class(dataset.classes, config.positive)
    if len(dataset.classes) != 2 or cracked_class is None:  # noqa: PLR2004
        raise DataError(
            f"{data} has the classes {', '.join(dataset.classes)}: a segmenter is trained on two, "
            "one with cracks and one without"
        )
    refuse_contradictions(dataset, progress=progress)
    return dataset, cracked_class


def _fit(
    config: SegmentConfig, parts: Parts, cache: Path, device: torch.device, progress: Progress
) -> Fit:
    mixed = config.mixed_precision == "on" or (
        config.mixed_precision == "auto" and (device.type == "cuda" or has_bf16())
    )
    settings = FitSettings(
        config.steps, config.batch_size, config.learning_rate, mixed, config.workers
    )
    network = create_segmenter(config.encoder, config.weights, config.seed)
    folder = cache / "segmenters" / _key(config, parts.key)
    fit = Fit(network, settings, folder / "checkpoint.safetensors", device)
    if config.start and not fit.step:
        first = _samples(config, parts, parts.cracked)
        fit.start_from(Path(config.start), first)
    if fit.step:
        progress.say(f"continuing at step {fit.step:,} of {config.steps:,}")
    refine_step = round(config.refine_at * config.steps)
    refines = config.weak_masks and config.cracked_share > 0 and refine_step < config.steps
    if fit.step < refine_step or not refines:
        until = refine_step if refines else config.steps
        fit.run(_samples(config, parts, parts.cracked), until, progress)
    if refines:
        cracked = parts.cracked
        # the masks depend on the network at this step: store them for a resumed run
        refined = _stored_masks(folder / "masks.npz", cracked)
        if refined is None:
            network = fit.mean

            def maps(pictures: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
                found = predict(network, pictures, device, scales=SCALES, mixed_precision=mixed)
                return (each for each, _ in found)

            refined = refine_masks(cracked, maps, progress=progress)
            _store_masks(folder / "masks.npz", refined)
        progress.say(
            f"masks trusted: {sum(t.trusted for t in cracked):,} of {len(cracked):,} from "
            f"darkness, {sum(t.trusted for t in refined):,} refined"
        )
        fit.run(_samples(config, parts, refined), config.steps, progress)
    return fit


def _samples(config: SegmentConfig, parts: Parts, cracked: list[Tile]) -> Samples:
    drawn = config.drawn_share if parts.drawn else 0.0
    rest = max(1 - config.rendered_share - config.cracked_share - drawn, 0.0)
    shares = Shares(config.rendered_share, config.cracked_share, rest, drawn)
    return Samples(
        parts.bank, cracked, parts.crack_free, shares,
        crop_px=config.crop_px, seed=config.seed, count=config.steps * config.batch_size,
        drawn=parts.drawn,
    )  # fmt: skip


def _store_masks(path: Path, tiles: list[Tile]) -> None:
    masks = [tile.mask or b"" for tile in tiles]
    with writing(path) as partial, partial.open("wb") as file:
        np.savez(
            file,
            lengths=np.array([len(mask) for mask in masks]),
            masks=np.frombuffer(b"".join(masks), np.uint8),
            trusted=np.array([tile.trusted for tile in tiles]),
        )


def _stored_masks(path: Path, tiles: list[Tile]) -> list[Tile] | None:
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as stored:
        ends = np.cumsum(stored["lengths"])
        data = stored["masks"].tobytes()
        trusted = stored["trusted"].tolist()
    if len(ends) != len(tiles):
        return None

    def masks() -> Iterator[bytes]:
        start = 0
        for end in ends.tolist():
            yield data[start:end]
            start = end

    return [
        Tile(tile.jpeg, mask, sure)
        for tile, mask, sure in zip(tiles, masks(), trusted, strict=True)
    ]


def _key(config: SegmentConfig, data: str) -> str:
    unused = {"workers", "recipe", "checked_pictures", "max_pixels"}  # no influence on the fit
    values = config.model_dump(mode="json", exclude=unused)
    if Path(config.weights).is_file():
        values["weights"] = sha256_file(Path(config.weights))
    if config.start:
        values["start"] = sha256_file(Path(config.start) / NETWORK)
    text = json.dumps(values, sort_keys=True) + data + version("torch") + version("timm") + FORMAT
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _device(config: SegmentConfig) -> torch.device:
    found = torch.cuda.is_available()
    if config.device == "cuda" and not found:
        raise UsageError("--device cuda: PyTorch finds no GPU here; leave the option out")
    return torch.device("cuda" if found and config.device != "cpu" else "cpu")
