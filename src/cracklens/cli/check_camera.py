"""`cracklens check-camera`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json, Overwrite


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("check-camera", rich_help_panel="Measure")(check_camera)


def check_camera(
    photo: Annotated[Path, typer.Argument(help="Photograph of the printed sheet.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSON file for the result.")
    ] = None,
    codes: Annotated[
        str, typer.Option(help="Codes whose boundaries count.", metavar="LIST")
    ] = "aashto-mbei",
    ruler: Annotated[
        str | None,
        typer.Option(
            help="Of the printed ruler, by a steel rule (default 100mm; card: 60mm).",
            metavar="LENGTH",
        ),
    ] = None,
    true_widths: Annotated[
        Path | None,
        typer.Option(help="CSV nominal_mm,true_mm: printed lines, by a loupe.", metavar="FILE"),
    ] = None,
    *,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Tell how well this camera measures widths, from a photograph of the sheet.

    Prints bias and scatter by width in mm, and whether they serve the boundaries
    of the chosen codes at this distance. The sheet comes from cracklens target;
    the photograph says which paper it is on.

    [dim]Keep the result for inspections with this camera:[/]
      cracklens check-camera sheet.jpg -o camera.json
      cracklens inspect bridge-17 -o report --camera camera.json

    [dim]The printed ruler is 99.2 mm long; other codes:[/]
      cracklens check-camera sheet.jpg --ruler 99.2mm --codes en-1992-1-1,bre-251
    """
    from cracklens.api.camera import check_camera as check
    from cracklens.measurement.target.text_report import check_text
    from cracklens.photos.scale.length import parse_length

    found = check(
        photo,
        output,
        codes=[name.strip() for name in codes.split(",") if name.strip()],
        ruler_mm=parse_length(ruler, "the ruler") if ruler else None,
        true_widths=true_widths,
        overwrite=overwrite,
    )
    if json:
        show_json({"output": str(output) if output else None, **found.model_dump(mode="json")})
        return
    typer.echo(check_text(found))
    if output:
        typer.echo(
            f"\nwritten: {output}\nnext: cracklens inspect PHOTOS -o REPORT --camera {output}"
        )
