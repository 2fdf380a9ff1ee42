"""Training of a head on a frozen backbone: first all features, then the head.

PyTorch is imported after the features are computed, because it takes half a gigabyte that the
engine needs.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cracklens.datasets import Dataset, Split
from cracklens.datasets.features import FeatureCache, Features, extract_features
from cracklens.detection.classifier import MIN_BF16_AGREEMENT
from cracklens.models import load_engine
from cracklens.models.engines import Precision, has_bf16
from cracklens.progress import Progress
from cracklens.training.config import TrainConfig
from cracklens.training.feature_network import ExportedBackbone, exported_backbone, torch_features
from cracklens.training.sample import Clock, draw, sample_pixels, without_unreadable

if TYPE_CHECKING:
    from cracklens.training.head import Head
    from cracklens.training.result import Trained

BF16_SAMPLE = 1024


def train_on_features(
    config: TrainConfig, dataset: Dataset, split: Split, cache: Path, progress: Progress
) -> "Trained":
    """Compute the features of all pictures (or read them from the cache) and train the head.

    With precision `auto`, bf16 features are used if the processor supports bf16. If bf16 changes
    more than 0.1 % of the head's decisions on a sample, the run starts again in f32.
    """
    clock = Clock()
    backbone = exported_backbone(config, cache, progress=progress)
    clock.lap("export")
    run = _Run(config, backbone, cache, progress)
    precision: Precision = "bf16" if _wants_bf16(config) else "f32"
    # the small checks run first, while little memory is in use
    sample = sample_pixels(dataset, backbone.preprocessing, config.max_pixels)
    reference = torch_features(config, backbone, sample)
    agreement = run.agreement(sample, reference) | {"precision": precision}
    sampled = dataset.subset(draw(dataset, BF16_SAMPLE))
    exact = run.features(sampled, "f32") if precision == "bf16" else None
    clock.lap("agreement")
    features = run.features(dataset, precision)
    left, kept = without_unreadable(config, dataset, split, features.indices, features.unreadable)
    clock.lap("features")
    known = len(features.indices) - features.computed
    progress.say(
        f"features of {len(features.indices):,} pictures in {precision}: {features.computed:,} "
        f"computed now, {known:,} from the cache or copies, {clock.laps['features']:.0f} s"
    )
    from cracklens.training.fit import fit_head, logits_of
    from cracklens.training.result import Trained

    head, history, best = fit_head(
        config, features.values, left.labels, kept, len(left.classes), progress=progress
    )
    clock.lap("head")
    validation_logits = logits_of(head, features.values[kept.validation])
    if exact is not None:
        rows = {digest: row for row, digest in enumerate(features.sha256)}
        same = features.values[[rows[digest] for digest in exact.sha256]]
        agreement |= run.bf16_agreement(same, exact.values, head)
        if config.precision == "auto" and not _agrees(agreement):
            progress.say("bf16 does not agree well enough with f32: starting again in f32")
            del features, exact, head  # half a gigabyte
            exactly = config.model_copy(update={"precision": "f32"})
            again = train_on_features(exactly, dataset, split, cache, progress)
            return replace(again, agreement=agreement | {"precision": "f32"})
    return Trained(
        dataset=left,
        sha256=features.sha256,
        split=kept,
        unreadable=features.unreadable,
        backbone_onnx=backbone.network,
        backbone=backbone.info,
        preprocessing=backbone.preprocessing,
        head=head,
        trained_parameters=sum(p.numel() for p in head.parameters()),
        history=history,
        best_epoch=best,
        validation_logits=validation_logits,
        sample=sample,
        sample_logits=logits_of(head, reference),
        agreement=agreement,
        seconds=clock.laps,
    )


def _wants_bf16(config: TrainConfig) -> bool:
    """Tell whether to use bf16; the engine refuses an explicit `bf16` that is not supported."""
    return config.precision == "bf16" or (config.precision == "auto" and has_bf16())


def _agrees(agreement: dict[str, Any]) -> bool:
    return bool(agreement["bf16_decisions_equal"] >= MIN_BF16_AGREEMENT)


class _Run:
    """Settings and cache of one run, shared by its steps."""

    def __init__(
        self, config: TrainConfig, backbone: ExportedBackbone, cache: Path, progress: Progress
    ) -> None:
        self._config, self._backbone = config, backbone
        self._cache, self._progress = cache, progress

    def features(self, dataset: Dataset, precision: Precision) -> Features:
        engine = load_engine(self._backbone.network, precision=precision)
        store = FeatureCache(
            self._cache,
            backbone=self._backbone.key,
            preprocessing=self._backbone.preprocessing,
            engine=engine,
        )
        return extract_features(
            dataset.paths,
            engine,
            self._backbone.preprocessing,
            store,
            max_pixels=self._config.max_pixels,
            progress=self._progress,
        )

    def agreement(
        self, sample: NDArray[np.uint8], reference: NDArray[np.float32]
    ) -> dict[str, Any]:
        """Compare f32 features of the engine with those of PyTorch."""
        from cracklens.training.agreement import relative_error

        engine = load_engine(self._backbone.network)
        error = relative_error(engine.run(sample)["features"], reference)
        self._progress.say(
            f"{engine.name} in f32 against PyTorch on {len(sample)} pictures: "
            f"relative error {error:.1e}"
        )
        return {
            "engine": engine.name,
            "sample_torch": len(sample),
            "f32_relative_error": error,
        }

    def bf16_agreement(
        self, bf16: NDArray[np.float32], exact: NDArray[np.float32], head: "Head"
    ) -> dict[str, Any]:
        """Compare bf16 with f32 features of a sample of pictures."""
        from cracklens.training.agreement import compare_bf16

        check = compare_bf16(bf16, exact, head)
        self._progress.say(
            f"bf16 against f32 on {check.sample:,} pictures: centred cosine "
            f"{check.cosine_median:.5f} (median), {check.decisions_equal:.2%} of decisions equal"
        )
        return {
            "sample_bf16": check.sample,
            "bf16_cosine_median": check.cosine_median,
            "bf16_cosine_min": check.cosine_min,
            "bf16_decisions_equal": check.decisions_equal,
        }
