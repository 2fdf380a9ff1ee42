"""`cracklens decisions`."""

from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(decisions)


def decisions(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    *,
    carry_to: Annotated[
        Path | None,
        typer.Option(help="Another inspection of the same photographs, without decisions yet."),
    ] = None,
    json: Json = False,
) -> None:
    """List who decided what and when, and which versions were approved.

    Refuses a history that was changed, and says at which decision.

      cracklens decisions bridge-17-report

    Take the decisions along to a new inspection of the same photographs, by
    another model or with other settings. What lies at no line there is listed:

      cracklens decisions bridge-17-report --carry-to bridge-17-again
    """
    from cracklens.record.decisions import Journal, approvals, listed, listing_text, review
    from cracklens.record.schema import Inspection

    if carry_to is not None:
        _carry(inspection, carry_to, json=json)
        return
    reviewed = review(Inspection.load(inspection), Journal(inspection).read())
    approved = approvals(inspection)
    if json:
        show_json(
            {
                "decisions": [one.content() for one in listed(reviewed)],
                "approved": [one.model_dump(mode="json") for one in approved],
            }
        )
    else:
        typer.echo(listing_text(reviewed, approved))


def _carry(old: Path, new: Path, *, json: bool) -> None:
    from cracklens.record.decisions import carry_folder, told

    carried, lost = carry_folder(old, new)
    if json:
        left = [{"decision": one.decision.number, "reason": one.reason} for one in lost]
        show_json({"carried": len(carried), "not_carried": left})
        return
    for one in lost:
        typer.echo(
            f"not carried: decision {one.decision.number}, {told(one.decision)}: {one.reason}"
        )
    typer.echo(f"{len(carried):,} decisions carried to {new}, {len(lost):,} not")
    typer.echo(f"next: cracklens decisions {new}")
