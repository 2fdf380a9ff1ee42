"""`cracklens approve`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cracklens.cli.console import show_json
from cracklens.cli.options import Json


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(approve)


def approve(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    *,
    by: Annotated[str, typer.Option(help="Who approves.", metavar="NAME")],
    role: Annotated[str, typer.Option(help="Such as 'bridge inspector'.")],
    statement: Annotated[
        str | None, typer.Option(help="What is stated (default: a usual sentence).", metavar="TEXT")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            help="Private Ed25519 key in PEM that signs; its password is asked for, or taken from "
            "CRACKLENS_KEY_PASSWORD.",
            metavar="FILE",
        ),
    ] = None,
    expected: Annotated[
        int | None,
        typer.Option(help="Last decision that was seen; refuse if there is a later one.", min=0),
    ] = None,
    json: Json = False,
) -> None:
    """Close the current version of an inspection; later decisions belong to the next.

    approved-1.json names who, when and with which statement, and holds the hashes
    of the record, the decisions and the photographs; validate checks them.

      cracklens approve report --by 'B. Jones' --role 'bridge inspector'
      cracklens approve report --by 'B. Jones' --role engineer --key jones.pem
    """
    from cracklens.record.decisions import STATEMENT, approvals, load_signer
    from cracklens.record.decisions import approve as close

    signer = None if key is None else load_signer(key, _ask if sys.stdin.isatty() else None)
    file = close(
        inspection,
        who=by,
        role=role,
        statement=STATEMENT if statement is None else statement,
        expected=expected,
        signer=signer,
    )
    done = approvals(inspection)[-1]
    if json:
        show_json({"file": str(file), **done.model_dump(mode="json")})
    else:
        signed = f", signed with key {done.public_key}" if done.public_key else ""
        typer.echo(
            f"version {done.version} approved with {done.decisions:,} decisions{signed}\n"
            f"written: {file}\nnext: cracklens report {inspection}"
        )


def _ask() -> str:
    return str(typer.prompt("password of the key", hide_input=True, err=True))
