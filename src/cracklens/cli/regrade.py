"""`cracklens regrade`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cracklens.cli.console import listener, show_json
from cracklens.cli.options import Json, Overwrite, Quiet, flags_from
from cracklens.inspection.config import REGRADABLE, InspectConfig

if TYPE_CHECKING:
    from cracklens.api.regrading import RegradedInspection

_NETWORK = set(InspectConfig.model_fields) - set(REGRADABLE)
_NAMED = 5


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(flags_from(InspectConfig, skip=_NETWORK)(regrade))


def regrade(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for the result (default: the same)."),
    ] = None,
    *,
    photos: Annotated[
        Path | None, typer.Option(help="Folder to which the photographs were moved.")
    ] = None,
    reset: Annotated[
        list[str] | None,
        typer.Option(help="Setting that is as if never given, such as member; may be repeated."),
    ] = None,
    pictures: Annotated[
        bool,
        typer.Option("--pictures/--no-pictures", help="Draw overlays and crops that change."),
    ] = True,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    settings: dict[str, Any],
) -> None:
    r"""Grade an inspection again: other scale, codes, context, threshold or priority.

    The network never runs. The photographs are read only to draw pictures that
    change, to look for markers that nobody looked for, and to measure lines that
    another threshold reports.

    [dim]The scale was forgotten:[/]
      cracklens regrade bridge-17-report --mm-per-px 0.21

    [dim]Another code, into another folder, in seconds:[/]
      cracklens regrade bridge-17-report -o by-aci --codes aci-224r \
        --exposure XC3 --no-pictures

    [dim]The photographs were moved; only lines that are surely cracks:[/]
      cracklens regrade bridge-17-report --photos /archive/17 --threshold 0.9
    """
    from cracklens.api.regrading import regrade_all
    from cracklens.reporting.terminal import summary_text

    target = output or inspection
    done = regrade_all(
        inspection,
        target,
        settings,
        photos=photos,
        reset=[name.replace("-", "_") for name in reset or ()],
        pictures=pictures,
        overwrite=overwrite,
        progress=listener(quiet=quiet),
    )
    if json:
        show_json(_content(done, target))
        return
    typer.echo(summary_text(done.inspection))
    if not quiet:
        typer.echo("\n".join(_told(done)), err=True)
    typer.echo(f"\nwritten: {target}\nnext: open {target / 'report.html'}")


def _told(done: "RegradedInspection") -> list[str]:
    """Return what a person should know, one line each."""
    count = len(done.inspection.photographs)
    lines = [f"{done.changed:,} of {count:,} photographs changed, in {done.wall_s:.1f} s"]
    if done.read:
        lines.append(f"the pixels of {done.read:,} of them were read")
    if done.undrawn:
        lines.append(
            f"{len(done.undrawn):,} photographs have no overlay and no crops now, since the old "
            "ones would show the old result"
        )
    if done.missing:
        more = f" and {len(done.missing) - _NAMED:,} more" if len(done.missing) > _NAMED else ""
        lines.append(
            f"{len(done.missing):,} photographs are not there ({', '.join(done.missing[:_NAMED])}"
            f"{more}): say where they are with --photos FOLDER"
        )
    return lines


def _content(done: "RegradedInspection", target: Path) -> dict[str, Any]:
    return {
        "output": str(target),
        "report": str(target / "report.html"),
        "inspection": str(target / "inspection.json"),
        "photographs": len(done.inspection.photographs),
        "changed": done.changed,
        "read": done.read,
        "undrawn": done.undrawn,
        "missing": done.missing,
        "seconds": {"wall": round(done.wall_s, 4)},
    }
