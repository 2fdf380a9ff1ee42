"""`cracklens train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cracklens.cli.console import list_unreadable, listener, show_json
from cracklens.cli.options import Json, Overwrite, Quiet, flags_from
from cracklens.training.config import TrainConfig
from cracklens.training.resolve import resolve_config
from cracklens.training.segment.config import SegmentConfig
from cracklens.training.verify.config import VerifyConfig

if TYPE_CHECKING:
    from cracklens.training.verify.train import WrittenVerifier


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(rich_help_panel="Train and test")(
        flags_from(TrainConfig, SegmentConfig, VerifyConfig, skip={"recipe", "task"})(train)
    )


def train(
    data: Annotated[Path, typer.Argument(help="Labelled pictures: DATA/<class>/...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")],
    task: Annotated[
        Literal["classify", "segment", "verify"] | None,
        typer.Option(
            help="Label whole tiles (default), find the pixels of cracks, or judge found lines."
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            help="resnet101 (published, default), small, segmenter, verifier, or a TOML file."
        ),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    *,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    settings: dict[str, Any],
) -> None:
    r"""Train a classifier on labelled pictures.

    Values come from the recipe, then --config, then the flags; the later is the
    stronger. The defaults shown are those of the published recipe.

    [dim]The published recipe, on a copy of METU:[/]
      cracklens train metu -o metu-resnet101

    [dim]Your own weights, a random split:[/]
      cracklens train metu -o mine --backbone mobilenetv2_100 \
        --weights mobilenetv2_100.safetensors --split random

    [dim]Whole photographs held out (7001-115.jpg is tile 115 of photo 7001):[/]
      cracklens train decks -o decks --split grouped --group '<photo>-<tile>'

    [dim]The model that ships with the package, again (two hours on 2 cores):[/]
      cracklens train metu -o mine --task segment

    [dim]The second stage of that model, which tells cracks from joints (an hour):[/]
      cracklens train metu -o mine-verified --task verify --segmenter mine

    [dim]Without any weights, a minute on a laptop:[/]
      cracklens train tiles -o tiny --recipe small
    """
    given = settings | {"task": task}
    resolved = resolve_config(recipe, config, given)
    from cracklens.api import require_training

    require_training()
    from cracklens.training.train import train as run

    written: Any = run(data, output, resolved, overwrite=overwrite, progress=listener(quiet=quiet))
    if written is None:
        return
    if isinstance(resolved, VerifyConfig):
        _show_verifier(written, json=json)
        return
    if json:
        show_json(
            {
                "model": str(written.folder.path),
                "validation": written.validation.model_dump(mode="json"),
                "agreement": written.folder.card.agreement.model_dump(mode="json"),
                "unreadable": {str(path): why for path, why in written.unreadable.items()},
            }
        )
    else:
        typer.echo(written.validation.text())
        plots = "" if written.folder.card.segmentation else ", training_history.png"
        typer.echo(f"\nwritten: {written.folder.path} (open README.md{plots})")
        typer.echo(f"next: cracklens evaluate {written.folder.path} PICTURES-IT-NEVER-SAW")
    list_unreadable(written.unreadable)


def _show_verifier(written: "WrittenVerifier", *, json: bool) -> None:
    found, settings = written.calibration, written.folder.card.verification
    if json:
        show_json(
            {
                "model": str(written.folder.path),
                "calibration_error": found.error,
                "threshold": found.threshold,
                "reported_length_that_is_crack": found.right,
                "crack_length_reported": found.found,
                "pieces": settings.counts if settings else {},
            }
        )
        return
    typer.echo(f"written: {written.folder.path} (open README.md)")
    typer.echo(f"next: cracklens inspect PHOTOGRAPHS --model {written.folder.path}")
