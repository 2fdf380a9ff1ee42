"""The segmenter: one pass gives a crack probability per pixel and one for the whole tile.

A U-Net (Ronneberger, Fischer and Brox 2015, doi:10.1007/978-3-319-24574-4_28) over the feature maps
of a MobileNetV2 encoder (Sandler et al. 2018, doi:10.1109/CVPR.2018.00474), or over a small encoder
that starts from random weights.
"""

from pathlib import Path

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cracklens.errors import UsageError
from cracklens.files import require_regular
from cracklens.training.backbone_names import check_weights, suggestion

MULTIPLE_PX = 32
"""Sides of the input are multiples of this: the deepest feature map has stride 32."""

MOBILENET = "mobilenetv2_100"
SCRATCH = "unet"
ENCODERS = (MOBILENET, SCRATCH)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
_SCRATCH_WIDTHS = (16, 24, 32, 64, 96)
_DECODER_WIDTHS = (24, 32, 48, 64)  # at strides 2, 4, 8, 16
_POOLS_PX = (1, 4, 16)
_TILE_HIDDEN = 32


class Segmenter(nn.Module):
    """Pixels (N x H x W x 3, 0 to 255) to crack logits (N x H x W) and tile logits (N)."""

    mean: Tensor
    std: Tensor

    def __init__(self, encoder: "_MobileNet | _SmallEncoder") -> None:
        super().__init__()
        self.encoder, widths = encoder, encoder.widths
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1) * 255)
        shallow = (widths[0] + _UNSHUFFLED, *widths[1:4])
        self.lateral = _conv(widths[4], _DECODER_WIDTHS[3], 1)
        inputs = (*_DECODER_WIDTHS[1:], _DECODER_WIDTHS[3])
        self.decoder = nn.ModuleList(
            _conv(below + skip, width)
            for below, skip, width in zip(inputs, shallow, _DECODER_WIDTHS, strict=True)
        )
        self.refine = _conv(_DECODER_WIDTHS[0], _DECODER_WIDTHS[0])
        # the four logits at each position of stride 2 are its 2 x 2 pixels
        self.pixel = nn.Conv2d(_DECODER_WIDTHS[0], 4, 3, padding=1)
        nn.init.constant_(self.pixel.bias, -3.0)  # type: ignore[arg-type] # few pixels are cracks
        self.tile = nn.Sequential(
            nn.Linear(_DECODER_WIDTHS[2] + len(_POOLS_PX) + 1, _TILE_HIDDEN),
            nn.ReLU(),
            nn.Linear(_TILE_HIDDEN, 1),
        )

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of each pixel and of each picture."""
        scaled = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.std
        features = list(self.encoder(scaled))
        # add the original pixels at stride 2: the encoder's first stride loses hairlines
        features[0] = torch.cat([features[0], nn.functional.pixel_unshuffle(scaled, 2)], 1)
        x = self.lateral(features[4])
        at_stride_8 = x
        for level in (3, 2, 1, 0):
            x = nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = self.decoder[level](torch.cat([x, features[level]], 1))
            if level == _TILE_LEVEL:
                at_stride_8 = x
        logits = nn.functional.pixel_shuffle(self.pixel(self.refine(x)), 2)[:, 0]
        return logits, self._tile(at_stride_8, logits)

    @torch.no_grad()
    def shift_tile_logit(self, by: float) -> None:
        """Add a constant to the logits of tiles."""
        last = self.tile[2]
        assert isinstance(last, nn.Linear)
        last.bias.add_(by)

    def _tile(self, features: Tensor, logits: Tensor) -> Tensor:
        """Return the logit of the whole picture, from its strongest features and pixel logits.

        The largest means over 1, 4 and 16 pixels are used, so that a single pixel is no crack. The
        mean probability gives the extent.
        """
        plane = logits.float()[:, None]
        evidence = [nn.functional.avg_pool2d(plane, size).amax((2, 3)) for size in _POOLS_PX]
        extent = plane.flatten(1).sigmoid().mean(1, keepdim=True).clamp(min=1e-6).log()
        strongest = features.amax((2, 3)).float()
        logit: Tensor = self.tile(torch.cat([strongest, *evidence, extent], 1))
        return logit[:, 0]


_UNSHUFFLED = 12
_TILE_LEVEL = 2


def create_segmenter(encoder: str, weights: str, seed: int) -> Segmenter:
    """Create a segmenter.

    Args:
        encoder: `mobilenetv2_100`, or `unet` for a small encoder with random weights.
        weights: `random`, `pretrained` (timm's hub), or a .safetensors file of the encoder.
        seed: seed of the random weights.

    Raises:
        UsageError: unknown encoder, or weights that do not fit it.
    """
    check_encoder(encoder, weights)
    torch.manual_seed(seed)
    if encoder == SCRATCH:
        return Segmenter(_SmallEncoder())
    trunk = timm.create_model(MOBILENET, pretrained=weights == "pretrained", num_classes=0)
    if weights not in {"pretrained", "random"}:
        _load(trunk, Path(weights))
    return Segmenter(_MobileNet(trunk))


def check_encoder(encoder: str, weights: str) -> None:
    """Check the names of an encoder and of its weights.

    Raises:
        UsageError: unknown encoder, or weights that do not exist for it.
    """
    if encoder not in ENCODERS:
        raise UsageError(f"unknown encoder {encoder!r}: {suggestion(encoder, ENCODERS)}")
    if encoder == SCRATCH and weights != "random":
        raise UsageError("the encoder 'unet' has no pretrained weights: add --weights random")
    check_weights(weights)


def _load(network: nn.Module, path: Path) -> None:
    try:
        require_regular(path)
        network.load_state_dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise UsageError(f"--weights {path} cannot be read as safetensors: {error}") from error
    except RuntimeError as error:
        raise UsageError(f"--weights {path} does not fit the encoder {MOBILENET}") from error


class _MobileNet(nn.Module):
    """MobileNetV2 1.0 with folded norm layers; feature maps at strides 2, 4, 8, 16 and 32."""

    widths = (16, 24, 32, 96, 320)

    def __init__(self, trunk: nn.Module) -> None:
        super().__init__()
        trunk = fold_norms(trunk.eval())
        self.stem = nn.Sequential(trunk.get_submodule("conv_stem"), trunk.get_submodule("bn1"))
        self.blocks = _exact_where_slow(trunk.get_submodule("blocks"))

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        maps = []
        for number, stage in enumerate(self.blocks.children()):
            x = stage(x)
            if number in _LAST_OF_STRIDE:
                maps.append(x)
        return maps


_LAST_OF_STRIDE = (0, 1, 2, 4, 6)


class _ExactConv(nn.Conv2d):
    """A convolution that computes in float32 under mixed precision.

    In bf16, the backward pass of a depthwise convolution of stride 2 is 5 to 30 times slower than
    in float32 (oneDNN in PyTorch 2.14, AVX-512). The four of MobileNetV2 took a third of a step.
    """

    def forward(self, x: Tensor) -> Tensor:
        if not torch.is_autocast_enabled("cpu"):
            return super().forward(x)
        with torch.autocast("cpu", enabled=False):
            return super().forward(x.float()).to(x.dtype)


def _exact_where_slow(blocks: nn.Module) -> nn.Module:
    """Replace the depthwise convolutions of stride 2, in place."""
    for parent in list(blocks.modules()):
        for name, conv in list(parent.named_children()):
            if isinstance(conv, nn.Conv2d) and conv.groups > 1 and conv.stride == (2, 2):
                channels = conv.in_channels
                exact = _ExactConv(channels, channels, 3, stride=2, padding=1, groups=channels)
                exact.load_state_dict(conv.state_dict())
                setattr(parent, name, exact)
    return blocks


def fold_norms(module: nn.Module) -> nn.Module:
    """Merge each norm layer into the convolution before it, in place; its activation is kept.

    This freezes the statistics of ImageNet and makes a training step faster by a fifth.
    """
    before: tuple[str, nn.Conv2d] | None = None
    for name, part in list(module.named_children()):
        if isinstance(part, nn.Conv2d):
            before = (name, part)
        elif isinstance(part, nn.BatchNorm2d) and before is not None:
            setattr(module, before[0], fuse_conv_bn_eval(before[1], part))
            setattr(module, name, getattr(part, "act", nn.Identity()))
            before = None
        else:
            fold_norms(part)
    return module


class _SmallEncoder(nn.Module):
    """Five stages of two convolutions; feature maps at strides 2, 4, 8, 16 and 32."""

    widths = _SCRATCH_WIDTHS

    def __init__(self) -> None:
        super().__init__()
        before = (3, *self.widths[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(_conv(old, new, stride=2), _conv(new, new))
            for old, new in zip(before, self.widths, strict=True)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


def _conv(before: int, width: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, width, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )
