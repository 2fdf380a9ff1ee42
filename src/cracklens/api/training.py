"""Training a model, and looking at data before it."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from cracklens.api.model import Model
from cracklens.datasets import Audit, load_dataset, split_dataset
from cracklens.datasets import audit as audit_dataset
from cracklens.datasets.sources import load_source
from cracklens.detection import Classifier
from cracklens.errors import MissingExtraError
from cracklens.files import as_path
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.progress import SILENT, Progress
from cracklens.training.keywords import TrainSettings

if TYPE_CHECKING:
    from cracklens.datasets.splits import Kind


def train(
    data: str | Path,
    output: str | Path,
    *,
    recipe: str | None = None,
    config: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress = SILENT,
    **settings: Unpack[TrainSettings],
) -> Model:
    """Train a classifier on a folder of labelled pictures.

    Args:
        data: `DATA/<class>/...`, `DATA/train|val|test/<class>/...`, or a `labels.csv`.
        output: where the model folder is written.
        recipe: `resnet101` (the published one, default), `small`, or a TOML file.
        config: a YAML file with settings.
        overwrite: replace a model of that name.
        progress: listener.
        **settings: any field of `cracklens.training.config.TrainConfig`, such as `epochs=10`; with
            `task="segment"`, of `cracklens.training.segment.config.SegmentConfig`.

    Raises:
        MissingExtraError: PyTorch is not installed.
        UsageError: an unknown setting, or one that makes no sense.
        DataError: the data cannot be trained on.
        OutputError: the output exists or cannot be written.

    >>> model = cracklens.train(tiles, tmp_path / "mine", recipe="small", epochs=1)
    >>> model
    <cracklens model 'mine': Negative, Positive>
    """
    from cracklens.training.resolve import resolve_config

    resolved = resolve_config(recipe, as_path(config) if config else None, settings)
    require_training()
    from cracklens.training.train import train as run

    written = run(as_path(data), as_path(output), resolved, overwrite=overwrite, progress=progress)
    if written is None:  # a process of torchrun that does not lead
        raise SystemExit(0)
    return Model(Classifier(written.folder), written.unreadable)


def audit(
    data: str | Path,
    *,
    split: "Kind | None" = None,
    group: str | None = None,
    expect: str | None = None,
    positive: str | None = None,
    validation_fraction: float = 0.2,
    seed: int = 42,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress = SILENT,
) -> Audit:
    """Look for what is wrong in a labelled data set before training on it.

    Args:
        data: the folder.
        split: count exact duplicates that this split puts on both sides.
        group: as in `train`.
        expect: name of a published set that this should be a complete copy of, such as "metu".
        positive: class that means a crack, where the names do not say so.
        validation_fraction: of the split.
        seed: of the split.
        max_pixels: pictures larger than this count as unreadable.
        progress: listener.

    >>> cracklens.audit(tiles).counts
    {'Negative': 60, 'Positive': 60}
    """
    source = load_source(expect) if expect else None
    dataset = load_dataset(data, group=group, positive=positive)
    parts = (
        split_dataset(dataset, split, validation_fraction=validation_fraction, seed=seed)
        if split
        else None
    )
    return audit_dataset(
        dataset,
        split=parts,
        split_name=split,
        expect=source,
        positive=positive,
        max_pixels=max_pixels,
        progress=progress,
    )


def require_training() -> None:
    """Check that the `train` extra is there.

    Raises:
        MissingExtraError: it is not.
    """
    if any(find_spec(name) is None for name in ("torch", "timm", "onnx", "onnxscript")):
        raise MissingExtraError("training", "train")
