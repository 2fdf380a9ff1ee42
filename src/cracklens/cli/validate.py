"""`cracklens validate`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json
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

    Ids must be unique, overlays must exist, boxes must lie in the photographs.
    The exit code is 1 if anything is wrong.

      cracklens validate bridge-17-report
    """
    from cracklens.record.validate import find_problems

    problems = find_problems(inspection)
    if json:
        show_json({"valid": not problems, "problems": problems})
    elif not problems:
        typer.echo(f"{inspection}: valid, schema {SCHEMA_VERSION}")
    else:
        typer.echo(f"{inspection}: not valid")
        for problem in problems[:_SHOWN]:
            typer.echo(f"  {problem}")
        if len(problems) > _SHOWN:
            typer.echo(f"  ... and {len(problems) - _SHOWN:,} more (--json lists all)")
    if problems:
        raise typer.Exit(1)
