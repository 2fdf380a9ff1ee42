"""Names of backbones and weights, checked before a picture is read, without importing PyTorch."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from cracklens.errors import UsageError, did_you_mean

SMALL = "small"
_RENAMED = re.compile(r"register_model_deprecations\(__name__, \{(.*?)\}\)", re.DOTALL)
_ELSEWHERE = {
    "vitb16": "vit_base_patch16_224", "vitb32": "vit_base_patch32_224",
    "vitl16": "vit_large_patch16_224", "swint": "swin_tiny_patch4_window7_224",
    "swins": "swin_small_patch4_window7_224", "swinb": "swin_base_patch4_window7_224",
    "xception": "legacy_xception", "nasnetlarge": "nasnetalarge",
}  # fmt: skip
"""Names of torchvision and Keras whose spelling does not lead to timm's."""


def check_names(backbone: str, weights: str) -> None:
    """Check the name of a backbone and what its weights are.

    Raises:
        UsageError: timm has no such backbone, or the weights are no file that can be read.
    """
    if backbone != SMALL and backbone.split(".", maxsplit=1)[0] not in timm_names():
        raise UsageError(
            f"no backbone {backbone!r}: {suggestion(backbone, [*timm_names(), SMALL])}"
        )
    if backbone == SMALL and weights == "pretrained":
        raise UsageError("the backbone 'small' has no pretrained weights: add --weights random")
    check_weights(weights)


def check_weights(weights: str) -> None:
    """Check that weights are `pretrained`, `random` or a .safetensors file.

    Raises:
        UsageError: they are none of these.
    """
    if weights in {"pretrained", "random"}:
        return
    path = Path(weights)
    if not path.is_file():
        raise UsageError(
            f"no weights file {path}: --weights takes 'pretrained', 'random' or a file"
        )
    if path.suffix != ".safetensors":
        raise UsageError(
            f"{path}: weights are read from .safetensors files alone (pickles run code)"
        )


@cache
def timm_names() -> frozenset[str]:
    """Return the networks that timm registers, read from its source: importing it takes PyTorch."""
    spec = find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        return frozenset()
    names: set[str] = set()
    for file in (Path(spec.submodule_search_locations[0]) / "models").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        names.update(re.findall(r"@register_model\s+def (\w+)\(", text))
        for table in re.findall(
            r"register_model_deprecations\(__name__, \{(.*?)\}\)", text, re.DOTALL
        ):
            names.update(re.findall(r"['\"]([\w.]+)['\"]\s*:", table))
    return frozenset(names)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint with the network that is meant by a name as other libraries spell it.

    >>> suggestion("mobilenet_v2", ["mobileone_s2", "mobilenetv2_050", "mobilenetv2_100"])
    "did you mean 'mobilenetv2_100'?"
    """
    listed = sorted(known)
    plain = _plain(name)
    if (alias := _ELSEWHERE.get(plain)) in listed:
        return f"did you mean '{alias}'?"
    same = [each for each in listed if _plain(each) == plain]
    longer = [each for each in listed if plain and re.fullmatch(rf"{plain}\d*", _plain(each))]
    # a width of 100 % is the network as published
    meant = same or [each for each in longer if each.endswith("_100")]
    if not meant and len(plain) > 3:  # noqa: PLR2004
        meant = sorted(longer, key=len)
    return f"did you mean '{meant[0]}'?" if meant else did_you_mean(name, listed)


def _plain(name: str) -> str:
    return "".join(c for c in name.split(".", maxsplit=1)[0].lower() if c.isalnum())
