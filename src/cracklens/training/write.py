"""The model folder of a trained network: calibration, export, card, plots, statistics."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets.audit import leaked_pictures
from cracklens.datasets.class_names import positive_class
from cracklens.datasets.sources import digest, known_source
from cracklens.evaluation.calibration import (
    TEMPERATURE_BOUNDS,
    apply_temperature,
    fit_temperature,
)
from cracklens.evaluation.summary import Summary, summarise
from cracklens.files import write_json
from cracklens.models import ModelCard, ModelFolder, load_engine, write_model_folder
from cracklens.models.card import Agreement, Architecture, TrainingData
from cracklens.photos import read_photo
from cracklens.progress import SILENT, Progress
from cracklens.training.config import TrainConfig
from cracklens.training.export import check_export, export_model
from cracklens.training.result import Trained

_SAMPLES = 18


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model folder with its validation figures and the pictures that were left out."""

    folder: ModelFolder
    validation: Summary
    unreadable: dict[Path, str]


def write_model(
    output: Path,
    trained: Trained,
    config: TrainConfig,
    *,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> TrainedModel:
    """Calibrate, export and check a network and write its folder, atomically.

    Raises:
        ModelError: the exported file differs from the PyTorch network.
        OutputError: the folder cannot be written.
    """
    dataset, split = trained.dataset, trained.split
    truth = dataset.labels[split.validation]
    temperature = fit_temperature(trained.validation_logits, truth)
    calibrated = temperature not in TEMPERATURE_BOUNDS
    if not calibrated:  # no T fits: all predictions are correct, or logits have no information
        temperature = 1.0
    probabilities = apply_temperature(trained.validation_logits, temperature)
    positive = positive_class(dataset.classes, config.positive)
    groups = None if dataset.groups is None else dataset.groups[split.validation]
    summary = summarise(
        probabilities,
        truth,
        dataset.classes,
        positive,
        groups=groups,
    )
    if calibrated:
        progress.say(f"calibration: temperature {temperature:.3f}, fitted on the validation part")
    else:
        progress.say("the validation part is too easy, too small or too hard to calibrate on")

    def make(folder: Path) -> ModelCard:
        started = time.perf_counter()
        network = folder / "model.onnx"
        export_model(trained.backbone_onnx, trained.head, temperature, network)
        expected = apply_temperature(trained.sample_logits, temperature)
        error = check_export(network, trained.sample, expected.astype(np.float32))
        seconds = {**trained.seconds, "write": time.perf_counter() - started}
        progress.say(
            f"exported model against PyTorch: probabilities differ by at most {error.value:.1e}"
        )
        bf16 = _bf16_of_export(network, trained, error.exported)
        card = _card(
            output.name,
            trained,
            config,
            summary,
            {"temperature": temperature, "calibrated": calibrated},
            {"export_probability_error": error.value} | bf16,
        )
        _artefacts(folder, trained, config, summary, seconds)
        return card

    written = write_model_folder(output, make, overwrite=overwrite)
    return TrainedModel(written, summary, trained.unreadable)


def _card(
    name: str,
    trained: Trained,
    config: TrainConfig,
    summary: Summary,
    calibration: dict[str, Any],
    export_check: dict[str, Any],
) -> ModelCard:
    backbone = trained.backbone
    return ModelCard(
        name=name,
        labels=list(trained.dataset.classes),
        positive=summary.positive,
        **calibration,
        preprocessing=trained.preprocessing,
        architecture=Architecture(
            backbone=str(backbone["name"]),
            weights=str(backbone["weights"]),
            weights_sha256=str(backbone["weights_sha256"]),
            weights_licence=str(backbone["licence"]),
            head=trained.head.description,
            parameters=int(backbone["parameters"])
            + sum(p.numel() for p in trained.head.parameters()),
            trained_parameters=trained.trained_parameters,
        ),
        data=_data(trained),
        agreement=Agreement(**trained.agreement, **export_check),
        configuration=_portable(config),
        validation=summary.model_dump(mode="json"),
        created=datetime.now(UTC).replace(microsecond=0),
        cracklens_version=version("cracklens"),
        files={},
    )


def _bf16_of_export(network: Path, trained: Trained, exact: NDArray[np.float32]) -> dict[str, Any]:
    """Compare the finished model in bf16 with itself in f32, if its features were compared."""
    if trained.agreement.get("bf16_decisions_equal") is None:
        return {}
    engine = load_engine(network, precision="bf16", batch_size=1)
    found = engine.run(trained.sample)["probabilities"]
    return {
        "export_bf16_probability_error": float(np.abs(found - exact).max()),
        "export_bf16_decisions_equal": float((found.argmax(1) == exact.argmax(1)).mean()),
    }


def _portable(config: TrainConfig) -> dict[str, Any]:
    """Return the resolved configuration without local folders."""
    values = config.model_dump(mode="json")
    values["weights"] = Path(str(values["weights"])).name
    return values


def _data(trained: Trained) -> TrainingData:
    dataset, split = trained.dataset, trained.split
    labels = [item.label for item in dataset.items]
    total = digest(zip(labels, trained.sha256, strict=True))
    source = known_source(total)
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    return TrainingData(
        name=source.title if source else dataset.root.resolve().name,
        licence=source.licence if source else "",
        citation=source.citation if source else "",
        digest=total,
        part_digests={
            name: digest((labels[i], trained.sha256[i]) for i in part)
            for name, part in parts.items()
            if len(part)
        },
        counts={name: dataset.subset(part).counts() for name, part in parts.items() if len(part)},
        unreadable=len(trained.unreadable),
        leaked_duplicates=len(leaked_pictures(trained.sha256, split)),
    )


def _artefacts(
    folder: Path, trained: Trained, config: TrainConfig, summary: Summary, seconds: dict[str, float]
) -> None:
    """Write the plots and the statistics that the published notebook also writes."""
    from cracklens.evaluation.plots import (
        contact_sheet,
        plot_class_report,
        plot_confusion,
        plot_training_history,
    )

    history = trained.history.as_dict()
    plot_training_history(history, folder / "training_history.png", best_epoch=trained.best_epoch)
    plot_confusion(summary.confusion, summary.classes, folder / "confusion_matrix.png")
    plot_class_report(summary, folder / "classification_report.png")
    contact_sheet(
        _samples(trained, config.max_pixels),
        folder / "sample_pictures.png",
        "A few of the training pictures",
    )
    write_json(
        folder / "training_statistics.json", _statistics(trained, config, summary, history, seconds)
    )


def _samples(trained: Trained, max_pixels: int) -> list[tuple[NDArray[np.uint8], str]]:
    """Return a few training pictures of each class in turn."""
    dataset, train = trained.dataset, trained.split.train
    labels = dataset.labels[train]
    generator = np.random.default_rng(0)
    columns = [generator.permutation(train[labels == k]) for k in range(len(dataset.classes))]
    rounds = max(1, min(_SAMPLES // len(columns), *(len(column) for column in columns)))
    chosen = [dataset.items[column[i]] for i in range(rounds) for column in columns]
    return [
        (trained.preprocessing.fit(read_photo(c.path, max_pixels=max_pixels).pixels), c.label)
        for c in chosen
    ]


def _statistics(
    trained: Trained,
    config: TrainConfig,
    summary: Summary,
    history: dict[str, list[float]],
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Return the statistics with the keys of the published notebook."""
    parts = {"train": trained.split.train, "validation": trained.split.validation}
    positive = summary.positive
    return {
        "model_info": {
            "backbone": trained.backbone["name"],
            "head": trained.head.description,
            "input_shape": [config.input_size, config.input_size, 3],
            "classes": list(trained.dataset.classes),
            "total_parameters": int(trained.backbone["parameters"])
            + sum(p.numel() for p in trained.head.parameters()),
            "trainable_parameters": trained.trained_parameters,
        },
        "training_config": _portable(config),
        "dataset_info": {
            name: trained.dataset.subset(part).counts() for name, part in parts.items()
        },
        "final_metrics": {
            "best_epoch": trained.best_epoch,
            "epochs": len(history["loss"]),
            "val_accuracy": summary.accuracy.value,
            "val_loss": history["val_loss"][trained.best_epoch - 1],
            "val_loss_calibrated": summary.log_loss.value,
            "confusion_matrix": summary.confusion,
            "positive_class": positive,
        },
        "training_history": history,
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
    }
