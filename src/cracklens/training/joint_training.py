"""Training of head and backbone together, on augmented pictures."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import distributed

from cracklens.datasets import Dataset, Split
from cracklens.errors import PhotoError
from cracklens.models import load_engine
from cracklens.photos import stream_photos
from cracklens.progress import SILENT, Progress
from cracklens.training.agreement import relative_error
from cracklens.training.backbones import create_backbone
from cracklens.training.config import TrainConfig
from cracklens.training.epoch_checkpoint import checkpoint_path
from cracklens.training.export import export_backbone
from cracklens.training.finetune import Network, fine_tune, unfreeze
from cracklens.training.head import Head
from cracklens.training.pictures import Pictures
from cracklens.training.processes import join_processes
from cracklens.training.result import Trained
from cracklens.training.sample import Clock, sample_pixels, without_unreadable
from cracklens.training.torch_settings import training_settings


@training_settings()
def train_on_pictures(
    config: TrainConfig,
    dataset: Dataset,
    split: Split,
    folder: Path,
    cache: Path,
    progress: Progress,
) -> Trained | None:
    """Fine-tune the network and write the exported backbone to `folder`.

    The cache gets a checkpoint after each epoch, from which the same call continues.

    Returns:
        The trained network; None in all processes of `torchrun` but the first.
    """
    processes = join_processes(config.device)
    listener = progress if processes.leads else SILENT
    clock = Clock()
    backbone, info = create_backbone(config)
    if info.weights == "random":
        listener.say(
            f"no pretrained weights: training '{info.name}' ({info.parameters / 1e6:.2f} million "
            "parameters) from random weights"
        )
    hashes, reasons = _read_all(config, dataset, listener)
    readable = np.array([i for i, value in enumerate(hashes) if value], np.int64)
    left, kept = without_unreadable(config, dataset, split, readable, reasons)
    sha256 = [value for value in hashes if value]
    checkpoint = checkpoint_path(cache, config, info, (left, sha256, kept), processes)
    torch.manual_seed(config.seed)
    head = Head(info.features, config.hidden, config.dropout, len(left.classes))
    history, best, logits = fine_tune(
        config,
        Network(backbone, head),
        Pictures(left.paths, info.preprocessing, max_pixels=config.max_pixels),
        left.labels,
        (kept.train, kept.validation),
        processes=processes,
        checkpoint=checkpoint,
        progress=listener,
    )
    clock.lap("fine_tuning")
    if distributed.is_initialized():
        distributed.destroy_process_group()
    if not processes.leads:
        return None
    network_file = folder / "backbone.onnx"
    export_backbone(backbone, config.input_size, network_file)
    sample = sample_pixels(left, info.preprocessing, config.max_pixels)
    with torch.inference_mode():
        reference = backbone(torch.from_numpy(sample))
        sample_logits = head(reference).numpy()
    engine = load_engine(network_file)
    error = relative_error(engine.run(sample)["features"], reference.numpy())
    clock.lap("export")
    unfrozen = unfreeze(backbone, config.fine_tune)
    return Trained(
        dataset=left,
        sha256=sha256,
        split=kept,
        unreadable=reasons,
        backbone_onnx=network_file,
        backbone=asdict(info),
        preprocessing=info.preprocessing,
        head=head,
        trained_parameters=sum(p.numel() for p in [*head.parameters(), *unfrozen]),
        history=history,
        best_epoch=best,
        validation_logits=logits.numpy(),
        sample=sample,
        sample_logits=sample_logits,
        agreement={
            "engine": engine.name,
            "sample_torch": len(sample),
            "f32_relative_error": error,
            "precision": "f32",
        },
        seconds=clock.laps,
        checkpoint=checkpoint,
    )


def _read_all(
    config: TrainConfig, dataset: Dataset, progress: Progress
) -> tuple[list[str | None], dict[Path, str]]:
    """Read every picture once; return hashes (None for unreadable pictures) and reasons."""
    hashes: list[str | None] = []
    reasons: dict[Path, str] = {}
    stream = stream_photos(dataset.paths, lambda p: p.sha256, max_pixels=config.max_pixels)
    with progress.step("read", len(dataset.items)) as step:
        for path, result in zip(dataset.paths, stream, strict=True):
            step.advance()
            if isinstance(result, PhotoError):
                reasons[path] = str(result)
                hashes.append(None)
            else:
                hashes.append(result)
    return hashes, reasons
