"""`cracklens report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cracklens.cli.console import listener, show_json
from cracklens.cli.options import Json, Quiet

if TYPE_CHECKING:
    from cracklens.api.reviewing import ReviewedReport


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(report)


def report(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for the result (default: reviewed, inside)."),
    ] = None,
    *,
    photos: Annotated[
        Path | None, typer.Option(help="Folder to which the photographs were moved.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the report with the decisions of people in it.

    Report, overlays, crops and tables follow the decisions: rejected lines do not
    count, drawn and changed ones are measured and graded again. The report names
    each decision, the approved version, and what could not be measured. What the
    model said stays in the record and in the report of inspect.

      cracklens report bridge-17-report
      cracklens report bridge-17-report -o signed --photos /archive/17
    """
    from cracklens.api.reviewing import report as write

    done = write(inspection, output, photos=photos, progress=listener(quiet=quiet))
    if json:
        show_json(
            {
                "output": str(done.folder),
                "report": str(done.folder / "report.html"),
                "decisions": done.decisions,
                "approved": done.approved,
                "later": done.later,
                "unmeasured": dict(done.unmeasured),
                "undrawn": done.undrawn,
                "problems": done.problems,
            }
        )
        return
    typer.echo("\n".join(_told(done)))
    typer.echo(f"\nwritten: {done.folder}\nnext: open {done.folder / 'report.html'}")


def _told(done: "ReviewedReport") -> list[str]:
    """Return what a person should know, one line each."""
    counted = len([crack for photo in done.inspection.photographs for crack in photo.cracks])
    version = "not approved"
    if done.approved is not None:
        after = f", and {done.later:,} after it" if done.later else ""
        version = f"version {done.approved} approved{after}"
    lines = [f"{done.decisions:,} decisions, {version}; {counted:,} lines count"]
    lines += [f"not measured again: {name}: {why}" for name, why in done.unmeasured.items()]
    if done.undrawn:
        lines.append(
            f"no overlay and no crops: {', '.join(done.undrawn)}: the photographs are not there; "
            "say where they are with --photos FOLDER"
        )
    return [*lines, *(f"warning: {problem}" for problem in done.problems)]
