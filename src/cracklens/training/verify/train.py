"""Training of a verifier for the lines of a segmenter."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cracklens.datasets import load_dataset, split_dataset
from cracklens.datasets.class_names import positive_class
from cracklens.detection import Detector
from cracklens.errors import DataError, UsageError
from cracklens.files import require_free, sha256_file
from cracklens.machine import cache_folder
from cracklens.models import ModelFolder
from cracklens.models.catalog import find_model
from cracklens.progress import SILENT, Progress
from cracklens.tracing.settings import TraceSettings
from cracklens.training.torch_settings import keep_freed_memory, training_settings
from cracklens.training.verify.calibrate import Calibration, KnownLine, calibrate, known_lines
from cracklens.training.verify.config import VerifyConfig
from cracklens.training.verify.fit import fit
from cracklens.training.verify.labelled import (
    NO_CRACK,
    LabelledPieces,
    found_lines,
    joined,
    labels_of,
)
from cracklens.training.verify.network import VerifierNetwork
from cracklens.training.verify.pictures import FORMAT, RenderedKind, bank_folder, picture_bank
from cracklens.training.verify.sources import (
    Source,
    cache_key,
    of_bank,
    of_masks,
    of_tiles,
    pieces_of_source,
)
from cracklens.training.verify.write import exported, write_verifier
from cracklens.verification.find import candidate_settings
from cracklens.verification.kinds import KINDS
from cracklens.verification.verifier import Verifier
from cracklens.verification.verify import judge

_VALIDATION_SEED = 1_000_003
_VALIDATION_PART = 4  # a quarter as many pictures validate as train


@dataclass(frozen=True, slots=True)
class WrittenVerifier:
    """A model folder with its new verifier."""

    folder: ModelFolder
    calibration: Calibration
    unreadable: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Sources:
    training: tuple[Source, ...]
    validation: tuple[Source, ...]
    key: str


def train_verifier(
    data: str | Path,
    output: str | Path,
    config: VerifyConfig,
    *,
    overwrite: bool = False,
    cache: Path | None = None,
    progress: Progress = SILENT,
) -> WrittenVerifier:
    """Train a verifier and write a copy of the segmenter's folder with it.

    The same command continues an interrupted run: rendered pictures, pieces and checkpoints are
    kept in the cache.

    Args:
        data: labelled tiles, cracked and crack-free.
        output: the model folder.
        config: settings.
        overwrite: replace a model of that name.
        cache: folder for pictures, pieces and checkpoints.
        progress: listener.

    Raises:
        DataError: the data is not suitable for training.
        ModelError: no such segmenter, or the exported network differs.
        OutputError: the output exists or cannot be written; checked before the training.
        UsageError: the model is no segmenter.
    """
    output, cache = Path(output), cache or cache_folder()
    require_free(output, overwrite=overwrite)
    segmenter = find_model(config.segmenter)
    if segmenter.card.segmentation is None:
        raise UsageError(f"{segmenter.path} classifies tiles: name a segmenter with --segmenter")
    detector = Detector(segmenter)
    own = TraceSettings(
        seed_threshold=segmenter.card.segmentation.seed_threshold,
        grow_threshold=segmenter.card.segmentation.grow_threshold,
    )
    settings = candidate_settings(own, config.candidate_threshold)
    sources = _sources(data, config, cache, progress)
    key = cache_key(sha256_file(segmenter.network), settings, sources.key, str(config.seed))
    folder = cache / "verifiers" / key
    pieces = [
        pieces_of_source(
            source, detector, settings, folder / "training", seed=config.seed, progress=progress
        )
        for source in sources.training
    ]
    counts = {s.name: _counts(p) for s, p in zip(sources.training, pieces, strict=True)}
    for name, found in counts.items():
        progress.say(f"{name}: " + ", ".join(f"{n:,} {kind}" for kind, n in found.items()))
    keep_freed_memory()
    with training_settings():
        checkpoint = folder / f"{config.steps}-{config.batch_size}-{config.learning_rate:g}"
        network = fit(joined(pieces), config, checkpoint.with_suffix(".safetensors"), progress)
    calibration = _calibrated(network, detector, settings, sources.validation, progress)
    progress.say(
        f"validation: calibration error {calibration.error:.3f}; at {calibration.threshold:g}, "
        f"{calibration.right:.1%} of the reported length is crack and {calibration.found:.1%} of "
        "the cracks among the candidates are reported"
    )
    written = write_verifier(
        segmenter, output, network, config, calibration, counts, overwrite=overwrite
    )
    return WrittenVerifier(written, calibration)


def _sources(data: str | Path, config: VerifyConfig, cache: Path, progress: Progress) -> _Sources:
    dataset = load_dataset(data, group=config.group)
    cracked = positive_class(dataset.classes, config.positive)
    if len(dataset.classes) != 2 or cracked is None:  # noqa: PLR2004
        raise DataError(
            f"{data} has the classes {', '.join(dataset.classes)}: a verifier is trained on two, "
            "one with cracks and one without"
        )
    split = split_dataset(
        dataset, config.split, validation_fraction=config.validation_fraction, seed=config.seed,
        progress=progress,
    )  # fmt: skip
    found: list[list[Source]] = []
    for indices, seed, part in (
        (split.train, config.seed, 1),
        (split.validation, config.seed + _VALIDATION_SEED, _VALIDATION_PART),
    ):
        items = [dataset.items[i] for i in indices]
        free = [item.path for item in items if item.label != cracked]
        rng = np.random.default_rng([config.seed, 995])
        kept = config.tiles // 2 // part
        sources: list[Source] = []
        wanted: dict[RenderedKind, int] = {
            "walls": config.walls, "scenes": config.scenes, "masonry": config.masonry
        }  # fmt: skip
        for name, count in ((kind, number // part) for kind, number in wanted.items()):
            if count:
                bank = picture_bank(
                    bank_folder(cache, name, seed, free), name, count,
                    seed=seed, backgrounds=free, progress=progress,
                )  # fmt: skip
                sources.append(of_bank(name, bank))
        for tiles, label in (("cracked tiles", True), ("crack-free tiles", False)):
            paths = [item.path for item in items if (item.label == cracked) is label]
            chosen = [paths[i] for i in np.sort(rng.permutation(len(paths))[:kept])]
            if chosen:
                sources.append(of_tiles(tiles, chosen, cracked=label, max_pixels=config.max_pixels))
        found.append(sources)
    if config.masked:
        for sources, validates in zip(found, (False, True), strict=True):
            sources.append(of_masks(Path(config.masked), config.max_pixels, validates=validates))
    key = f"{FORMAT} {[(s.name, s.count) for s in found[0]]} {dataset.root.resolve()}"
    return _Sources(tuple(found[0]), tuple(found[1]), key)


def _counts(pieces: LabelledPieces) -> dict[str, int]:
    found = {
        kind: int((pieces.labels == number).sum())
        for number, kind in enumerate(KINDS)
        if (pieces.labels == number).any()
    }
    unnamed = int((pieces.labels == NO_CRACK).sum())
    return found | ({"no crack, kind unknown": unnamed} if unnamed else {})


def _calibrated(
    network: VerifierNetwork,
    detector: Detector,
    settings: TraceSettings,
    sources: tuple[Source, ...],
    progress: Progress,
) -> Calibration:
    """Judge the lines of validation pictures of exact truth as in an inspection, and calibrate.

    Raises:
        DataError: there are no such lines.
    """
    lines: list[KnownLine] = []
    with exported(network) as verifier:
        for source in sources:
            with progress.step(f"validate {source.name}", source.count, "pictures") as step:
                for number in range(source.count):
                    lines += _known(source, number, detector, settings, verifier)
                    step.advance()
    if len({line.is_crack for line in lines}) != 2:  # noqa: PLR2004
        raise DataError("the validation pictures show no cracks or nothing else: render more")
    return calibrate(lines)


def _known(
    source: Source, number: int, detector: Detector, settings: TraceSettings, verifier: Verifier
) -> list[KnownLine]:
    read = source.read(number)
    if read is None:
        return []
    pixels, truth = read
    if truth is None:
        return []  # where the crack of a tile is, is not known
    probability, candidates = found_lines(detector, pixels, settings)
    judged = judge(pixels, probability, candidates, verifier)
    labels = labels_of(judged.runs, judged.pieces, truth)
    return known_lines(candidates, judged, labels, exact=truth.exact)
