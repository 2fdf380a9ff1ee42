"""`cracklens register`."""

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cracklens.cli.console import complain, listener, show_json
from cracklens.cli.options import Json, Overwrite, Quiet, flags_from, number
from cracklens.errors import UsageError
from cracklens.register.element_facts import ElementFacts
from cracklens.register.location import require_installed
from cracklens.settings_file import validated

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cracklens.register.assign import Proposal
    from cracklens.register.database import Register
    from cracklens.register.schema import Visit

_LISTED = 20
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        help="File or postgresql://USER@HOST/NAME (default: a file of this user).",
        metavar="PLACE",
    ),
]
StructureName = Annotated[str, typer.Argument(help="Name of the structure.", metavar="STRUCTURE")]
Date = Annotated[
    str | None, typer.Option(help="Of the visit (default: the last one).", metavar="YYYY-MM-DD")
]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Keep structures, visits, photographs and decisions in a database.

      cracklens register create
      cracklens register import bridge-17-report --structure 'Bridge 17'
      cracklens register assign 'Bridge 17' --pattern '{element}/*.jpg'
      cracklens register list 'Bridge 17'
    """,
)


def add_to(root: typer.Typer) -> None:
    """Add the verb."""
    root.add_typer(app, name="register", rich_help_panel="Inspect")


@app.command()
def create(*, database: Database = None, json: Json = False) -> None:
    """Make an empty register.

    cracklens register create
    cracklens register create --database postgresql://me@server/bridges
    """
    require_installed()
    from cracklens.register.database import create as make

    with make(database) as made:
        _told(json, f"made: {made.place}", {"database": made.place})


@app.command()
def upgrade(*, database: Database = None, json: Json = False) -> None:
    """Bring the tables of a register to those of this cracklens.

    cracklens register upgrade --database bridges.db
    """
    require_installed()
    from cracklens.register.database import upgrade as bring

    before, after = bring(database)
    text = f"up to date: revision {after}" if before == after else f"upgraded: {before} to {after}"
    _told(json, text, {"before": before, "after": after})


@app.command("import")
def import_(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    structure: Annotated[str, typer.Option(help="Name of the structure.", metavar="NAME")],
    *,
    date: Annotated[
        str | None,
        typer.Option(
            help="Of the visit (default: the visit with these photographs, or a new one).",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    inspector: Annotated[str | None, typer.Option(help="Who photographed.", metavar="NAME")] = None,
    weather: Annotated[str | None, typer.Option(help="In words.", metavar="TEXT")] = None,
    database: Database = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take an inspection into the register; what it has already stays as it is.

    cracklens register import bridge-17-report --structure 'Bridge 17'
    """
    require_installed()
    from cracklens.register.import_inspection import VisitFacts, import_inspection

    facts = VisitFacts(_date(date), inspector=inspector, weather=weather)
    with _open(database) as register:
        done = import_inspection(register, inspection, structure, facts, listener(quiet=quiet))
    text = (
        f"{done.structure}, {done.date}, version {done.version}: {done.added:,} photographs added, "
        f"{done.changed:,} changed, {done.unchanged:,} as before; {done.decisions:,} new decisions"
    )
    _told(json, text, asdict(done))


@app.command()
def export(
    structure: StructureName,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the result.")],
    *,
    date: Date = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="Of the inspection (default: the last one).")
    ] = None,
    database: Database = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write the inspection of a visit as a folder again, with its decisions.

    cracklens register export 'Bridge 17' -o bridge-17-report
    """
    require_installed()
    from cracklens.register.export_inspection import export_inspection
    from cracklens.register.places import find_visit

    with _open(database) as register:
        with register.reading() as session:
            visit_id = find_visit(session, structure, _date(date)).id
        done = export_inspection(register, visit_id, output, version, overwrite=overwrite)
    _told(
        json,
        f"written: {output}, version {done.version}, {done.photographs:,} photographs, "
        f"{done.decisions:,} decisions",
        asdict(done),
    )
    if done.missing:
        complain(
            f"{len(done.missing):,} overlays are not where the inspection was imported from: "
            f"{', '.join(done.missing[:3])}; inspect --resume draws them again"
        )
        raise typer.Exit(3)


@app.command()
@flags_from(ElementFacts, skip=set())
def element(
    structure: StructureName,
    name: Annotated[str, typer.Argument(help="Name of the element.", metavar="NAME")],
    *,
    parent: Annotated[
        str | None, typer.Option(help="Element that it is a part of.", metavar="NAME")
    ] = None,
    database: Database = None,
    json: Json = False,
    settings: dict[str, Any],
) -> None:
    r"""Add an element to a structure, or say more about one.

    [dim]Its number in the code, its area, and where it stands:[/]
      cracklens register element 'Bridge 17' 'Pier 3' --number 205 \
        --area-m2 42 --latitude-deg 47.3769 --longitude-deg 8.5417
    """
    facts = validated(ElementFacts, settings)
    require_installed()
    from cracklens.register.places import require_element, require_structure

    with _open(database) as register, register.writing() as session:
        found = require_structure(session, structure)
        made = require_element(session, found.id, name, parent=parent, facts=facts)
        identifier = made.id
    _told(json, f"{structure}: {name}", {"id": identifier, "structure": structure, "element": name})


@app.command()
def assign(
    structure: StructureName,
    photographs: Annotated[
        list[str] | None, typer.Argument(help="Names or patterns, with --to.", show_default=False)
    ] = None,
    *,
    pattern: Annotated[
        str | None,
        typer.Option(help="Where the element stands in the path: '{element}/*', 're:...'."),
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="CSV or XLSX with the columns photograph and element.")
    ] = None,
    radius_m: Annotated[
        str | None,
        typer.Option(help="Nearest element with coordinates within this.", metavar="<float>"),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Element of the named photographs.", metavar="NAME")
    ] = None,
    date: Date = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also photographs that have another element.")
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    """Say which photographs show which element: by folder, table, GPS or name.

    Elements that the structure does not have are made. Photographs that fit
    several elements are listed, and the exit code is 3.

      cracklens register assign 'Bridge 17' --pattern '{element}/*.jpg'
      cracklens register assign 'Bridge 17' --table elements.xlsx
      cracklens register assign 'Bridge 17' --radius-m 15
      cracklens register assign 'Bridge 17' 'north/*' IMG_0007.jpg --to 'Pier 3'
    """
    from cracklens.register.assign import assign as write

    require_installed()
    from cracklens.register.places import find_visit

    ways = [pattern, table, radius_m, to]
    if sum(way is not None for way in ways) != 1 or bool(photographs) != (to is not None):
        raise UsageError(
            "say in one way what belongs where: --pattern, --table, --radius-m, or names of "
            "photographs with --to ELEMENT"
        )
    metres = None if radius_m is None else number(radius_m)
    with _open(database) as register, register.writing() as session:
        visit = find_visit(session, structure, _date(date))
        found = _proposal(session, visit, pattern, table, metres, photographs or [], to)
        done = write(session, visit, found, replace=replace)
    _told(
        json,
        f"{done.assigned:,} photographs assigned, {done.unchanged:,} as before, {done.kept:,} keep "
        f"another element (--replace moves them), {len(found.unmatched):,} not matched",
        {**asdict(done), "ambiguous": found.ambiguous, "unmatched": found.unmatched},
    )
    if found.ambiguous:
        listed = [f"{path} {why}" for path, why in found.ambiguous.items()]
        complain(f"{len(listed):,} may belong to several elements: {'; '.join(listed[:_LISTED])}")
        raise typer.Exit(3)


@app.command("list")
def list_(
    structure: Annotated[
        str | None, typer.Argument(help="One structure alone.", metavar="STRUCTURE")
    ] = None,
    *,
    date: Date = None,
    limit: Annotated[int, typer.Option(min=1, help="Most photographs that are shown.")] = _LISTED,
    database: Database = None,
    json: Json = False,
) -> None:
    """Show visits; of one structure also quantities and the most urgent photographs.

    cracklens register list
    cracklens register list 'Bridge 17' --limit 50
    """
    require_installed()
    from cracklens.register.listing import as_text, listing

    with _open(database) as register, register.reading() as session:
        content = listing(session, structure, _date(date), limit)
    _told(json, as_text(content), content)


def _proposal(
    session: "Session",
    visit: "Visit",
    pattern: str | None,
    table: Path | None,
    radius_m: float | None,
    photographs: list[str],
    to: str | None,
) -> "Proposal":
    from cracklens.register import assign as ways

    if pattern is not None:
        return ways.propose_by_pattern(session, visit.id, pattern)
    if table is not None:
        return ways.propose_by_table(session, visit.id, table)
    if radius_m is not None:
        return ways.propose_by_position(session, visit, radius_m)
    return ways.propose_by_hand(session, visit.id, photographs, to or "")


def _open(place: str | None) -> "Register":
    from cracklens.register.database import open_register

    return open_register(place)


def _date(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text!r} is no day: write it as 2026-05-04") from None


def _told(json: bool, text: str, content: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    if json:
        show_json(content)
    else:
        typer.echo(text)
