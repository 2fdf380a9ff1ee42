"""`cracklens target`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json, Overwrite

_DEFAULT_OUTPUT = Path("target.pdf")


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Measure")(target)


def target(
    output: Annotated[Path, typer.Option("--output", "-o", help="PDF to write.")] = _DEFAULT_OUTPUT,
    paper: Annotated[
        Literal["a4", "letter", "legal", "card"], typer.Option(help="Paper of the sheet.")
    ] = "a4",
    *,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a sheet of lines of known width, to check a camera.

    One page: lines of 0.05 to 5 mm, dark and light, straight, curved and
    crossing, with markers and a ruler. A card for the pocket, of the size of a
    credit card to cut out, has straight lines of 0.10 to 1.27 mm. Print it at
    100 %, on matte paper, with a laser printer; photograph it; then check-camera
    reads the photograph.

      cracklens target -o target.pdf
      cracklens target --paper card -o card.pdf
    """
    from cracklens.api.camera import write_target
    from cracklens.measurement.target.papers import PAPERS

    write_target(output, paper=paper, overwrite=overwrite)
    if json:
        show_json({"output": str(output), "paper": paper})
        return
    length = PAPERS[paper].ruler.length_mm
    typer.echo(
        f"written: {output}\n"
        f"next: print it at 100 %, measure its ruler ({length:g} mm), photograph it, and\n"
        "      cracklens check-camera PHOTO -o camera.json"
    )
