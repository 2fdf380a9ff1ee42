"""The record of a regraded inspection, around its photographs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import cracklens
from cracklens.api.assessing import hashes_of, unused_rows
from cracklens.api.regrade_work import Done
from cracklens.api.relinking import Place
from cracklens.grading import Context
from cracklens.grading.member import member_note
from cracklens.inspection.assess import Assessor
from cracklens.inspection.config import REGRADABLE, InspectConfig
from cracklens.inspection.foresight import is_foreseen, not_graded_notes
from cracklens.inspection.inputs import Inputs
from cracklens.record.convert_measured import context_record
from cracklens.record.frame import Frame
from cracklens.record.limits import limits_of, sentence
from cracklens.record.quantities import quantities_of
from cracklens.record.schema import CopyRecord, Inspection, PhotoRecord

_ROW, _REGION = " of the scale table is not used.", " is not used."


def new_inspection(
    frame: Frame,
    config: InspectConfig,
    assessor: Assessor,
    inputs: Inputs,
    places: Sequence[Place],
    done: Sequence[Done],
) -> Inspection:
    """Return the record of an inspection whose photographs were graded again.

    Args:
        frame: the old record.
        config: the new configuration.
        assessor: that graded.
        inputs: all files: photographs, then failed ones, then copies.
        places: where the photographs are.
        done: what came of them.
    """
    old = frame.inspection
    photographs = [PhotoRecord.model_validate_json(each.shown) for each in done]
    moved = {row.path: place.name for row, place in zip(frame.rows, places, strict=True)}
    names = set(moved.values())
    copies = [
        CopyRecord(path=each.path, of=moved[each.of])
        for each in old.copies
        if each.path not in names
    ]
    return old.model_copy(
        update={
            "cracklens_version": cracklens.__version__,
            "created": datetime.now(UTC).replace(microsecond=0),
            "root": str(inputs.root),
            "configuration": new_configuration(old.configuration, config),
            "context": context_record(assessor.context),
            "quantities": quantities_of(each.counted for each in done),
            "photographs": photographs,
            "copies": copies,
            "limits": _limits(old, frame, config, assessor, inputs, photographs, copies, done),
        }
    )


def new_configuration(old: Mapping[str, Any], config: InspectConfig) -> dict[str, Any]:
    """Return the configuration of a record with other settings, as `inspect` writes it."""
    now = config.model_dump(mode="json", include=set(REGRADABLE))
    kept = {name: value for name, value in old.items() if not name.endswith("_sha256")}
    return {**kept, **now, **hashes_of(config)}


def _limits(
    old: Inspection,
    frame: Frame,
    config: InspectConfig,
    assessor: Assessor,
    inputs: Inputs,
    photographs: Sequence[PhotoRecord],
    copies: Sequence[CopyRecord],
    done: Sequence[Done],
) -> list[str]:
    """Return the limits: what the old record says of files that were left out stays."""
    scaled_before = sum('"scale":{' in row.text for row in frame.rows)
    common = limits_of(
        old.model.task,
        failed=len(old.failed),
        scaled=scaled_before,
        photographs=len(frame.rows),
    )
    rest = old.limits[len(common) :] if old.limits[: len(common)] == common else []
    note = old.context and member_note(Context(member=old.context.member))
    rest = [
        line
        for line in rest
        if not is_foreseen(line) and not line.endswith(_ROW) and line != (note and sentence(note))
    ]
    regions = [line for line in rest if line.endswith(_REGION) and ": its region " in line]
    holds = {photo.path: each.holds_scale for photo, each in zip(photographs, done, strict=True)}
    foreseen = not_graded_notes(
        assessor.context,
        assessor.request,
        inputs.paths,
        table=config.scale_table is not None,
        tiles=old.model.task == "classify",
        holding=[*holds.values(), *(False for _ in old.failed), *(holds[c.of] for c in copies)],
    )
    unused = unused_rows(assessor.rows, inputs, {copy.path: copy.of for copy in copies})
    found = limits_of(
        old.model.task,
        failed=len(old.failed),
        scaled=sum(photo.scale is not None for photo in photographs),
        photographs=len(photographs),
    )
    return [
        *found,
        *(line for line in rest if line not in regions),
        *map(sentence, unused),
        *regions,
        *map(sentence, foreseen),
    ]
