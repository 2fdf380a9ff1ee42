"""Options that verbs share, and flags made from a configuration."""

import inspect
import types
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cracklens.errors import UsageError
from cracklens.number_text import AmbiguousNumberError, with_decimal_point
from cracklens.settings_file import type_of

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing output.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at an unreadable picture.")]
MaxPixels = Annotated[int, typer.Option(min=1, help="Refuse pictures larger than this.")]
Group = Annotated[
    str | None,
    typer.Option(help="What a tile was cut from: '<photo>-<tile>', or a column.", metavar="TEXT"),
]
Positive = Annotated[
    str | None,
    typer.Option(help="Class that means a crack, where the names do not say so.", metavar="NAME"),
]
Precision = Annotated[
    Literal["auto", "f32", "bf16"], typer.Option(help="auto: bf16 where it agrees with f32.")
]


def number(text: str | float) -> float:
    """Read the number of a flag that is no field of a configuration, also with a decimal comma.

    Raises:
        BadParameter: it is none, or may be two.
    """
    try:
        return float(with_decimal_point(str(text)))
    except AmbiguousNumberError as error:
        raise typer.BadParameter(str(error)) from error
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number") from None


def flags_from(*models: type[BaseModel], skip: set[str]) -> Callable[[Callable[..., Any]], Any]:
    """Give a verb one flag per field of its configurations; unset flags arrive as None.

    A field that several of them have is described as in the first.

    The function's last parameter, `settings`, receives them as one dictionary, so no flag can be
    lost between the command line and the configuration.
    """

    def decorate(verb: Callable[..., Any]) -> Callable[..., Any]:
        own = [p for p in inspect.signature(verb).parameters.values() if p.name != "settings"]
        fields: dict[str, FieldInfo] = {}
        for model in models:
            known = skip | set(fields)
            fields |= {n: f for n, f in model.model_fields.items() if n not in known}

        def wrapper(**values: Any) -> Any:  # noqa: ANN401
            settings = {
                name: _parsed(name, values.pop(name), field) for name, field in fields.items()
            }
            return verb(**values, settings=settings)

        flags = [_flag(name, field) for name, field in fields.items()]
        wrapper.__signature__ = inspect.Signature([*own, *flags])  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in [*own, *flags]}
        wrapper.__doc__ = verb.__doc__
        wrapper.__name__ = verb.__name__
        return wrapper

    return decorate


def _flag(name: str, field: FieldInfo) -> inspect.Parameter:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kind, metavar = _kind(field.annotation)
    dashed = name.replace("_", "-")
    spelled = f"--{dashed}/--no-{dashed}" if kind is bool else f"--{dashed}"
    option = typer.Option(
        spelled,
        help=f"{field.description}{_shown(field.default)}",
        rich_help_panel=str(extra.get("panel", "Settings")),
        show_default=False,
        metavar=str(extra["metavar"]) if "metavar" in extra else metavar,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def _shown(default: Any) -> str:  # noqa: ANN401
    """Return a default as it is typed; those of the fields are those of the default recipe."""
    if default is None or isinstance(default, bool):
        return ""
    typed = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return f" (default {typed})"


def _kind(annotation: Any) -> tuple[Any, str | None]:  # noqa: ANN401 - a type expression
    """Return the type that the command line parses, and how help names it."""
    annotation = type_of(annotation)
    if annotation is float:  # the configuration reads it, also with a decimal comma
        return str, "<float>"
    if get_origin(annotation) is Literal or annotation in {bool, int, str, Path}:
        return annotation, None
    if get_origin(annotation) is tuple:
        return str, "LIST"
    options = get_args(annotation)
    if get_origin(annotation) in {Union, types.UnionType} and str in options:
        return str, None
    return str, "N|all"


def _parsed(name: str, value: Any, field: FieldInfo) -> Any:  # noqa: ANN401
    if value is None:
        return None
    annotation = type_of(field.annotation)
    kind = next(iter(get_args(annotation)), None)
    origin = get_origin(annotation)
    try:
        if origin is tuple and kind is not float:
            return tuple((kind or str)(part) for part in value.split(",") if part.strip())
        if _kind(field.annotation)[1] == "N|all":
            return value if value == "all" else int(value)
    except ValueError:
        flag = f"--{name.replace('_', '-')}"
        expected = "numbers such as 256,128" if origin is tuple else "a number or 'all'"
        raise UsageError(f"{flag} {value!r}: expected {expected}") from None
    return value
