"""`cracklens evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cracklens.cli.console import list_unreadable, listener, show_json
from cracklens.cli.options import (
    Group,
    Json,
    MaxPixels,
    Overwrite,
    Positive,
    Precision,
    Quiet,
    Strict,
)
from cracklens.errors import UsageError
from cracklens.files import require_free
from cracklens.machine import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from cracklens.evaluation.segmentation import MaskEvaluation


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Train and test")(evaluate)


def evaluate(
    model: Annotated[str, typer.Argument(help="Model folder, or a model of the package.")],
    data: Annotated[Path, typer.Argument(help="Labelled pictures: DATA/<class>/...")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for report, tables and plots.")
    ] = None,
    part: Annotated[
        Literal["all", "train", "validation", "test"],
        typer.Option(help="Part of the data it was trained with.", metavar="PART"),
    ] = "all",
    group: Group = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="THEIRS=OURS, for class names that differ.", metavar="A=B"),
    ] = None,
    positive: Positive = None,
    precision: Precision = "auto",
    replicates: Annotated[int, typer.Option(min=1, help="Bootstrap resamples.")] = 1000,
    max_pixels: MaxPixels = DEFAULT_MAX_PIXELS,
    *,
    strict: Strict = False,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare a model's answers with labelled pictures, with 95 % intervals.

    [dim]On the part of METU that the model did not train on:[/]
      cracklens evaluate metu-resnet101 metu --part validation -o result

    [dim]On a structure it never saw, resampling whole photographs:[/]
      cracklens evaluate metu-resnet101 decks --group '<photo>-<tile>' -o result

    [dim]Class names that differ:[/]
      cracklens evaluate metu-resnet101 mine --map Riss=Positive --map ok=Negative
    """
    mapping = _mapping(map_)
    if output:
        require_free(output, overwrite=overwrite)
    from cracklens.api import load_model
    from cracklens.datasets.annotations import find_annotations

    loaded = load_model(model, precision=precision)
    if loaded.card.segmentation and find_annotations(data, positive):
        _refuse_for_masks(part=part, group=group, map_=map_)
        masks = loaded.evaluate_masks(
            data,
            positive=positive,
            strict=strict,
            replicates=replicates,
            max_pixels=max_pixels,
            progress=listener(quiet=quiet),
        )
        _show_masks(masks, output, overwrite=overwrite, json=json)
        return
    evaluation = loaded.evaluate(
        data,
        part=part,
        group=group,
        mapping=mapping,
        positive=positive,
        strict=strict,
        replicates=replicates,
        max_pixels=max_pixels,
        progress=listener(quiet=quiet),
    )
    if output:
        evaluation.save(output, overwrite=overwrite)
    if json:
        show_json(evaluation.as_dict())
    else:
        typer.echo(evaluation.summary.text())
        if evaluation.trained_on:
            typer.echo("\nNOT A TEST: the model was trained on these very pictures.")
        if evaluation.mapping:
            pairs = ", ".join(f"{a} as {b}" for a, b in evaluation.mapping.items())
            typer.echo(f"\nclasses matched: {pairs}")
        if output:
            mistakes = len(evaluation.mistakes())
            typer.echo(
                f"\nwritten: {output} ({mistakes:,} mistakes, see mistakes.csv and the PNGs)"
            )
    list_unreadable(evaluation.unreadable)


def _mapping(pairs: list[str] | None) -> dict[str, str]:
    mapping = {}
    for pair in pairs or []:
        theirs, equals, ours = pair.partition("=")
        if not (theirs and equals and ours):
            raise UsageError(f"--map {pair!r}: write it as THEIRS=OURS, such as CD=Positive")
        mapping[theirs] = ours
    return mapping


def _show_masks(
    masks: "MaskEvaluation", output: Path | None, *, overwrite: bool, json: bool
) -> None:
    if output:
        masks.save(output, overwrite=overwrite)
    if json:
        show_json(masks.as_dict())
    else:
        typer.echo(masks.text() + (f"\n\nwritten: {output}" if output else ""))
    list_unreadable(masks.unreadable)


def _refuse_for_masks(*, part: str, group: str | None, map_: list[str] | None) -> None:
    """Refuse options that mean nothing where pixels are compared with masks."""
    given = {"--part": part != "all", "--group": group is not None, "--map": bool(map_)}
    if named := [flag for flag, used in given.items() if used]:
        raise UsageError(
            f"{named[0]} belongs to pictures in classes; these have masks or annotations"
        )
