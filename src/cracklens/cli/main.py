"""`cracklens`: the verbs, and what becomes of errors."""

import io
import os
import re
import sys
import warnings
from typing import Annotated

import typer

import cracklens
from cracklens.cli import (
    approve,
    audit,
    check_camera,
    decide,
    decisions,
    doctor,
    evaluate,
    inspect,
    predict,
    register,
    regrade,
    report,
    serve,
    target,
    train,
    validate,
)
from cracklens.cli.console import complain
from cracklens.errors import CracklensError, UsageError
from cracklens.files import expand_home

_HOME = re.compile(r"(--[\w-]+=|-[a-zA-Z])?(~.*)", re.DOTALL)
_INTERRUPTED = 130  # what Typer makes of Ctrl-C

app = typer.Typer(
    name="cracklens",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    rich_markup_mode="rich",
)
inspect.add_to(app)
serve.add_to(app)
regrade.add_to(app)
decide.add_to(app)
decisions.add_to(app)
approve.add_to(app)
report.add_to(app)
validate.add_to(app)
register.add_to(app)
target.add_to(app)
check_camera.add_to(app)
predict.add_to(app)
train.add_to(app)
evaluate.add_to(app)
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
    """Find cracks in photographs of concrete: a folder in, a report out.

      cracklens inspect PHOTOS -o REPORT

    Or train a model of your own on labelled tiles and test it on structures it
    never saw.

    Exit codes: 0 done; 2 wrong usage; 3 done in part, the rest is listed; 1 anything else.
    """
    del version


def main() -> None:
    """Run the command line; errors become one message and an exit code, never a traceback."""
    warnings.filterwarnings("ignore", module=r"PIL\.")  # what matters comes as a PhotoError
    if isinstance(sys.stdout, io.TextIOWrapper):  # file names need not be UTF-8
        sys.stdout.reconfigure(errors="backslashreplace")
    code = _run()
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left goes nowhere
        if not isinstance(error, BrokenPipeError):  # that is `| head`: it has what it wanted
            complain(f"standard output cannot be written: {error.strerror or error}")
        code = code or 1
    sys.exit(code)


def _kept() -> str:
    """Say what an interrupted verb leaves, and how to go on."""
    if "register" in sys.argv[1:2]:
        return "the register is as it was before: run the same command again"
    if "inspect" in sys.argv[1:2]:
        return "photographs that were finished are kept: add --resume to go on"
    if "regrade" in sys.argv[1:2]:
        return "the old result is as it was: run the same command again"
    if "report" in sys.argv[1:2]:
        return "an earlier report is as it was: run the same command again"
    return "features that were computed are kept, as are finished epochs: the same command goes on"


def _with_home(word: str) -> str:
    """Return a word of the command line with `~` replaced, which shells leave in `--output=~/x`."""
    found = _HOME.fullmatch(word)
    return (found[1] or "") + expand_home(found[2]) if found else word


def _run() -> int:
    try:
        app(args=[_with_home(word) for word in sys.argv[1:]])
    except SystemExit as end:  # Typer ends every verb with one
        if end.code == _INTERRUPTED:
            complain(f"interrupted; {_kept()}")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except UsageError as error:
        complain(str(error))
        return 2
    except CracklensError as error:
        complain(str(error))
        return 1
    except OSError as error:
        complain(str(error))
        return 1
    return 0
