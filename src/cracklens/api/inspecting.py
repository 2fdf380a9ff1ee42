"""Inspecting photographs: the rooms wired together, from files to the report."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Unpack

from pydantic import ValidationError

import cracklens
from cracklens.api.assessing import NO_VERIFIER, assessor_of, hashes_of, unused_regions, unused_rows
from cracklens.api.opening import addition_to, open_output, with_gone
from cracklens.api.publishing import pictures_of, publish
from cracklens.detection import Detector, load_detector
from cracklens.detection.surface import load_surface_model
from cracklens.detection.tiles import TileDetector
from cracklens.errors import UsageError
from cracklens.files import as_path, sha256_file
from cracklens.grading import Context
from cracklens.inspection.config import InspectConfig, resolve_config
from cracklens.inspection.foresight import not_graded_notes
from cracklens.inspection.inputs import Inputs, find_inputs, readable
from cracklens.inspection.keywords import InspectSettings
from cracklens.inspection.lock import locked
from cracklens.inspection.run import Outcome, run_inspection
from cracklens.inspection.run_settings import run_of
from cracklens.inspection.store import (
    complete_regrade,
    require_place,
)
from cracklens.inspection.timings import Seconds, summed
from cracklens.models import ModelCard, ModelFolder
from cracklens.models.catalog import find_model, is_embedded
from cracklens.progress import SILENT, Progress
from cracklens.record.convert_measured import context_record
from cracklens.record.limits import limits_of
from cracklens.record.quantities import quantities_record
from cracklens.record.schema import Inspection, ModelRecord
from cracklens.tracing.settings import TraceSettings
from cracklens.verification.find import Finder
from cracklens.verification.verifier import load_verifier


def inspect(
    photos: str | Path | Iterable[str | Path],
    output: str | Path | None = None,
    *,
    model: str | Path | None = None,
    config: str | Path | None = None,
    resume: bool = False,
    add: bool = False,
    overwrite: bool = False,
    strict: bool = False,
    progress: Progress = SILENT,
    **settings: Unpack[InspectSettings],
) -> Inspection:
    """Find the cracks in photographs of any size, measure them, and grade them by codes.

    Widths and lengths are in millimetres where there is a scale (`marker="50mm"`, `mm_per_px=0.1`,
    `distance="3.2m"`, `scale_table="scales.csv"`), else in pixels alone.

    A photograph that cannot be inspected never ends the run; it stands in `failed` of the record. A
    file with the same bytes as another one counts once; the others stand in `copies`.

    Args:
        photos: files, folders or patterns such as `"site/*.jpg"`; one or many.
        output: folder for the report, the record, overlays and tables; without it, nothing is
            written.
        model: name of a model of the package, or a model folder; default: the one of the package.
        config: a YAML file with settings.
        resume: go on with a run of the same output that was interrupted, if there is one; of a
            finished one, look again at what changed or failed, and at photographs that are new.
        add: take new photographs into the inspection at `output`. Those that it has, known by their
            bytes, are not inspected again, and no id moves; what is gone stays in the record.
        overwrite: replace an inspection of that name.
        strict: raise the first photograph that cannot be inspected.
        progress: listener.
        **settings: any field of `cracklens.inspection.config.InspectConfig`, such as
            `least_length_px=50`, `codes="aashto-mbei"` or `region="masks/"`.

    Raises:
        UsageError: an input names no photograph; an unknown setting, or one that makes no sense.
        ModelError: no such model, or one that is incomplete or altered.
        OutputError: the output exists or cannot be written.
        PhotoError: a photograph cannot be inspected and `strict` is set.

    >>> folder = tmp_path / "inspection"
    >>> inspection = cracklens.inspect(tiles / "Positive" / "00001.jpg", folder, model=model_folder)
    >>> [photo.path for photo in inspection.photographs], len(inspection.failed)
    (['00001.jpg'], 0)
    >>> cracklens.Inspection.load(folder) == inspection
    True
    >>> sorted(path.name for path in folder.iterdir() if path.is_file())
    ['inspection.json', 'report.html', 'timings.json']
    """
    given = settings if model is None else {**settings, "model": str(model)}
    resolved = resolve_config(as_path(config) if config else None, given)
    listed = [photos] if isinstance(photos, str | Path) else list(photos)
    return inspect_all(
        listed,
        as_path(output) if output else None,
        resolved,
        resume=resume,
        add=add,
        overwrite=overwrite,
        strict=strict,
        progress=progress,
    ).inspection


@dataclass(frozen=True, slots=True)
class Inspected:
    """An inspection and what it took.

    Attributes:
        inspection: the record.
        kept: photographs that an earlier, interrupted run had finished.
        seconds: by step, over all photographs; steps run beside each other.
        wall_s: what this run took, loading the model and writing the report included.
    """

    inspection: Inspection
    kept: int
    seconds: Seconds
    wall_s: float


def inspect_all(
    photos: Sequence[str | Path],
    output: Path | None,
    config: InspectConfig,
    *,
    resume: bool = False,
    add: bool = False,
    overwrite: bool = False,
    strict: bool = False,
    progress: Progress = SILENT,
) -> Inspected:
    """Do what `inspect` does, with a configuration that is checked, and say what it took.

    Raises:
        CracklensError: as `inspect`.
    """
    if (resume or add) and overwrite:
        named = "resume goes on" if resume else "add takes in new photographs"
        raise UsageError(f"{named} and overwrite begins anew: choose one of them")
    if output is None:
        if resume or overwrite or add:
            raise UsageError("resume, add and overwrite need an output")
        return _inspect_all(photos, None, config, strict=strict, progress=progress)
    complete_regrade(output)
    require_place(output, resume=resume or add, overwrite=overwrite)
    with locked(output):
        return _inspect_all(
            photos,
            output,
            config,
            resume=resume,
            add=add,
            overwrite=overwrite,
            strict=strict,
            progress=progress,
        )


def _inspect_all(
    photos: Sequence[str | Path],
    output: Path | None,
    config: InspectConfig,
    *,
    resume: bool = False,
    add: bool = False,
    overwrite: bool = False,
    strict: bool,
    progress: Progress,
) -> Inspected:
    started = time.perf_counter()
    inputs = find_inputs(photos, output, config.region)
    for told in inputs.left_out():
        progress.say(told)
    addition = addition_to(output, inputs, add=add, resume=resume)
    inputs = addition.inputs
    for told in addition.told():
        progress.say(told)
    folder = find_model(config.model)
    assessor = assessor_of(config, inputs, folder.card)
    foreseen = not_graded_notes(
        assessor.context,
        assessor.request,
        inputs.paths,
        table=config.scale_table is not None,
        tiles=folder.card.task == "classify",
    )
    for told in foreseen:
        progress.say(told)
    detector = load_detector(
        folder,
        precision=config.precision,
        engine=config.engine,
        scales=config.scales,
        orientations=config.orientations,
    )
    surface = load_surface_model(folder, engine=config.engine) if config.surface else None
    settings = _trace_settings(config, folder.card)
    # before the store is opened: a verifier that cannot be used leaves an earlier result as it was
    verifier = load_verifier(folder, engine=config.engine)
    if verifier is None and config.threshold is not None:
        raise UsageError(NO_VERIFIER)
    finder = Finder(settings, verifier, config.threshold)
    configuration = {
        **_configuration(config, settings, detector),
        **hashes_of(config),
    }
    model = _model_record(folder, detector)
    run = run_of(cracklens.__version__, configuration, model, inputs)
    store = open_output(
        output,
        run,
        inputs,
        addition,
        resume=resume,
        overwrite=overwrite,
        max_pixels=config.max_pixels,
        progress=progress,
    )
    if isinstance(store, Inspection):
        photographs = len(store.photographs)
        return Inspected(store, photographs, summed([]), time.perf_counter() - started)
    total = len(inputs.paths) + len(addition.gone)
    outcome = run_inspection(
        inputs,
        detector,
        finder,
        assessor,
        surface=surface,
        overlays=store is not None and config.overlays,
        max_pixels=config.max_pixels,
        workers=config.workers,
        store=store,
        on_photo=pictures_of(store, config, total) if store else None,
        strict=strict,
        progress=progress,
    )
    outcome = with_gone(outcome, addition.gone, output)
    copies = {copy.path: copy.of for copy in outcome.copies}
    unused = [*unused_rows(assessor.rows, inputs, copies), *unused_regions(inputs, copies)]
    for told in unused:
        progress.say(told)
    inspection = _inspection(
        configuration,
        assessor.context,
        model,
        outcome,
        inputs,
        [*inputs.left_out(), *addition.told(), *unused, *foreseen],
    )
    if store:
        publish(store, inspection, outcome)
    return Inspected(
        inspection, outcome.kept, summed(outcome.seconds), time.perf_counter() - started
    )


def _trace_settings(config: InspectConfig, card: ModelCard) -> TraceSettings:
    """Return the settings of the tracing: the defaults, the card's, those that were given."""
    chosen: dict[str, Any] = {}
    if card.segmentation:
        chosen["seed_threshold"] = card.segmentation.seed_threshold
        chosen["grow_threshold"] = card.segmentation.grow_threshold
    given = config.model_dump(include=set(TraceSettings.model_fields), exclude_none=True)
    chosen |= given
    if "grow_threshold" not in given and "seed_threshold" in given:
        chosen["grow_threshold"] = min(chosen.get("grow_threshold", 1), chosen["seed_threshold"])
    try:
        return TraceSettings(**chosen)
    except ValidationError as error:  # a value that is given does not fit one of the card's
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def _configuration(
    config: InspectConfig, settings: TraceSettings, detector: Detector | TileDetector
) -> dict[str, Any]:
    """Return every setting of the run, as it was resolved, as JSON values."""
    return {
        **config.model_dump(mode="json"),
        **settings.model_dump(mode="json"),
        "scales": list(detector.scales),
    }


def _model_record(folder: ModelFolder, detector: Detector | TileDetector) -> ModelRecord:
    return ModelRecord(
        name=folder.card.name,
        embedded=is_embedded(folder),
        task=folder.card.task,
        network_sha256=sha256_file(folder.network),
        engine=detector.engine.name,
        precision=detector.engine.precision,
        card=folder.card.model_dump(mode="json"),
    )


def _inspection(
    configuration: dict[str, Any],
    context: Context,
    model: ModelRecord,
    outcome: Outcome,
    inputs: Inputs,
    left_out: Sequence[str],
) -> Inspection:
    return Inspection(
        cracklens_version=cracklens.__version__,
        created=datetime.now(UTC).replace(microsecond=0),
        root=readable(str(inputs.root)),
        configuration=configuration,
        context=context_record(context),
        model=model,
        quantities=quantities_record(outcome.records),
        photographs=outcome.records,
        failed=outcome.failed,
        copies=outcome.copies,
        limits=limits_of(
            model.task,
            failed=len(outcome.failed),
            scaled=sum(record.scale is not None for record in outcome.records),
            photographs=len(outcome.records),
            left_out=left_out,
        ),
    )
