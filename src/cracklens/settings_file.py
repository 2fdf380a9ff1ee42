"""Settings as a person gives them, in a YAML file or one by one, and what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from cracklens.errors import UsageError
from cracklens.files import read_text

T = TypeVar("T", bound=BaseModel)


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


def listed(value: Any) -> Any:  # noqa: ANN401 - whatever is given
    """Return a setting that is a list as one, also where it is given as one value or as text.

    Text is split at commas, as on the command line.

    Raises:
        ValueError: the text names nothing.

    >>> listed("aashto-mbei, aci-224r"), listed(1.0), listed((1.0, 0.5))
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
