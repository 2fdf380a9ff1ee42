"""`cracklens serve`."""

from pathlib import Path
from typing import Annotated

import typer

PORT = 8765


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Inspect")(serve)


def serve(
    inspection: Annotated[Path, typer.Argument(help="Output of inspect.")],
    *,
    port: Annotated[int, typer.Option(help="Port; 0 for any free one.", min=0, max=65535)] = PORT,
    host: Annotated[
        str, typer.Option(help="Address; beyond this machine only with --token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(help="What every request must bring.", envvar="CRACKLENS_TOKEN"),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(help="Further name by which browsers reach the server; may be repeated."),
    ] = None,
    photos: Annotated[
        Path | None, typer.Option(help="Where the photographs lie now, if they were moved.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open the desk: look at each finding, correct it, approve the inspection.

    Decisions are kept beside the record, in decisions.jsonl of the folder; what
    the model said is never changed. Everything works offline and by keyboard:
    press ? on the page. Stop with Ctrl-C.

      cracklens serve bridge-17-report

      cracklens serve bridge-17-report --photos /mnt/archive/bridge-17

      CRACKLENS_TOKEN=... cracklens serve report --host 0.0.0.0 --name desk.lan
    """
    import webbrowser

    from cracklens.record.schema import Inspection
    from cracklens.web.serve import Serving, open_port, require_safe
    from cracklens.web.serve import serve as run

    Inspection.load(inspection)
    serving = Serving(inspection, host, port, token, tuple(name or ()), photos)
    require_safe(serving)
    listening = open_port(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}/"
    typer.echo(f"desk of {inspection}: {address}  (Ctrl-C stops it)")
    if browser:
        webbrowser.open(address)
    run(serving, listening)
