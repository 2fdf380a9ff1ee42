"""The card of a segmenter: what it was trained on, how it runs, how good it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from cracklens.datasets import Dataset, Split
from cracklens.datasets.audit import leaked_pictures
from cracklens.datasets.sources import digest, known_source
from cracklens.evaluation.summary import Summary
from cracklens.files import sha256_file
from cracklens.models import ModelCard, Preprocessing
from cracklens.models.card import Agreement, Architecture, Segmentation, TrainingData
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.segment.fit import Losses
from cracklens.training.segment.network import MEAN, MULTIPLE_PX, STD, Segmenter
from cracklens.training.segment.predict import SCALES
from cracklens.training.segment.sources import Parts
from cracklens.training.segment.thresholds import Chosen

APACHE_WEIGHTS = frozenset({"10e3c892356c0d37b7052c284ef7dd4e22788184dd7a30b017fe985acafe44bd"})
"""Files of MobileNetV2 1.0 from the ONNX model zoo, licence Apache-2.0, with folded norm layers."""
WINDOW_PX = 768
TILE_PX = 256


@dataclass(frozen=True, slots=True)
class FittedSegmenter:
    """A fitted network and its training data; `name` is the name of the data."""

    dataset: Dataset
    split: Split
    cracked_class: str
    network: Segmenter
    losses: Losses
    device: torch.device
    seconds: float
    name: str = ""


def preprocessing() -> Preprocessing:
    """Return how a picture is brought to the size of a tile."""
    return Preprocessing(height_px=TILE_PX, width_px=TILE_PX, mean=MEAN, std=STD)


def segmenter_card(
    name: str,
    fitted: FittedSegmenter,
    config: SegmentConfig,
    parts: Parts,
    summary: Summary,
    agreement: Agreement,
    *,
    calibration: dict[str, Any],
    chosen: Chosen,
    finest_px: float | None,
) -> ModelCard:
    """Return the card of a fitted segmenter; the hashes of its files are added when it is written.

    Args:
        name: of the model.
        fitted: network and data.
        config: settings.
        parts: training and validation data.
        summary: of the validation tiles.
        agreement: of the exported file.
        calibration: fields of the card that the calibration gives.
        chosen: thresholds.
        finest_px: width of the finest crack that is found, see `finest_crack_px`.
    """
    values = config.model_dump(mode="json")
    weights = Path(config.weights)
    values["weights"] = weights.name
    for place in ("start", "drawn"):
        if values[place]:
            values[place] = Path(values[place]).name
    parameters = sum(p.numel() for p in fitted.network.parameters())
    return ModelCard(
        name=name,
        task="segment",
        segmentation=Segmentation(
            window_px=WINDOW_PX,
            multiple_px=MULTIPLE_PX,
            scales=SCALES,
            seed_threshold=chosen.seed_threshold,
            grow_threshold=chosen.grow_threshold,
            finest_px=finest_px,
        ),
        labels=list(fitted.dataset.classes),
        positive=fitted.cracked_class,
        **calibration,
        preprocessing=preprocessing(),
        architecture=Architecture(
            backbone=config.encoder,
            weights=weights.name,
            weights_sha256=sha256_file(weights) if weights.is_file() else "",
            weights_licence=_licence(config),
            head="U-Net decoder, pixel and tile output",
            parameters=parameters,
            trained_parameters=parameters,
        ),
        data=_data(fitted, parts, config),
        agreement=agreement,
        configuration=values,
        validation=summary.model_dump(mode="json"),
        created=datetime.now(UTC).replace(microsecond=0),
        cracklens_version=version("cracklens"),
        files={},
    )


def _licence(config: SegmentConfig) -> str:
    """Return the licence of the starting weights, or an empty text if it is unknown."""
    if config.weights == "random":
        return "none needed"
    weights = Path(config.weights)
    known = config.weights == "pretrained" or (
        weights.is_file() and sha256_file(weights) in APACHE_WEIGHTS
    )
    return "apache-2.0" if known else ""


def _data(fitted: FittedSegmenter, parts: Parts, config: SegmentConfig) -> TrainingData:
    dataset, split = fitted.dataset, fitted.split
    labels = [item.label for item in dataset.items]
    hashes = [sha256_file(item.path) for item in dataset.items]
    total = digest(zip(labels, hashes, strict=True))
    source = known_source(total)
    chosen = {"train": split.train, "validation": split.validation}
    counts = {name: dataset.subset(part).counts() for name, part in chosen.items()}
    if parts.bank is not None:
        counts["rendered by cracklens"] = {"pictures": len(parts.bank)}
    cited = [source.citation if source else ""]
    if parts.drawn:
        counts["drawn masks, trained on only"] = {"tiles": len(parts.drawn)}
        cited.append(config.drawn_source)
    return TrainingData(
        name=source.title if source else fitted.name or dataset.root.resolve().name,
        licence=source.licence if source else "",
        citation=" ".join(filter(None, cited)),
        digest=total,
        part_digests={n: digest((labels[i], hashes[i]) for i in p) for n, p in chosen.items()},
        counts=counts,
        unreadable=len(parts.unreadable),
        leaked_duplicates=len(leaked_pictures(hashes, split)),
    )
