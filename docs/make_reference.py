# ruff: noqa: INP001 - a script beside the pages that it makes
"""Make the generated pages: `cli.md` from `--help`, and the JSON Schemas of card and record.

The schemas lie in the package, for programs, and in `docs/schema`, from where the site has them.

Without options it writes them. With `--check` it names those that are not up to date and leaves
with exit code 1.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

from cracklens.cli.main import app
from cracklens.models import ModelCard, card
from cracklens.record import schema as record
from cracklens.record.decisions import JOURNAL_SCHEMA, Approval, decision_schema

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "src" / "cracklens"
SITE = "https://cracklens.github.io/cracklens"
PROGRAM = Path(sys.executable).with_name("cracklens")
COLUMNS = 80
_COLOURS = {"FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "CLICOLOR_FORCE", "TERMINAL_WIDTH"}

_HEAD = """# Command line

Generated from `cracklens --help` and `cracklens VERB --help` by `docs/make_reference.py`; a test
checks that it is up to date. The defaults that `train` shows are those of the published recipe;
another recipe brings its own. See the [published recipe](published-recipe.md) and
[`TrainConfig`](reference.md#cracklens.training.config.TrainConfig).

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed; the message says what to do |
| 2 | wrong usage: an unknown option, a setting that makes no sense, a missing file or folder |
| 3 | done in part: pictures that could not be read were left out and are listed |
| 130 | interrupted with Ctrl-C; what was finished is kept |

With `--json` a verb prints one JSON object on standard output. Progress, warnings and errors go to
standard error. `CRACKLENS_CACHE` names the folder for caches.
"""


def cli_page() -> str:
    """Return the page of the command line, in Markdown."""
    sections = [_section("cracklens", [])]
    for verb, command in typer.main.get_command(app).commands.items():
        sections.append(_section(f"cracklens {verb}", [verb]))
        parts = getattr(command, "commands", ())
        sections += [_section(f"cracklens {verb} {part}", [verb, part]) for part in parts]
    return "\n".join([_HEAD, *sections])


def _section(title: str, arguments: list[str]) -> str:
    return f"## {title}\n\n```text\n{_help(arguments)}\n```\n"


def _help(arguments: list[str]) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in _COLOURS}
    settings = {"COLUMNS": str(COLUMNS), "TERM": "dumb", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        [PROGRAM, *arguments, "--help"],
        env=kept | settings,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


def schema_of(content: dict[str, Any], name: str) -> str:
    """Return the JSON Schema of what cracklens writes; its id is its address on the site."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SITE}/schema/{name}.json",
        **content,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def pages() -> dict[Path, str]:
    """Return what each generated file should hold."""
    models = {
        f"model-card-{card.SCHEMA_VERSION}": ModelCard,
        f"inspection-{record.SCHEMA_VERSION}": record.Inspection,
        "approval-1": Approval,
    }
    contents = {name: m.model_json_schema(mode="serialization") for name, m in models.items()}
    contents[f"decision-{JOURNAL_SCHEMA}"] = decision_schema()
    schemas = {f"{name}.json": schema_of(content, name) for name, content in contents.items()}
    return {
        DOCS / "cli.md": cli_page(),
        **{PACKAGE / "schemas" / name: text for name, text in schemas.items()},
        **{DOCS / "schema" / name: text for name, text in schemas.items()},
    }


def main() -> int:
    """Write the files, or with `--check` name those that are not up to date."""
    made = pages()
    if "--check" in sys.argv[1:]:
        stale = [p for p, text in made.items() if not p.is_file() or p.read_text("utf-8") != text]
        for path in stale:
            sys.stderr.write(f"{path} is not up to date: run python docs/make_reference.py\n")
        return 1 if stale else 0
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
