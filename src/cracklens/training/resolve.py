"""The configuration of a training, from a recipe, a YAML file and flags."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cracklens.errors import UsageError, did_you_mean
from cracklens.files import as_path, read_bytes
from cracklens.settings_file import read_settings, validated
from cracklens.training.config import DEFAULT_RECIPE, TrainConfig
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.verify.config import VerifyConfig

DEFAULT_RECIPES = {"classify": DEFAULT_RECIPE, "segment": "segmenter", "verify": "verifier"}
AnyConfig = TrainConfig | SegmentConfig | VerifyConfig
_CONFIGS: dict[str, type[AnyConfig]] = {
    "classify": TrainConfig,
    "segment": SegmentConfig,
    "verify": VerifyConfig,
}


def resolve_config(
    recipe: str | None = None,
    config_file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> AnyConfig:
    """Combine a recipe, a YAML file and single values; a later source overrides an earlier one.

    Args:
        recipe: name of a recipe of the package, or a TOML file. Default: `recipe` in the YAML file,
            or the recipe of the task (the published one, `segmenter`, or `verifier`).
        config_file: YAML with any fields of the configuration of the task.
        overrides: single fields, among them `task`; None means not given.

    Returns:
        A `SegmentConfig` for the task `segment`, a `VerifyConfig` for `verify`, else a
        `TrainConfig`.

    Raises:
        UsageError: unknown recipe or field, or a value out of range.
    """
    given = read_settings(config_file, "epochs: 10") if config_file else {}
    single = {key: value for key, value in (overrides or {}).items() if value is not None}
    wanted = single.get("task") or given.get("task")
    name = str(recipe or given.get("recipe") or DEFAULT_RECIPES.get(str(wanted), DEFAULT_RECIPE))
    values = {**_read_recipe(name), **given, "recipe": Path(name).stem, **single}
    task = str(values.setdefault("task", "classify"))
    if task not in _CONFIGS:
        raise UsageError(f"unknown task {task!r}: {did_you_mean(task, _CONFIGS)}")
    kind = _CONFIGS[task]
    for key in values:
        if key not in kind.model_fields:
            raise UsageError(_unknown(key, task))
    return validated(kind, values)


def _unknown(key: Any, task: str) -> str:  # noqa: ANN401 - YAML has keys of any kind
    for other, kind in _CONFIGS.items():
        if key in kind.model_fields:
            flag = f"--{str(key).replace('_', '-')}"
            return (
                f"{key} ({flag}) belongs to the task '{other}': leave it out, or add --task {other}"
            )
    return f"unknown setting {key!r}: {did_you_mean(str(key), _CONFIGS[task].model_fields)}"


def recipes() -> list[str]:
    """Return the names of the recipes in the package."""
    folder = files("cracklens.training") / "recipes"
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def _read_recipe(name: str) -> dict[str, Any]:
    if name.endswith(".toml"):
        path = as_path(name)
        if not path.is_file():
            raise UsageError(f"no recipe file {name}")
        content = read_bytes(path)
    elif name in recipes():
        content = (files("cracklens.training") / "recipes" / f"{name}.toml").read_bytes()
    else:
        raise UsageError(f"no recipe {name!r}: {did_you_mean(name, recipes())}")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"recipe {name} is not valid TOML: {error}") from error
