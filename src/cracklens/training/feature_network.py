"""A frozen backbone as a cached ONNX file, and PyTorch's features for the comparison.

The export runs in a separate process. PyTorch needs up to 1.2 GB for it, which is free again before
the features are computed.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cracklens import errors
from cracklens.errors import CracklensError, OutputError
from cracklens.files import (
    read_text,
    require_regular,
    sha256_file,
    write_json,
    writing,
    writing_folder,
)
from cracklens.models import Preprocessing
from cracklens.progress import SILENT, Progress
from cracklens.training.config import TrainConfig

NETWORK = "backbone.onnx"
INFO = "info.json"
EXPORT_FORMAT = "1"
"""Version of the exported network. A new value makes older files in the cache invalid."""


@dataclass(frozen=True, slots=True)
class ExportedBackbone:
    """An exported backbone; `info` holds the fields of `BackboneInfo`."""

    folder: Path
    info: dict[str, object]

    @property
    def network(self) -> Path:
        """The ONNX file, from pixels to features."""
        return self.folder / NETWORK

    @property
    def key(self) -> str:
        """Key of its features: network, weights, input size, versions."""
        return f"{self.folder.name} {self.info['weights_sha256']}"

    @property
    def preprocessing(self) -> Preprocessing:
        """Conversion of pictures to its input."""
        return Preprocessing.model_validate(self.info["preprocessing"])


def exported_backbone(
    config: TrainConfig, cache: Path, *, progress: Progress = SILENT
) -> ExportedBackbone:
    """Export the backbone of a configuration, or find it in the cache.

    Raises:
        CracklensError: errors of `create_backbone` in the other process.
    """
    folder = cache / "backbones" / _key(config)
    if folder.exists() and not _is_complete(folder):
        progress.say("the exported backbone in the cache is damaged: exporting it again")
        shutil.rmtree(folder)
    if not (folder / INFO).is_file():
        fetched = ", after fetching its weights" if config.weights == "pretrained" else ""
        progress.say(f"exporting {config.backbone} to ONNX (once{fetched})")
        try:
            with writing_folder(folder) as partial:
                _run("export", config, partial)
        except OutputError:
            if not (folder / INFO).is_file():  # otherwise another run wrote it first
                raise
    info = json.loads(read_text(folder / INFO))
    return ExportedBackbone(folder, info)


def _is_complete(folder: Path) -> bool:
    """Tell whether no file of an export is missing or changed."""
    try:
        files = json.loads(read_text(folder / INFO))["files"]
        return all(sha256_file(folder / name) == value for name, value in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def torch_features(
    config: TrainConfig, backbone: ExportedBackbone, pixels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return PyTorch's float32 features (N x D) of a few pictures, from the cache if possible."""
    name = hashlib.sha256(pixels.tobytes()).hexdigest()[:16]
    cached = backbone.folder / f"reference-{name}.npy"
    if not cached.is_file():
        with tempfile.TemporaryDirectory() as temporary:
            np.save(Path(temporary, "pixels.npy"), pixels)
            _run("features", config, Path(temporary))
            values = np.load(Path(temporary, "features.npy"), allow_pickle=False)
        with writing(cached) as partial, partial.open("wb") as file:
            np.save(file, values)
    require_regular(cached)
    features: NDArray[np.float32] = np.load(cached, allow_pickle=False)
    return features


def _key(config: TrainConfig) -> str:
    """Return a hash of everything that determines the exported file."""
    weights = config.weights
    if weights not in {"pretrained", "random"} and Path(weights).is_file():
        weights = sha256_file(Path(weights))
    versions = [version(name) for name in ("timm", "torch", "onnx", "onnxscript")]
    parts = [EXPORT_FORMAT, config.backbone, weights, str(config.input_size), *versions]
    if config.weights == "random":
        parts.append(str(config.seed))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _run(task: str, config: TrainConfig, folder: Path) -> None:
    """Run this module as a program and raise its error in this process."""
    command = [sys.executable, "-m", __name__, task, str(folder)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, input=config.model_dump_json(), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    try:
        reported = json.loads(done.stdout)
        kind = getattr(errors, reported["type"], CracklensError)
    except (ValueError, KeyError, TypeError):
        raise CracklensError(
            f"the {task} of the backbone {config.backbone} failed:\n{done.stderr[-2000:]}"
        ) from None
    raise kind(reported["message"])


def _main(task: str, folder: Path, config: TrainConfig) -> None:
    import torch

    from cracklens.training.backbones import create_backbone
    from cracklens.training.export import export_backbone
    from cracklens.training.torch_settings import training_settings

    backbone, info = create_backbone(config)
    if task == "export":
        export_backbone(backbone, config.input_size, folder / NETWORK)
        fields = asdict(info) | {
            "preprocessing": info.preprocessing.model_dump(mode="json"),
            "files": {file.name: sha256_file(file) for file in sorted(folder.iterdir())},
        }
        write_json(folder / INFO, fields)
        return
    pixels = torch.from_numpy(np.load(folder / "pixels.npy", allow_pickle=False))
    with training_settings(), torch.inference_mode():
        features = torch.cat([backbone(part) for part in pixels.split(8)])  # type: ignore[no-untyped-call]
    np.save(folder / "features.npy", features.numpy())


if __name__ == "__main__":
    try:
        _main(sys.argv[1], Path(sys.argv[2]), TrainConfig.model_validate_json(sys.stdin.read()))
    except CracklensError as error:
        sys.stdout.write(json.dumps({"type": type(error).__name__, "message": str(error)}))
        sys.exit(1)
