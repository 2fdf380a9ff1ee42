"""Checks of the names of backbones and weights, without PyTorch and before pictures are read."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from cracklens.errors import UsageError, did_you_mean

SMALL = "small"
_RENAMED = re.compile(r"register_model_deprecations\(__name__, \{(.*?)\}\)", re.DOTALL)
_ALIASES = {
    "vitb16": "vit_base_patch16_224", "vitb32": "vit_base_patch32_224",
    "vitl16": "vit_large_patch16_224", "swint": "swin_tiny_patch4_window7_224",
    "swins": "swin_small_patch4_window7_224", "swinb": "swin_base_patch4_window7_224",
    "xception": "legacy_xception", "nasnetlarge": "nasnetalarge",
}  # fmt: skip
"""Names in torchvision and Keras with another spelling in timm."""


def check_names(backbone: str, weights: str) -> None:
    """Check the names of a backbone and of its weights.

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
            f"{path}: weights are read only from .safetensors files (a pickle can run code)"
        )


@cache
def timm_names() -> frozenset[str]:
    """Return the names of timm's networks, from its source code: its import needs PyTorch."""
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
    """Return a "did you mean" hint for a name, also for the spelling of another library.

    >>> suggestion("mobilenet_v2", ["mobileone_s2", "mobilenetv2_050", "mobilenetv2_100"])
    "did you mean 'mobilenetv2_100'?"
    """
    listed = sorted(known)
    key = _simplified(name)
    if (alias := _ALIASES.get(key)) in listed:
        return f"did you mean '{alias}'?"
    same = [each for each in listed if _simplified(each) == key]
    longer = [each for each in listed if key and re.fullmatch(rf"{key}\d*", _simplified(each))]
    # the published network has the width 100 %
    found = same or [each for each in longer if each.endswith("_100")]
    if not found and len(key) > 3:  # noqa: PLR2004
        found = sorted(longer, key=len)
    return f"did you mean '{found[0]}'?" if found else did_you_mean(name, listed)


def _simplified(name: str) -> str:
    return "".join(c for c in name.split(".", maxsplit=1)[0].lower() if c.isalnum())
