"""Export of a verifier, and the model folder with it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cracklens.errors import ModelError
from cracklens.models import ModelFolder
from cracklens.models.card import Verification
from cracklens.models.folder import write_extended_folder
from cracklens.training.export import quiet_export
from cracklens.training.verify.calibrate import Calibration
from cracklens.training.verify.config import VerifyConfig
from cracklens.training.verify.network import VerifierNetwork
from cracklens.verification.descriptors import NAMES
from cracklens.verification.kinds import KINDS
from cracklens.verification.verifier import VERSION, Verifier
from cracklens.verification.views import VIEWS

_MAX_LOGIT_ERROR = 1e-2
_CHECKED = 8


def export_verifier(network: VerifierNetwork, path: Path) -> None:
    """Write the ONNX file of a verifier, with a free batch, and compare it with the network.

    Raises:
        ModelError: the exported network differs.
    """
    network = network.eval()
    rng = np.random.default_rng(0)
    views = [
        torch.from_numpy(rng.integers(0, 256, (_CHECKED, *shape), dtype=np.uint8))
        for shape in VIEWS.values()
    ]
    numbers = network.centre + network.spread * torch.from_numpy(
        rng.standard_normal((_CHECKED, len(NAMES))).astype(np.float32)
    )
    quiet_export(network, (*views, numbers), path, [*VIEWS, "descriptors"], ["logits"])
    verifier = Verifier(path, _settings(Calibration((0.0, 1.0, 0.0), 0.0, 0.5, 1.0, 1.0), 0.25))
    given = {name: view.numpy() for name, view in zip(VIEWS, views, strict=True)}
    with torch.inference_mode():
        expected = network(*views, numbers).numpy()
    error = float(np.abs(verifier.logits(given, numbers.numpy()) - expected).max())
    if error > _MAX_LOGIT_ERROR:
        raise ModelError(f"the exported verifier differs from the network by {error:.2g} in logits")


@contextmanager
def exported(network: VerifierNetwork) -> Iterator[Verifier]:
    """Give a verifier without calibration, as it runs in an inspection."""
    with tempfile.TemporaryDirectory(prefix="cracklens-verifier-") as folder:
        path = Path(folder) / "verifier.onnx"
        export_verifier(network, path)
        yield Verifier(path, _settings(Calibration((0.0, 1.0, 0.0), 0.0, 0.5, 1.0, 1.0), 0.25))


def write_verifier(
    segmenter: ModelFolder,
    output: Path,
    network: VerifierNetwork,
    config: VerifyConfig,
    calibration: Calibration,
    counts: dict[str, dict[str, int]],
    *,
    overwrite: bool = False,
) -> ModelFolder:
    """Write a copy of a segmenter's folder with a verifier.

    Raises:
        ModelError: the exported network differs.
        OutputError: the folder cannot be written.
    """
    values = config.model_dump(mode="json")
    for place in ("segmenter", "masked"):
        if values[place]:
            values[place] = Path(values[place]).name

    def make(folder: Path) -> dict[str, Any]:
        settings = _settings(calibration, config.candidate_threshold).model_copy(
            update={"counts": counts, "configuration": values}
        )
        export_verifier(network, folder / settings.network)
        return {"name": output.name, "verification": settings}

    return write_extended_folder(segmenter, output, make, overwrite=overwrite)


def _settings(calibration: Calibration, candidate_threshold: float) -> Verification:
    return Verification(
        version=VERSION,
        kinds=KINDS,
        candidate_threshold=candidate_threshold,
        threshold=calibration.threshold,
        calibration=calibration.coefficients,
        calibration_error=calibration.error,
        counts={},
    )
