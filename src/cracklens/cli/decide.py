"""`cracklens decide`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json
from cracklens.errors import UsageError

Text = str | None


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(decide)


def decide(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    about: Annotated[
        str,
        typer.Argument(
            help="Finding (P003-C01, or its id), photograph (P003, or its path); of an undo also "
            "the number of a decision.",
            metavar="FINDING|PHOTOGRAPH",
        ),
    ],
    decision: Annotated[
        str,
        typer.Argument(
            help="accept, reject, comment, gauge, state, element, course, join, split; of a "
            "photograph draw, scale, region; undo, redo.",
            metavar="DECISION",
        ),
    ],
    *,
    by: Annotated[str, typer.Option(help="Who decides.", metavar="NAME")],
    kind: Annotated[Text, typer.Option(help="reject: what it is, such as joint.")] = None,
    reason: Annotated[Text, typer.Option(help="reject, state: why.")] = None,
    text: Annotated[Text, typer.Option(help="comment.")] = None,
    element: Annotated[Text, typer.Option(help="element: its name.")] = None,
    state: Annotated[
        Text, typer.Option(help="state: by which code, and which.", metavar="CODE=STATE")
    ] = None,
    width_mm: Annotated[Text, typer.Option(help="gauge: as read.", metavar="<float>")] = None,
    standard_mm: Annotated[
        Text,
        typer.Option(help="gauge: standard uncertainty (default 0.05).", metavar="<float>"),
    ] = None,
    instrument: Annotated[Text, typer.Option(help="gauge: what with.")] = None,
    at: Annotated[Text, typer.Option(help="gauge, split: where, in px.", metavar="X,Y")] = None,
    join: Annotated[
        list[str] | None,
        typer.Option("--with", help="join: another finding; may be repeated.", metavar="FINDING"),
    ] = None,
    lines: Annotated[
        Text, typer.Option(help="course, draw: branches in px.", metavar="'X,Y X,Y; ...'")
    ] = None,
    points: Annotated[
        Text, typer.Option(help="scale: two; region: corners.", metavar="'X,Y X,Y ...'")
    ] = None,
    distance_mm: Annotated[
        Text, typer.Option(help="scale: between the two points.", metavar="<float>")
    ] = None,
    mm_per_px: Annotated[Text, typer.Option(help="scale: itself.", metavar="<float>")] = None,
    expected: Annotated[
        int | None,
        typer.Option(help="Last decision that was seen; refuse if there is a later one.", min=0),
    ] = None,
    json: Json = False,
) -> None:
    r"""Decide about a finding or a photograph; what the model said stays as it is.

    The decision is appended to decisions.jsonl of the folder and never changed.

      cracklens decide report P003-C01 accept --by 'A. Smith'
      cracklens decide report P003-C02 reject --kind joint --by 'A. Smith'
      cracklens decide report P003-C01 gauge --width-mm 0.4 --by 'A. Smith'
      cracklens decide report P003-C01 state --state aashto-mbei=CS3 \
        --reason 'water comes out' --by 'A. Smith'
      cracklens decide report P003 undo --by 'A. Smith'
    """
    from cracklens.record import decisions as room
    from cracklens.record.decisions.typed import Typed, action_of

    typed = Typed(
        kind=kind, reason=reason, text=text, element=element, state=state, width_mm=width_mm,
        standard_mm=standard_mm, instrument=instrument, at=at, join=join or None, lines=lines,
        points=points, distance_mm=distance_mm, mm_per_px=mm_per_px,
    )  # fmt: skip
    if decision in {"undo", "redo"}:
        if typed != Typed():
            raise UsageError(f"{decision} takes no further options than --by and --expected")
        again = decision == "redo"
        done = room.take_back(inspection, about, who=by, again=again, expected=expected)
    else:
        action = action_of(decision, typed)
        done = room.decide(inspection, about, action, who=by, expected=expected)
    if json:
        show_json(done.model_dump(mode="json"))
    else:
        typer.echo(f"decision {done.number}: {about}: {room.told(done)}")
