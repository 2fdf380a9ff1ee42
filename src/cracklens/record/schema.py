"""Schema of the record of an inspection, `inspection.json`, version 3.

Points are (x, y) in pixels of the upright photograph; the centre of the top-left pixel is (0, 0).
Angles are in degrees, counter-clockwise from the x axis as seen on the photograph, 0 <= a < 180.
Values in mm are null without a scale. Records of schema 1, which has no measured values, and of
schema 2, which has no probability of a crack, are converted when they are read.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from cracklens.errors import DataError, DataNotFoundError
from cracklens.files import INSPECTION, as_path, read_text, writing
from cracklens.record.base import Box, Part, Point, Probability, Share
from cracklens.record.measured import (
    ContextRecord,
    FieldRecord,
    FinestRecord,
    FitnessRecord,
    GradeRecord,
    MeasurementRecord,
    NetworkRecord,
    PriorityRecord,
    QuantitiesRecord,
    ScaleRecord,
)
from cracklens.record.upgrade import upgraded

SCHEMA_VERSION = 3
_PROBABILITY = Field(
    default=None, ge=0, le=1, description="That it is a crack; null if nothing verified it."
)
_KINDS: Any = Field(
    default_factory=dict, description="Probability of each look-alike, by its name."
)


class BranchRecord(Part):
    """The part of a centreline between two nodes."""

    points_px: list[Point] = Field(min_length=2, description="Simplified polyline.")
    width_px: list[float] = Field(description="Full width at each point.")
    start: int = Field(ge=0, description="Index of the node at the first point.")
    end: int = Field(ge=0, description="Index of the node at the last point.")
    inferred: list[tuple[int, int]] = Field(
        default_factory=list,
        description="First and last index of the points of each part that was not seen; it has a "
        "length and no width.",
    )


class CrackRecord(Part):
    """One crack: a connected graph of branches."""

    id: str = Field(description="Within the inspection, such as 'P003-C01'.")
    probability: Probability | None = _PROBABILITY
    kinds: dict[str, Probability] = _KINDS
    confidence: float = Share
    length_px: float = Field(ge=0, description="Of all branches along the centreline.")
    mean_width_px: float = Field(ge=0)
    max_width_px: float = Field(ge=0, description="95th percentile along the length.")
    widest_px: Point
    orientation_deg: float = Field(ge=0, lt=180, description="Of the main axis, length-weighted.")
    box_px: Box = Field(description="x, y, width, height.")
    touches_border: bool = Field(
        description="At the border of the photograph: length is a lower bound."
    )
    nodes_px: list[Point]
    branches: list[BranchRecord] = Field(min_length=1)
    measurement: MeasurementRecord | None = Field(
        default=None, description="Null if nothing could be measured, as with a tile classifier."
    )
    grades: list[GradeRecord] = Field(default_factory=list, description="One per chosen code.")
    priority: PriorityRecord | None = Field(default=None, description="Null without a width in mm.")
    continues: list[str] = Field(
        default_factory=list,
        description="Ids of the other parts of the same crack, beyond what cuts it.",
    )
    network: NetworkRecord | None = Field(
        default=None, description="Of map cracking that is one finding; else null."
    )


class RejectedRecord(Part):
    """A line that the model found and that is not reported as a crack."""

    reason: str
    detail: str
    probability: Probability | None = _PROBABILITY
    kinds: dict[str, Probability] = _KINDS
    confidence: float = Share
    length_px: float = Field(ge=0)
    box_px: Box
    lines_px: list[list[Point]] = Field(description="One simplified polyline per branch.")


class TileRecord(Part):
    """A tile or window with one probability for the whole."""

    box_px: Box
    probability: float = Share


class PhotoRecord(Part):
    """One inspected photograph. It depends only on the photograph, the model and the settings."""

    id: str = Field(description="Within the inspection, such as 'P003'.")
    path: str = Field(description="Relative to `root` of the inspection, with '/'.")
    sha256: str
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    notes: list[str]
    no_concrete_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Of the photograph: nodata, transparency, uniform borders. Not searched; not "
        "part of the area.",
    )
    map_kind: Literal["pixels", "tiles"]
    scale: ScaleRecord | None = None
    scale_missing: str | None = Field(
        default=None, description="Reason for a missing scale, and what to do."
    )
    fitness: FitnessRecord | None = None
    field: FieldRecord | None = Field(
        default=None, description="Of all cracks of the photograph together."
    )
    finest_crack: FinestRecord | None = Field(
        default=None, description="That the photograph could have shown; null if not known."
    )
    finest_crack_missing: str | None = Field(
        default=None, description="Why the finest crack is not known."
    )
    cracks: list[CrackRecord] = Field(description="Longest first.")
    rejected: list[RejectedRecord]
    tiles: list[TileRecord]
    overlay: str | None = Field(description="Path of the overlay in the folder.")
    gone: Literal["removed", "replaced"] | None = Field(
        default=None,
        description="Its file was removed, or another one has its name now; null if it is there.",
    )


class FailedRecord(Part):
    """A photograph that could not be inspected."""

    path: str
    reason: str


class CopyRecord(Part):
    """A file with the same bytes as an inspected photograph; it was not counted again."""

    path: str
    of: str = Field(description="Path of the photograph that was inspected and counts.")


class ModelRecord(Part):
    """The model that was used."""

    name: str
    embedded: bool = Field(description="It is part of the package.")
    task: Literal["classify", "segment"]
    network_sha256: str
    engine: str
    precision: str
    card: dict[str, Any] = Field(description="The whole card of the model.")


class Inspection(Part):
    """A finished inspection."""

    schema_version: Literal[3] = 3
    cracklens_version: str
    created: datetime
    root: str = Field(description="Folder that the paths of the photographs are relative to.")
    configuration: dict[str, Any] = Field(description="Every setting of the run.")
    context: ContextRecord | None = Field(
        default=None, description="Facts about the member from the inspector; null without any."
    )
    model: ModelRecord
    quantities: QuantitiesRecord | None = Field(
        default=None, description="Over all photographs with a scale; null without one."
    )
    photographs: list[PhotoRecord]
    failed: list[FailedRecord]
    copies: list[CopyRecord] = Field(
        default_factory=list,
        description="Files with the same bytes as a photograph; each photograph counts once.",
    )
    limits: list[str] = Field(description="Limits of this inspection, as sentences.")

    def save(self, target: str | Path) -> Path:
        """Write the record into a folder as `inspection.json`, or to a file `NAME.json`.

        A photograph is one line of the file. The file is written completely or not at all; an
        existing file is replaced.

        Raises:
            OutputError: the file cannot be written.

        Returns:
            The file.
        """
        file = _file_of(as_path(target))
        with writing(file) as partial, partial.open("w", encoding="utf-8", newline="\n") as text:
            text.writelines(inspection_lines(self))
        return file

    @classmethod
    def load(cls, source: str | Path) -> "Inspection":
        """Read a record from a folder or a file.

        Raises:
            DataError: there is no record, its schema is newer, or a field is invalid; the message
                names the field.
        """
        file = _file_of(as_path(source))
        try:
            return cls.model_validate(read_content(file))
        except ValidationError as error:
            raise DataError(f"{file} is not a valid inspection: {faults(error)[0]}") from error


def read_content(file: Path) -> dict[str, Any]:
    """Return the JSON object of a record without validation of its fields.

    A record of an older schema is converted to the current one.

    Raises:
        DataError: the file cannot be read, is not a record, or has a newer schema.
    """
    try:
        content = read_json(file)
    except OSError as error:
        raise DataNotFoundError(
            f"{file} cannot be read ({error.strerror or error}): name the output of `inspect`"
        ) from error
    except ValueError as error:
        raise DataError(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict) or "schema_version" not in content:
        raise DataError(f"{file} is not an inspection: it has no schema_version")
    version = content["schema_version"]
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise DataError(
            f"{file} has schema {version}; this cracklens reads up to {SCHEMA_VERSION}: "
            "upgrade with pip install -U cracklens"
        )
    return upgraded(content)


def read_json(file: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the content of a JSON file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not UTF-8, not JSON, or nested too deeply.
    """
    try:
        return json.loads(read_text(file))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def faults(error: ValidationError) -> list[str]:
    """Return the validation errors of a record, one line per field."""
    return [
        f"{'.'.join(map(str, fault['loc'])) or 'the record'}: {fault['msg']}"
        for fault in error.errors(include_url=False)
    ]


def inspection_lines(
    inspection: Inspection, photographs: Iterable[str] | None = None
) -> Iterator[str]:
    """Yield the record as JSON: one line per photograph, the rest indented.

    Args:
        inspection: the record.
        photographs: the JSON of each photograph, instead of those of the record.
    """
    rows: dict[str, Iterable[str]] = {
        "photographs": _dumped(inspection.photographs) if photographs is None else photographs,
        "failed": _dumped(inspection.failed),
        "copies": _dumped(inspection.copies),
    }
    rest = inspection.model_dump(mode="json", exclude=set(rows))
    for number, key in enumerate(type(inspection).model_fields):
        yield f"{',' if number else '{'}\n  {json.dumps(key)}: "
        if key in rows:
            yield "["
            for index, row in enumerate(rows[key]):
                yield f"{',' if index else ''}\n    {row}"
            yield "\n  ]"
        else:
            text = json.dumps(rest[key], indent=2, ensure_ascii=False, allow_nan=False)
            yield text.replace("\n", "\n  ")
    yield "\n}\n"


def _dumped(rows: Iterable[BaseModel]) -> Iterator[str]:
    return (row.model_dump_json() for row in rows)


def _file_of(place: Path) -> Path:
    return place if place.suffix == ".json" and not place.is_dir() else place / INSPECTION
