"""`cracklens`: the verbs, and what becomes of errors."""

import sys
from typing import Annotated

import typer

import cracklens
from cracklens.cli import audit, doctor, evaluate, predict, train
from cracklens.cli.console import complain
from cracklens.errors import CracklensError, UsageError

app = typer.Typer(
    name="cracklens",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    rich_markup_mode="rich",
)
train.add_to(app)
evaluate.add_to(app)
predict.add_to(app)
audit.add_to(app)
doctor.add_to(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"cracklens {cracklens.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show and exit.")
    ] = False,
) -> None:
    """Find cracks in photographs of concrete.

    Train on labelled tiles, test on structures never seen, label new pictures.

    Exit codes: 0 done; 2 wrong usage; 3 done in part, the rest is listed; 1 anything else.
    """
    del version


def main() -> None:
    """Run the command line; errors become one message and an exit code, never a traceback."""
    try:
        app()
    except UsageError as error:
        complain(str(error))
        sys.exit(2)
    except CracklensError as error:
        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        complain("interrupted; what was finished is kept: run the same command to continue")
        sys.exit(130)
    except BrokenPipeError:  # the reader went away, such as `| head`
        sys.stderr.close()
        sys.exit(1)
