"""Training of a model folder from labelled pictures."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cracklens.datasets import Dataset, Split, load_dataset, split_dataset
from cracklens.datasets.audit import refuse_contradictions
from cracklens.datasets.class_names import positive_class
from cracklens.errors import DataError, UsageError
from cracklens.files import require_free
from cracklens.machine import cache_folder
from cracklens.progress import SILENT, Progress
from cracklens.training.backbone_names import check_names
from cracklens.training.config import TrainConfig
from cracklens.training.head_training import train_on_features
from cracklens.training.resolve import AnyConfig
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.verify.config import VerifyConfig

if TYPE_CHECKING:
    from cracklens.training.segment.write import WrittenSegmenter
    from cracklens.training.verify.train import WrittenVerifier
    from cracklens.training.write import TrainedModel


def train(
    data: str | Path,
    output: str | Path,
    config: AnyConfig,
    *,
    overwrite: bool = False,
    cache: Path | None = None,
    progress: Progress = SILENT,
) -> "TrainedModel | WrittenSegmenter | WrittenVerifier | None":
    """Train a model on a folder of labelled pictures and write its folder.

    The same call continues an interrupted run with what it left in the cache.

    Returns:
        The model; None in all processes of `torchrun` but the first.

    Raises:
        DataError: the data is not suitable for training; the message names the reason.
        OutputError: the output exists or cannot be written; checked before the training.
        UsageError: settings that contradict each other or do not fit the data.
    """
    if not isinstance(config, TrainConfig):
        return _train_stage(
            data, output, config, overwrite=overwrite, cache=cache, progress=progress
        )
    if not config.fine_tune and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UsageError(
            "torchrun distributes only fine-tuning: add --fine-tune, or start without torchrun"
        )
    if os.environ.get("RANK", "0") != "0":
        progress = SILENT  # only the first process of torchrun prints messages
    output = Path(output)
    require_free(output, overwrite=overwrite)
    check_names(config.backbone, config.weights)
    dataset = load_dataset(data, group=config.group, positive=config.positive)
    if len(dataset.classes) < 2:  # noqa: PLR2004
        raise DataError(
            f"{data} has only the class {dataset.classes[0]!r}: training needs at least two "
            "classes, each in its own folder"
        )
    for note in dataset.notes:
        progress.say(note)
    positive = _positive(dataset, config)
    if positive and not config.positive:
        progress.say(f"class that means a crack: {positive!r} (--positive changes it)")
    refuse_contradictions(dataset, strict=config.strict, progress=progress)
    if config.split != "folders" and any(item.part for item in dataset.items):
        progress.say("the data has its own split (train, val, test): using it")
        config = config.model_copy(update={"split": "folders"})
    split = split_dataset(
        dataset, config.split, validation_fraction=config.validation_fraction, seed=config.seed
    )
    progress.say(_summary(config, dataset, split))
    with tempfile.TemporaryDirectory() as temporary:
        if config.fine_tune:
            from cracklens.training.joint_training import train_on_pictures

            trained = train_on_pictures(
                config, dataset, split, Path(temporary), cache or cache_folder(), progress
            )
        else:
            trained = train_on_features(config, dataset, split, cache or cache_folder(), progress)
        if trained is None:
            return None
        from cracklens.training.write import write_model

        written = write_model(output, trained, config, overwrite=overwrite, progress=progress)
        trained.discard_checkpoint()
        return written


def _train_stage(
    data: str | Path,
    output: str | Path,
    config: SegmentConfig | VerifyConfig,
    *,
    overwrite: bool,
    cache: Path | None,
    progress: Progress,
) -> "WrittenSegmenter | WrittenVerifier":
    if isinstance(config, SegmentConfig):
        from cracklens.training.segment.train import train_segmenter

        return train_segmenter(
            data, output, config, overwrite=overwrite, cache=cache, progress=progress
        )
    from cracklens.training.verify.train import train_verifier

    return train_verifier(data, output, config, overwrite=overwrite, cache=cache, progress=progress)


def _positive(dataset: Dataset, config: TrainConfig) -> str | None:
    """Return the class that means a crack; it is "cracked" for annotated objects."""
    annotated = config.positive not in dataset.classes and "cracked" in dataset.classes
    chosen = "cracked" if config.positive and annotated and dataset.notes else config.positive
    return positive_class(dataset.classes, chosen)


def _summary(config: TrainConfig, dataset: Dataset, split: Split) -> str:
    """Describe the training in two lines."""
    head = "-".join(map(str, [*config.hidden, len(dataset.classes)]))
    tuned = f", {config.fine_tune} stages fine-tuned" if config.fine_tune else ", frozen"
    return (
        f"recipe {config.recipe}: {config.backbone} at {config.input_size} px "
        f"({Path(config.weights).name} weights{tuned}), head {head}, "
        f"at most {config.epochs} epochs\n"
        f"split {config.split}: {len(split.train):,} pictures train, "
        f"{len(split.validation):,} validate ({', '.join(dataset.classes)})"
    )
