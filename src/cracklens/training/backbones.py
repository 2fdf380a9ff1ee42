"""Backbones: any timm network or the built-in small one, with its preprocessing."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from cracklens.errors import CracklensError, UsageError, did_you_mean
from cracklens.files import require_regular
from cracklens.models import Preprocessing
from cracklens.training.backbone_names import SMALL, check_weights, suggestion
from cracklens.training.config import TrainConfig

_SMALL_WIDTHS = (16, 32, 64, 96)
_CONTAINERS = frozenset({"blocks", "stages", "layers", "features"})
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class BackboneInfo:
    """Facts about a backbone for the model card; `features` is the length of its feature vector."""

    name: str
    weights: str
    weights_sha256: str
    licence: str
    preprocessing: Preprocessing
    features: int
    parameters: int


class PixelBackbone(nn.Module):
    """Network from pixels (N x H x W x 3, uint8) to features (N x D), with normalisation."""

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(preprocessing.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(preprocessing.std).view(1, 3, 1, 1) * 255)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the features of uint8 pixels, or of float pixels on the same 0..255 scale."""
        scaled = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.std
        features: Tensor = self.network(scaled)
        return features


class SmallNet(nn.Module):
    """Four convolutions with stride 2 and global average pooling; 0.08 million parameters."""

    num_features = _SMALL_WIDTHS[-1]

    def __init__(self) -> None:
        super().__init__()
        before = 3
        stages: list[nn.Module] = []
        for width in _SMALL_WIDTHS:
            stages.append(
                nn.Sequential(
                    nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(),
                )
            )
            before = width
        self.stages = nn.Sequential(*stages)

    def forward(self, x: Tensor) -> Tensor:
        """Return N x 96 features of normalised N x 3 x H x W pictures."""
        # maximum and mean response: a crack is thin, so the mean alone is small
        maps: Tensor = self.stages(x)
        return maps.mean((2, 3)) + maps.amax((2, 3))


def create_backbone(config: TrainConfig) -> tuple[PixelBackbone, BackboneInfo]:
    """Create the backbone of a configuration, in evaluation mode.

    Raises:
        UsageError: unknown name, or a weights file that does not fit the network.
        CracklensError: the pretrained weights cannot be downloaded.
    """
    torch.manual_seed(config.seed)
    if config.backbone == SMALL:
        network: nn.Module = SmallNet()
        card: dict[str, Any] = {"license": "apache-2.0"}
        if config.weights == "pretrained":
            raise UsageError("the backbone 'small' has no pretrained weights: add --weights random")
    else:
        network, card = _create_timm(config)
    licence = ""
    if config.weights not in {"pretrained", "random"}:
        licence = _load_file(network, Path(config.weights), card)
    elif config.weights == "pretrained":
        licence = str(card.get("license") or "")
    interpolation = card.get("interpolation")
    preprocessing = Preprocessing(
        height_px=config.input_size,
        width_px=config.input_size,
        interpolation="bicubic" if interpolation == "bicubic" else "bilinear",
        mean=tuple(card.get("mean", _IMAGENET_MEAN)),
        std=tuple(card.get("std", _IMAGENET_STD)),
    )
    info = BackboneInfo(
        name=config.backbone,
        weights=_weights_name(config.weights, card),
        weights_sha256=state_sha256(network),
        licence=licence if config.weights != "random" else "none needed",
        preprocessing=preprocessing,
        features=int(network.num_features),  # type: ignore[arg-type]
        parameters=sum(p.numel() for p in network.parameters()),
    )
    return PixelBackbone(network, preprocessing).eval(), info


def _create_timm(config: TrainConfig) -> tuple[nn.Module, dict[str, Any]]:
    name = config.backbone.split(".")[0]
    if not timm.is_model(name):
        known = [*timm.list_models(), SMALL]
        raise UsageError(f"no backbone {config.backbone!r}: {suggestion(name, known)}")
    pretrained = config.weights == "pretrained"
    try:
        card = timm.models.get_pretrained_cfg(config.backbone)
    except RuntimeError:
        card = None
    if card is None:
        tags = list(timm.list_pretrained(f"{name}.*"))
        raise UsageError(f"no backbone {config.backbone!r}: {did_you_mean(config.backbone, tags)}")
    if pretrained and not card.has_weights:  # timm would use random weights instead
        raise UsageError(
            f"timm has no pretrained weights for {config.backbone}: give a local file, --weights "
            "FILE.safetensors, or --weights random"
        )
    options: dict[str, Any] = {}
    if card.fixed_input_size:
        options["img_size"] = config.input_size
    try:
        if pretrained:
            _require_safetensors(config.backbone, card.hf_hub_id)
        network = timm.create_model(
            config.backbone,
            pretrained=pretrained,
            num_classes=0,
            **options,
        )
    except UsageError:
        raise
    except Exception as error:
        if not pretrained:
            raise UsageError(f"backbone {config.backbone}: {error}") from error
        raise CracklensError(
            f"the pretrained weights of {config.backbone} could not be downloaded "
            f"({type(error).__name__}). Either connect to the network once (timm's hub keeps a "
            "copy), or give a local file: --weights FILE.safetensors. To try without weights: "
            "--weights random, or --recipe small"
        ) from error
    return network, dict(network.pretrained_cfg)


def _require_safetensors(backbone: str, repository: str | None) -> None:
    """Check with one request that the hub has the weights as a safetensors file.

    The hub's client alone retries for most of a minute, and timm loads a pickle if there is no
    safetensors file.

    Raises:
        UsageError: there is no safetensors file of the weights.
        Exception: from the client, if it has no connection.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    name = "model.safetensors"
    refusal = f"the pretrained weights of {backbone} come as a pickle, which can run code: not read"
    if not repository:
        raise UsageError(refusal)
    if isinstance(try_to_load_from_cache(repository, name), str):
        return
    try:
        get_hf_file_metadata(hf_hub_url(repository, name))
    except LocalEntryNotFoundError:  # offline and not in the cache
        raise
    except EntryNotFoundError as error:
        raise UsageError(refusal) from error


def _load_file(network: nn.Module, path: Path, card: dict[str, Any]) -> str:
    """Load a safetensors file into a network; return the licence it states, if any."""
    check_weights(str(path))
    try:
        require_regular(path)
        state = load_file(path)
        with safe_open(path, "pt") as file:
            stated = (file.metadata() or {}).get("license", "")
    except (SafetensorError, OSError) as error:
        raise UsageError(f"{path} is not a complete .safetensors file: {error}") from error
    names = card.get("classifier") or ()
    heads = tuple(f"{name}." for name in ((names,) if isinstance(names, str) else names))
    state = {key: value for key, value in state.items() if not heads or not key.startswith(heads)}
    wanted = network.state_dict()
    missing = [key for key in wanted if key not in state]
    extra = [key for key in state if key not in wanted]
    other = [k for k in wanted if k in state and wanted[k].shape != state[k].shape]
    if missing or extra or other:
        raise UsageError(
            f"{path} does not fit this backbone: {len(missing)} weights missing, {len(extra)} "
            f"unknown, {len(other)} of another shape (first: {[*missing, *extra, *other][0]})"
        )
    network.load_state_dict(state)
    return str(stated)


def _weights_name(weights: str, card: dict[str, Any]) -> str:
    if weights == "pretrained":
        return f"timm {card.get('hf_hub_id') or card.get('tag') or ''}".strip()
    return weights if weights == "random" else Path(weights).name


def state_sha256(network: nn.Module) -> str:
    """Return one SHA-256 over the names, shapes and values of all weights."""
    total = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        total.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
        total.update(value.detach().cpu().contiguous().numpy().tobytes())
    return total.hexdigest()


def stages_of(network: nn.Module) -> list[list[nn.Module]]:
    """Return the stages of a network from input to output, for unfreezing from the end.

    A stage is a direct child with convolutions or linear layers, such as `layer4` of a ResNet. Each
    child of one of timm's containers is a stage. A norm layer belongs to the stage before it.
    """
    children: list[nn.Module] = []
    for name, child in network.named_children():
        children += child.children() if name in _CONTAINERS else [child]
    stages: list[list[nn.Module]] = []
    for child in children:
        shapes = [p.dim() for p in child.parameters()]
        if any(dim > 1 for dim in shapes) or not stages:
            stages.append([child])
        elif shapes:
            stages[-1].append(child)
    return stages
