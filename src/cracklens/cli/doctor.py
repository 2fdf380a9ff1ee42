"""`cracklens doctor`."""

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Use")(doctor)


def doctor(*, json: Json = False) -> None:
    """Show versions, engine, processor, threads, GPU and caches."""
    from cracklens.doctor import examine

    found = examine()
    if json:
        show_json(found)
        return
    for title, rows in found.items():
        typer.echo(title)
        for name, value in rows.items():
            typer.echo(f"  {name:<22} {value}")
