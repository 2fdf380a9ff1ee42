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
    json: Json = False,
) -> None:
    """List who decided what and when, and which versions were approved.

    Refuses a history that was changed, and says at which decision.

      cracklens decisions bridge-17-report
    """
    from cracklens.record.decisions import Journal, approvals, listed, listing_text, review
    from cracklens.record.schema import Inspection

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
