"""`cracklens validate`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json
from cracklens.files import LINES
from cracklens.record.schema import SCHEMA_VERSION

_SHOWN = 50


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(validate)


def validate(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect, or an inspection.json.")],
    *,
    json: Json = False,
) -> None:
    """Check an inspection against its schema and against itself.

    Ids must be unique, overlays must exist, boxes must lie in the photographs,
    and what is kept to regrade must belong to them.
    The exit code is 1 if anything is wrong.

      cracklens validate bridge-17-report
    """
    from cracklens.inspection.kept.validate import NOTHING_KEPT, kept_problems
    from cracklens.record.schema import Inspection
    from cracklens.record.validate import find_problems

    problems = find_problems(inspection)
    notes = []
    if inspection.is_dir() and not problems:
        problems = list(kept_problems(Inspection.load(inspection), inspection))
        notes = [] if (inspection / LINES).is_dir() else [NOTHING_KEPT]
    if json:
        show_json({"valid": not problems, "problems": problems, "notes": notes})
    elif not problems:
        typer.echo(f"{inspection}: valid, schema {SCHEMA_VERSION}")
    else:
        typer.echo(f"{inspection}: not valid")
        for problem in problems[:_SHOWN]:
            typer.echo(f"  {problem}")
        if len(problems) > _SHOWN:
            typer.echo(f"  ... and {len(problems) - _SHOWN:,} more (--json lists all)")
    if not json:
        for note in notes:
            typer.echo(f"note: {note}", err=True)
    if problems:
        raise typer.Exit(1)
