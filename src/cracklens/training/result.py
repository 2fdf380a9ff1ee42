"""The result of a training, before it is written to a model folder."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets import Dataset, Split
from cracklens.models import Preprocessing
from cracklens.training.head import Head
from cracklens.training.schedule import History


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network: backbone, head, history and data.

    Attributes:
        dataset: the readable pictures; `sha256` has one entry for each, `split` indexes them.
        backbone_onnx: exported backbone, pixels to features.
        backbone: the fields of `BackboneInfo`.
        sample: a few pictures (S x H x W x 3); `sample_logits` (S x K) are PyTorch's logits.
        validation_logits: V x K, in the order of `split.validation`.
        agreement: fields of the card's `Agreement`, without those of the export.
        seconds: wall time of the steps.
        checkpoint: file to remove when the model is written.
    """

    dataset: Dataset
    sha256: list[str]
    split: Split
    unreadable: dict[Path, str]
    backbone_onnx: Path
    backbone: dict[str, Any]
    preprocessing: Preprocessing
    head: Head
    trained_parameters: int
    history: History
    best_epoch: int
    validation_logits: NDArray[np.float32]
    sample: NDArray[np.uint8]
    sample_logits: NDArray[np.float32]
    agreement: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)
    checkpoint: Path | None = None

    def discard_checkpoint(self) -> None:
        """Remove the checkpoint, if there is one; one that is left over does no harm."""
        if self.checkpoint:
            with suppress(OSError):
                self.checkpoint.unlink(missing_ok=True)
