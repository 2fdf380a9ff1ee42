"""Settings as a person gives them: how they are declared, read from a file, and checked."""

import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import (
    BaseModel,
    Field,
    JsonValue,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from cracklens.errors import UsageError
from cracklens.files import expand_home, read_text
from cracklens.number_text import split_numbers, with_decimal_point

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


class Settings(BaseModel):
    """A configuration as people write it, whether in flags, in a YAML file or in Python.

    Numbers may have a decimal comma, lists of numbers may be one text, and paths may begin with
    `~`. What may be two numbers is refused.

    >>> class Config(Settings):
    ...     mm_per_px: float
    >>> Config(mm_per_px="0,25").mm_per_px
    0.25
    """

    @field_validator("*", mode="before")
    @classmethod
    def _as_typed(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - not checked yet
        kind = type_of(cls.model_fields[str(info.field_name)].annotation)
        if kind is float and isinstance(value, str):
            return with_decimal_point(value)
        if get_origin(kind) is tuple:
            return _numbers(value) if get_args(kind)[0] is float else as_list(value)
        if isinstance(value, str | Path):
            return type(value)(expand_home(str(value)))
        return value


def type_of(annotation: Any) -> Any:  # noqa: ANN401 - type expressions
    """Return `T` for `T | None`, and any other type as it is."""
    options = [kind for kind in get_args(annotation) if kind is not types.NoneType]
    union = get_origin(annotation) in {Union, types.UnionType}
    return options[0] if union and len(options) == 1 else annotation


def _numbers(value: Any) -> Any:  # noqa: ANN401 - not checked yet
    """Return one number or several as a list; another value is returned unchanged.

    Raises:
        ValueError: a text is no list of numbers, or may be two lists.
    """
    if isinstance(value, str):
        parts = split_numbers(value)
        try:
            return tuple(map(float, parts))
        except ValueError:
            raise ValueError(f"{value!r}: expected numbers such as 1,0.5") from None
    if isinstance(value, int | float):
        return (value,)
    if isinstance(value, list | tuple):
        return [with_decimal_point(each) if isinstance(each, str) else each for each in value]
    return value


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


def as_list(value: Any) -> Any:  # noqa: ANN401 - whatever is given
    """Return a setting that is a list as one, also where it is given as one value or as text.

    Text is split at commas, as on the command line.

    Raises:
        ValueError: the text names nothing.

    >>> as_list("aashto-mbei, aci-224r"), as_list(1.0), as_list((1.0, 0.5))
    (('aashto-mbei', 'aci-224r'), (1.0,), (1.0, 0.5))
    """
    if isinstance(value, str):
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        if not parts:
            raise ValueError("is empty: name at least one, or leave it out")
        return parts
    return (value,) if isinstance(value, int | float) else value


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
