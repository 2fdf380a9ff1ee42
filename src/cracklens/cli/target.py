"""`cracklens target`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json, Overwrite

_DEFAULT_OUTPUT = Path("target.pdf")


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Measure")(target)


def target(
    output: Annotated[Path, typer.Option("--output", "-o", help="PDF to write.")] = _DEFAULT_OUTPUT,
    *,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a sheet of lines of known width, to check a camera.

    One A4 page: lines of 0.05 to 5 mm, dark and light, straight, curved and
    crossing, with markers and a ruler. Print it at 100 %, on matte paper, with a
    laser printer; photograph it; then check-camera reads the photograph.

      cracklens target -o target.pdf
    """
    from cracklens.api.camera import write_target

    write_target(output, overwrite=overwrite)
    if json:
        show_json({"output": str(output)})
        return
    typer.echo(
        f"written: {output}\n"
        "next: print it at 100 %, measure its ruler (100 mm), photograph it, and\n"
        "      cracklens check-camera PHOTO -o camera.json"
    )
