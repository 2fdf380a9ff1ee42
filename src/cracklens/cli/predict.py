"""`cracklens predict`."""

import csv
import io
import json as json_module
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cracklens.cli.console import counted, list_unreadable, listener
from cracklens.cli.options import Json, MaxPixels, Overwrite, Precision, Quiet, Strict
from cracklens.files import require_free_file, writing
from cracklens.machine import DEFAULT_MAX_PIXELS

if TYPE_CHECKING:
    from cracklens.detection import Prediction
    from cracklens.errors import PhotoError


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Use")(predict)


def predict(
    model: Annotated[str, typer.Argument(help="Model folder, or a model of the package.")],
    pictures: Annotated[list[str], typer.Argument(help="Files, folders, or patterns in quotes.")],
    format_: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", "-f", help="Of the result.")
    ] = "table",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the result to this file.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Probability of a crack from which a picture is labelled cracked; default: that "
            "of the model's card."
        ),
    ] = None,
    precision: Precision = "auto",
    max_pixels: MaxPixels = DEFAULT_MAX_PIXELS,
    *,
    strict: Strict = False,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Label pictures: the class and its calibrated probability.

    Pictures of any size are brought to the model's input size as a whole; a
    photograph of a whole wall should be cut into tiles first.

      cracklens predict metu-resnet101 site/ --format csv -o labels.csv
      cracklens predict metu-resnet101 'site/**/*.jpg' --json | jq .predictions
    """
    if output:
        require_free_file(output, overwrite=overwrite)
    from cracklens.api import load_model

    loaded = load_model(model, precision=precision, threshold=threshold)
    errors: list[PhotoError] = []
    predictions = loaded.predict(
        pictures,
        on_error=None if strict else errors.append,
        max_pixels=max_pixels,
        progress=listener(quiet=quiet),
    )
    chosen = "json" if json else format_
    render = {"table": _table, "csv": _csv, "json": _json}[chosen]
    text = render(predictions, list(loaded.card.labels), errors)
    if output:
        with writing(output) as partial:
            partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        typer.echo(f"written: {output} ({counted(len(predictions))})", err=True)
    else:
        sys.stdout.write(text)
    list_unreadable({error.path: str(error) for error in errors})


def _table(predictions: "list[Prediction]", labels: list[str], errors: "list[PhotoError]") -> str:
    del errors
    if not predictions:
        return ""
    width = max(len(label) for label in labels)
    lines = []
    for said in predictions:
        notes = f"  ({'; '.join(said.notes)})" if said.notes else ""
        lines.append(f"{said.label:<{width}}  {said.probability:6.1%}  {said.path}{notes}\n")
    counts = {label: sum(said.label == label for said in predictions) for label in labels}
    total = ", ".join(f"{label} {count:,}" for label, count in counts.items())
    return "".join(lines) + f"{counted(len(predictions))}: {total}\n"


def _csv(predictions: "list[Prediction]", labels: list[str], errors: "list[PhotoError]") -> str:
    del errors
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["path", "label", "probability", *(f"p_{label}" for label in labels), "notes"])
    for said in predictions:
        shown = [f"{p:.6f}" for p in (said.probability, *said.probabilities)]
        table.writerow([said.path, said.label, *shown, "; ".join(said.notes)])
    return text.getvalue()


def _json(predictions: "list[Prediction]", labels: list[str], errors: "list[PhotoError]") -> str:
    rows: list[dict[str, Any]] = []
    for said in predictions:
        row = asdict(said) | {"path": str(said.path), "notes": list(said.notes)}
        row["probabilities"] = dict(zip(labels, said.probabilities, strict=True))
        row["logits"] = dict(zip(labels, said.logits, strict=True))
        rows.append(row)
    unreadable = [{"path": str(error.path), "reason": error.reason} for error in errors]
    content = {"labels": labels, "predictions": rows, "unreadable": unreadable}
    return json_module.dumps(content, indent=2, ensure_ascii=False) + "\n"
