"""The training of the surface model: pictures, features, fit, export, into a model folder."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from cracklens.detection.surface import LONGEST_PX
from cracklens.errors import ModelError, UsageError
from cracklens.models import ModelFolder, load_engine
from cracklens.models.card import Surface, SurfaceSource
from cracklens.models.parts import add_surface
from cracklens.progress import SILENT, Progress
from cracklens.training.surface.fit import Features, Fitted, distance_of, fit
from cracklens.training.surface.network import (
    SurfaceNetwork,
    export_surface,
    features_of,
    load_trunk,
)
from cracklens.training.surface.pictures import Sources, SurfacePicture, training_pictures
from cracklens.training.surface.published import BRICKS, PICTURES
from cracklens.training.torch_settings import training_settings

NETWORK = "surface.onnx"
LARGEST_ERROR = 0.02
"""Of a probability by the exported network, against PyTorch: its weights are kept in float16."""
_CHECKED = 24
_LICENCES = {
    "METU": "CC BY 4.0 (Özgenel 2019, doi 10.17632/5y9wdsg2zt.2)",
    "roads sut": "CC BY 4.0 (SUT-Crack, doi 10.17632/gsbmknrhkv.6)",
    "roads nj": "CC BY 4.0 (CrackNJ156, Zenodo 6526409)",
    "masonry": f"rendered by cracklens; one photograph {BRICKS.licence}",
}
_RENDERED = "rendered by cracklens"


def train_surface(
    folder: str | Path,
    weights: str | Path,
    sources: Sources,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> ModelFolder:
    """Train a surface model and add it to a model folder, or replace the one that it has.

    About two minutes on one processor. The same arguments give the same model.

    Args:
        folder: model folder, of any task.
        weights: .safetensors file of timm's `mobilenetv2_100`, trained on ImageNet.
        sources: where the pictures lie.
        seed: of the choice and variation of the pictures.
        progress: listener.

    Raises:
        UsageError: the weights cannot be read, or the sources show too little.
        ModelError: the folder is no model folder, or the exported network differs.
        OutputError: the folder cannot be written.
    """
    pictures = list(training_pictures(sources, seed))
    progress.say(f"surface model: {len(pictures):,} pictures")
    return fit_pictures(folder, weights, pictures, progress=progress)


def fit_pictures(
    folder: str | Path,
    weights: str | Path,
    pictures: Sequence[SurfacePicture],
    *,
    progress: Progress = SILENT,
) -> ModelFolder:
    """Do what `train_surface` does, with pictures that were chosen by other means."""
    for answer in (True, False):
        if len({each.group for each in pictures if each.surface == answer}) < 2:  # noqa: PLR2004
            what = "surfaces" if answer else "pictures of something else"
            raise UsageError(f"the surface model needs {what} from two sources at least")
    with training_settings():
        trunk = load_trunk(weights)
        items = [
            Features(each.group, each.surface, features_of(trunk, each.pixels)[each.counts()])
            for each in pictures
        ]
        fitted = fit(items)
        progress.say(
            f"surface model: threshold {fitted.threshold:.3f}; in held-out sources it loses "
            f"{fitted.false_exclusion:.2%} of the surfaces and finds {fitted.found_elsewhere:.0%} "
            "of all else"
        )
        network = SurfaceNetwork(trunk, fitted).eval()
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary, NETWORK)
            export_surface(network, path)
            _check(path, network, pictures, fitted)
            return add_surface(folder, path, _card(fitted, pictures))


def _check(
    path: Path, network: SurfaceNetwork, pictures: Sequence[SurfacePicture], fitted: Fitted
) -> None:
    """Compare the exported network with PyTorch and with the fit.

    Raises:
        ModelError: they differ: the file must not be used.
    """
    engine = load_engine(path, batch_size=1)
    for each in pictures[:: max(1, len(pictures) // _CHECKED)]:
        found = engine.run(each.pixels[None])
        with torch.inference_mode():
            known, distance = network(torch.from_numpy(each.pixels)[None])
        error = float(np.abs(found["surface"] - known.numpy()).max())
        features = features_of(network.trunk, each.pixels)
        expected = distance_of(features.reshape(-1, features.shape[-1]), fitted)
        apart = max(abs(float(d) / expected - 1) for d in (found["distance"][0], distance[0]))
        if not (error <= LARGEST_ERROR and apart <= LARGEST_ERROR):
            raise ModelError(
                f"the exported surface model differs from PyTorch by {error:.1e} in probability "
                f"and {apart:.1e} in distance; nothing was written. Please report this"
            )


def _card(fitted: Fitted, pictures: Sequence[SurfacePicture]) -> Surface:
    counts: dict[tuple[str, bool], int] = {}
    for each in pictures:
        key = each.group, each.surface
        counts[key] = counts.get(key, 0) + 1
    licences = _LICENCES | {each.name: f"{each.licence}, from {each.package}" for each in PICTURES}
    return Surface(
        file=NETWORK,
        longest_px=LONGEST_PX,
        threshold=round(fitted.threshold, 4),
        false_exclusion=round(fitted.false_exclusion, 4),
        found_elsewhere=round(fitted.found_elsewhere, 4),
        calibration_error=round(fitted.calibration_error, 4),
        far_distance=round(fitted.far_distance, 2),
        false_warnings=round(fitted.false_warnings, 4),
        sources=tuple(
            SurfaceSource(
                name=name, licence=licences.get(name, _RENDERED), pictures=count, surface=surface
            )
            for (name, surface), count in counts.items()
        ),
    )
