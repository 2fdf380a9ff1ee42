"""`cracklens audit`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cracklens.cli.console import list_unreadable, listener, show_json
from cracklens.cli.options import Group, Json, MaxPixels, Positive, Quiet, number
from cracklens.machine import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from cracklens.datasets import Audit

_SHOWN = 5


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Train and test")(audit)


def audit(
    data: Annotated[Path, typer.Argument(help="Labelled pictures: DATA/<class>/...")],
    split: Annotated[
        Literal["published", "random", "grouped", "folders", "near-duplicates"] | None,
        typer.Option(
            help="Count duplicates on both sides: published, random, grouped, folders or "
            "near-duplicates.",
            metavar="KIND",
        ),
    ] = None,
    group: Group = None,
    positive: Positive = None,
    validation_fraction: Annotated[
        float, typer.Option(help="Of the split.", parser=number, metavar="<float>")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Of the split.")] = 42,
    expect: Annotated[
        str | None, typer.Option(help="Published set that this should be, such as metu.")
    ] = None,
    max_pixels: MaxPixels = DEFAULT_MAX_PIXELS,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if anything would spoil a test.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Look for what is wrong in labelled data before training on it.

    Counts, sizes, unreadable files, exact duplicates, the same picture in two
    classes, and duplicates that a split puts on both sides.

      cracklens audit metu --expect metu --split random
      cracklens audit decks --split grouped --group '<photo>-<tile>'
    """
    from cracklens.api import audit as run

    found = run(
        data,
        split=split,
        group=group,
        expect=expect,
        positive=positive,
        validation_fraction=validation_fraction,
        seed=seed,
        max_pixels=max_pixels,
        progress=listener(quiet=quiet),
    )
    if json:
        show_json(found.model_dump(mode="json"))
    else:
        typer.echo(_text(found))
    wrong_copy = found.expectation is not None and not found.expectation.matches
    if wrong_copy or (strict and found.problems):
        raise typer.Exit(1)
    list_unreadable(found.unreadable)


def _text(found: "Audit") -> str:
    total = sum(found.counts.values())
    lines = [f"{found.root}: {total:,} pictures", *found.layout]
    lines += [f"  {label:<20} {count:>8,}" for label, count in found.counts.items()]
    lines.append(_meaning(found))
    sizes = list(found.sizes_px.items())
    shown = ", ".join(f"{size} px ({count:,})" for size, count in sizes[:_SHOWN])
    more = f" and {len(sizes) - _SHOWN} more" if len(sizes) > _SHOWN else ""
    lines.append(f"sizes: {shown}{more}")
    lines += [f"note: {note} ({count:,})" for note, count in found.notes.items()]
    copies = sum(len(group) - 1 for group in found.duplicates)
    lines.append(f"distinct files: {found.distinct_files:,} ({copies:,} exact copies)")
    lines += _groups("the same picture in two classes", found.contradictions)
    if found.split:
        lines.append(
            f"split '{found.split}': {found.leaked_validation:,} validation pictures are byte for "
            "byte in another part too"
        )
        lines += _groups("copies on both sides", found.leaks)
    if found.expectation:
        lines += _expectation(found)
    return "\n".join(lines)


def _meaning(found: "Audit") -> str:
    if len(found.counts) == 1:
        return "one class only: nothing can be trained on it, and few figures tested"
    if found.positive is None and len(found.counts) == 2:  # noqa: PLR2004
        return "class that means a crack: not known by name; train with --positive NAME"
    return f"class that means a crack: {found.positive or 'none named, more than two classes'}"


def _groups(title: str, groups: list[list[str]]) -> list[str]:
    if not groups:
        return [f"{title}: none"]
    lines = [f"{title}: {len(groups):,}"]
    lines += [f"  {' = '.join(group)}" for group in groups[:_SHOWN]]
    if len(groups) > _SHOWN:
        lines.append(f"  ... and {len(groups) - _SHOWN:,} more (--json lists all)")
    return lines


def _expectation(found: "Audit") -> list[str]:
    expected = found.expectation
    assert expected is not None
    if expected.matches:
        head = [f"this is {expected.name}, complete, every file as published"]
    else:
        head = [f"this is not the published {expected.name}:"]
        head += [f"  {difference}" for difference in expected.differences]
    return [*head, f"  {expected.citation}", f"  licence {expected.licence}"]
