"""`cracklens inspect`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cracklens.cli.console import list_unreadable, listener, show_json
from cracklens.cli.options import Json, Overwrite, Quiet, flags_from
from cracklens.errors import CracklensError
from cracklens.inspection.config import InspectConfig, resolve_config

if TYPE_CHECKING:
    from cracklens.api.inspecting import Inspected

_DEFAULT_OUTPUT = Path("inspection")


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(flags_from(InspectConfig, skip=set())(inspect))


def inspect(
    photos: Annotated[list[str], typer.Argument(help="Files, folders, or patterns in quotes.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the result.")
    ] = _DEFAULT_OUTPUT,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    *,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run; redo what changed or failed.")
    ] = False,
    add: Annotated[
        bool, typer.Option("--add", help="Take new photographs into a result; no id moves.")
    ] = False,
    overwrite: Overwrite = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at a photograph that cannot be inspected.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    settings: dict[str, Any],
) -> None:
    r"""Find the cracks in photographs of any size, measure and grade them.

    The output holds report.html, inspection.json, overlays and tables. Without
    a scale, lengths and widths are in pixels. Codes: aashto-mbei, aci-224r,
    bre-251, din-1076, en-1992-1-1, jbdpa.

    [dim]A folder of photographs, with the model of the package:[/]
      cracklens inspect bridge-17 -o bridge-17-report

    [dim]Millimetres from a marker on the wall, states by a code:[/]
      cracklens inspect bridge-17 -o report --marker 50mm \
        --codes aashto-mbei --reinforcement reinforced

    [dim]Go on after an interruption; nothing that was finished is done again:[/]
      cracklens inspect bridge-17 -o bridge-17-report --resume

    [dim]New photographs in the folder: only they are inspected, and no id moves:[/]
      cracklens inspect bridge-17 -o bridge-17-report --add

    [dim]A model of your own, long cracks only:[/]
      cracklens inspect 'site/**/*.jpg' --model mine --least-length-px 100
    """
    resolved = resolve_config(config, settings)
    from cracklens.api.inspecting import inspect_all
    from cracklens.reporting.terminal import summary_text, timings_text

    done = inspect_all(
        photos,
        output,
        resolved,
        resume=resume,
        add=add,
        overwrite=overwrite,
        strict=strict,
        progress=listener(quiet=quiet),
    )
    found = done.inspection
    if json:
        show_json(_content(done, output))
    else:
        typer.echo(summary_text(found))
        if not quiet:
            typer.echo(timings_text(done.seconds, done.wall_s, len(found.photographs)), err=True)
        typer.echo(f"\nwritten: {output}\nnext: open {output / 'report.html'}")
    if not found.photographs:
        raise CracklensError(
            f"no photograph could be inspected; the first: {found.failed[0].path}: "
            f"{found.failed[0].reason} ({output / 'inspection.json'} lists all)"
        )
    list_unreadable(
        {each.path: f"{Path(found.root, each.path)}: {each.reason}" for each in found.failed}
    )


def _content(done: "Inspected", output: Path) -> dict[str, Any]:
    from cracklens.reporting.terminal import length_px, ranked

    found = done.inspection
    return {
        "output": str(output),
        "report": str(output / "report.html"),
        "inspection": str(output / "inspection.json"),
        "photographs": len(found.photographs),
        "resumed": done.kept,
        "copies": [copy.model_dump() for copy in found.copies],
        "failed": [failed.model_dump() for failed in found.failed],
        "cracks": len(ranked(found)),
        "length_px": length_px(found),
        "seconds": {**done.seconds, "wall": round(done.wall_s, 4)},
    }
