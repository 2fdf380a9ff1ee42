"""From the configuration of an inspection to what measures and grades."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cracklens.errors import UsageError
from cracklens.files import sha256_file
from cracklens.grading import Context
from cracklens.grading.priority import load_weights
from cracklens.inspection.assess import Assessor
from cracklens.inspection.config import InspectConfig
from cracklens.inspection.inputs import Inputs
from cracklens.measurement.target.result import CameraCheck
from cracklens.models.card import ModelCard
from cracklens.photos.scale import (
    ScaleRequest,
    ScaleRow,
    check_mm_per_px,
    parse_length,
    read_scale_table,
)
from cracklens.photos.scale.dictionaries import family_of

NO_VERIFIER = (
    "--threshold is a probability of a crack, and this model has no second stage that gives one: "
    "leave it out, or take the model of the package"
)
_FILES = ("scale_table", "camera", "priority_weights")


def assessor_of(config: InspectConfig, inputs: Inputs, card: ModelCard | None = None) -> Assessor:
    """Return what measures and grades the photographs of an inspection.

    Args:
        config: of the inspection.
        inputs: its photographs.
        card: of the model; without it, the finest crack is not known.

    Raises:
        UsageError: what was said of scale or member makes no sense or contradicts itself, or a file
            that was named cannot be read.
        DataError: the file of a camera is none.
    """
    rows = read_scale_table(config.scale_table, inputs.paths) if config.scale_table else {}
    return Assessor(
        request=_request(config),
        rows=rows,
        context=Context(
            codes=config.codes or (),
            exposure=config.exposure or (),
            reinforcement=config.reinforcement,
            member=config.member,
            axis_deg=config.axis_deg,
        ),
        weights=load_weights(config.priority_weights),
        camera=CameraCheck.load(config.camera).bias() if config.camera else None,
        marked_from_px=card.segmentation.finest_px if card and card.segmentation else None,
    )


def unused_rows(
    rows: Mapping[Path, ScaleRow], inputs: Inputs, copies: Mapping[str, str]
) -> list[str]:
    """Return one line for each copy whose row of the scale table says something else.

    Args:
        rows: what the table says, by the path of the photograph.
        inputs: the photographs.
        copies: path of the photograph that counts by the path of its copy, as the record has them.
    """
    by_name = {inputs.name(index): rows.get(path) for index, path in enumerate(inputs.paths)}
    return [
        f"{copy} is a copy of {of}: its line {row.line} of the scale table is not used"
        for copy, of in copies.items()
        if (row := by_name[copy]) and not _says_the_same(row, by_name[of])
    ]


def unused_regions(inputs: Inputs, copies: Mapping[str, str]) -> list[str]:
    """Return one line for each copy whose region is another than that of its photograph.

    Args:
        inputs: the photographs.
        copies: as of `unused_rows`.
    """
    by_name = {inputs.name(i): inputs.region(i) for i in range(len(inputs.paths))}
    return [
        f"{copy} is a copy of {of}: its region {region} is not used"
        for copy, of in copies.items()
        if (region := by_name[copy]) and _content(region) != _content(by_name[of])
    ]


def _content(file: Path | None) -> str | None:
    return sha256_file(file) if file else None


def _says_the_same(row: ScaleRow, other: ScaleRow | None) -> bool:
    return other is not None and row == replace(other, line=row.line, photo=row.photo)


def hashes_of(config: InspectConfig) -> dict[str, Any]:
    """Return the hash of each file that decides what is measured, beside its name."""
    return {
        f"{name}_sha256": sha256_file(path)
        for name in _FILES
        if isinstance(path := getattr(config, name), Path)
    }


def _request(config: InspectConfig) -> ScaleRequest:
    ways = {
        "--marker": config.marker,
        "--mm-per-px": config.mm_per_px,
        "--distance": config.distance,
    }
    given = [flag for flag, value in ways.items() if value is not None]
    if len(given) > 1:
        raise UsageError(
            f"{' and '.join(given)} each give the scale of all photographs: choose one; for "
            "single photographs write a table (--scale-table)"
        )
    if config.marker_dictionary is not None:
        family_of(config.marker_dictionary)  # refuses an unknown one before any work is done
    return ScaleRequest(
        marker_mm=parse_length(config.marker, "the side of the markers (--marker)")
        if config.marker
        else None,
        dictionary=config.marker_dictionary,
        distance_m=parse_length(config.distance, "the distance (--distance)") / 1000
        if config.distance
        else None,
        sensor_width_mm=parse_length(config.sensor_width, "the width of the sensor")
        if config.sensor_width
        else None,
        mm_per_px=check_mm_per_px(config.mm_per_px) if config.mm_per_px is not None else None,
    )
