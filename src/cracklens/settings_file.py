"""Settings as a person gives them: how they are declared, read from a file, and checked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, JsonValue, ValidationError

from cracklens.errors import UsageError
from cracklens.files import read_text

T = TypeVar("T", bound=BaseModel)
_BOUNDS = ("gt", "ge", "lt", "le")


def settings_of(panel: str) -> Callable[..., Any]:
    """Return what declares the settings of one panel of `--help`.

    The function takes default and description, `metavar` where the name of the value in `--help`
    is not that of its type, and the bounds of `pydantic.Field`.

    >>> size = settings_of("Scale")
    >>> class Config(BaseModel):
    ...     marker: str | None = size(None, "Side of the markers.", metavar="SIZE")
    >>> Config.model_fields["marker"].json_schema_extra
    {'panel': 'Scale', 'metavar': 'SIZE'}
    """

    def setting(
        default: Any,  # noqa: ANN401 - of any type
        description: str,
        *,
        metavar: str | None = None,
        **bounds: Any,  # noqa: ANN401 - as in pydantic
    ) -> Any:  # noqa: ANN401 - as in pydantic
        extra: dict[str, JsonValue] = {"panel": panel}
        if metavar:
            extra["metavar"] = metavar
        return Field(default, description=description, json_schema_extra=extra, **bounds)

    return setting


def optional_setting(model: type[BaseModel], name: str, panel: str, default: str) -> Any:  # noqa: ANN401 - as in pydantic
    """Declare a setting of another model again, as one that may be left out.

    Description and bounds are those of the other model.

    Args:
        model: that has the setting.
        name: of the setting there.
        panel: of `--help`.
        default: what holds where it is left out, such as "default 60".
    """
    field = model.model_fields[name]
    bounds = {key: getattr(m, key) for m in field.metadata for key in _BOUNDS if hasattr(m, key)}
    text = f"{(field.description or name).removesuffix('.')} ({default})."
    return settings_of(panel)(None, text, **bounds)


def read_settings(path: Path, example: str) -> dict[str, Any]:
    """Read a YAML file with settings, not validated.

    Args:
        path: the file.
        example: a setting for the message about a file without any, such as "epochs: 10".

    Raises:
        UsageError: the file cannot be read, is not YAML, or holds no settings.
    """
    try:
        content = yaml.safe_load(read_text(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise UsageError(f"{path} is not valid YAML: it is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or no such date
        raise UsageError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path} must hold settings like '{example}'")
    return content


def validated(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return the configuration that the values are; the message names field and flag.

    Raises:
        UsageError: a value makes no sense.

    >>> class Config(BaseModel):
    ...     batch_size: int
    >>> validated(Config, {"batch_size": "many"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    cracklens.errors.UsageError: batch_size (--batch-size): Input should be a valid integer, ...
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = str(first["loc"][0]) if first["loc"] else ""
        flag = f"{place} (--{place.replace('_', '-')}): " if place else ""
        raise UsageError(f"{flag}{first['msg'].removeprefix('Value error, ')}") from error
