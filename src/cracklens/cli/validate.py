"""`cracklens validate`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json
from cracklens.errors import UsageError
from cracklens.files import LINES
from cracklens.record.schema import SCHEMA_VERSION

_SHOWN = 50


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(validate)


def validate(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect, or an inspection.json.")],
    *,
    public_key: Annotated[
        Path | None,
        typer.Option(
            help="PEM file of the key that every approved version must be signed with.",
            metavar="FILE",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check an inspection against its schema and against itself.

    Ids must be unique, overlays must exist, boxes must lie in the photographs,
    and what is kept to regrade must belong to them. No decision may have been
    changed, removed or swapped, and no approved version altered.
    The exit code is 1 if anything is wrong.

      cracklens validate bridge-17-report
      cracklens validate bridge-17-report --public-key smith.pem
    """
    from cracklens.inspection.kept.validate import NOTHING_KEPT, kept_problems
    from cracklens.record.decisions import approval_problems, read_public_key
    from cracklens.record.schema import Inspection
    from cracklens.record.validate import find_problems

    key = None if public_key is None else read_public_key(public_key)
    problems = find_problems(inspection)
    notes = []
    if inspection.is_dir() and not problems:
        problems = list(kept_problems(Inspection.load(inspection), inspection))
        notes = [] if (inspection / LINES).is_dir() else [NOTHING_KEPT]
    if inspection.is_dir():
        problems += approval_problems(inspection, key)
    elif key:
        raise UsageError(f"{inspection} is no folder: approved versions lie beside the record")
    if json:
        show_json({"valid": not problems, "problems": problems, "notes": notes})
    else:
        _show(inspection, problems, notes)
    if problems:
        raise typer.Exit(1)


def _show(inspection: Path, problems: list[str], notes: list[str]) -> None:
    if not problems:
        typer.echo(f"{inspection}: valid, schema {SCHEMA_VERSION}")
    else:
        typer.echo(f"{inspection}: not valid")
        for problem in problems[:_SHOWN]:
            typer.echo(f"  {problem}")
        if len(problems) > _SHOWN:
            typer.echo(f"  ... and {len(problems) - _SHOWN:,} more (--json lists all)")
    for note in notes:
        typer.echo(f"note: {note}", err=True)
