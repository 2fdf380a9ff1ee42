"""Conversion of the results of one photograph to its part of the record: pure functions."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.measurement.orientation import main_direction
from cracklens.photos import Photo
from cracklens.photos.numerical import FAILURES
from cracklens.record.assessed import Assessed
from cracklens.record.base import Box, Point
from cracklens.record.convert_measured import assessed_parts
from cracklens.record.facts import PhotoFacts, facts_of
from cracklens.record.measured import NetworkRecord
from cracklens.record.schema import (
    BranchRecord,
    CrackRecord,
    PhotoRecord,
    RejectedRecord,
    TileRecord,
)
from cracklens.tracing.crack import Branch, Crack, Rejected, Tracing, Verdict

Floats = NDArray[np.float64]

_PX_DIGITS = 2
_SHARE_DIGITS = 4
_DEGREE_DIGITS = 1
_LEAST_DIGITS = 2


def record_of(
    photo: Photo,
    found: ProbabilityMap,
    tracing: Tracing,
    assessed: Assessed | None = None,
    *,
    identifier: str,
    path: str,
    overlay: str | None,
) -> PhotoRecord:
    """Return the record of one photograph; it depends only on the arguments.

    Lengths and positions are rounded to 0.01 px, probabilities to 0.0001, angles to 0.1 degrees.
    This is finer than their uncertainty, and removes rounding differences between machines.

    Args:
        photo: as it was read.
        found: the probability map.
        tracing: cracks and rejected lines, the longest first.
        assessed: measurements and grades; without it, the record contains only the traced lines.
        identifier: of the photograph, such as "P003".
        path: of the photograph in the record.
        overlay: path of its overlay, if there will be one.
    """
    return photo_record(
        facts_of(photo, found), tracing, assessed, identifier=identifier, path=path, overlay=overlay
    )


def photo_record(
    facts: PhotoFacts,
    tracing: Tracing,
    assessed: Assessed | None = None,
    *,
    identifier: str,
    path: str,
    overlay: str | None,
) -> PhotoRecord:
    """Return what `record_of` does, from what is known of a photograph without its pixels.

    Args:
        facts: of the photograph.
        tracing: as in `record_of`.
        assessed: as in `record_of`.
        identifier: as in `record_of`.
        path: as in `record_of`.
        overlay: as in `record_of`.
    """
    size = facts.width_px, facts.height_px
    digits = max(_LEAST_DIGITS, len(str(len(tracing.cracks))))
    names = [f"{identifier}-C{n:0{digits}}" for n in range(1, len(tracing.cracks) + 1)]
    cracks = [
        _crack(crack, name, size, [names[index] for index in crack.continues])
        for crack, name in zip(tracing.cracks, names, strict=True)
    ]
    parts, notes = _assessed_or_traced(assessed, cracks)
    return PhotoRecord(
        id=identifier,
        path=path,
        sha256=facts.sha256,
        width_px=facts.width_px,
        height_px=facts.height_px,
        notes=[*facts.notes, *tracing.notes, *notes],
        no_concrete_share=_share(facts.no_concrete_share),
        map_kind=facts.map_kind,
        rejected=[_rejected(rejected, size) for rejected in tracing.rejected],
        tiles=_tiles(facts),
        overlay=overlay,
        **parts,
    )


def _assessed_or_traced(
    assessed: Assessed | None, cracks: Sequence[CrackRecord]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the fields with measured values, and notes on values that could not be computed.

    If a measured value is not valid in the record, for example not finite, the cracks keep their
    traced values.
    """
    if assessed is None:
        return {"cracks": list(cracks)}, ()
    try:
        return assessed_parts(assessed, cracks), assessed.notes
    except FAILURES:
        note = "not measured, because a figure is not finite or not possible: please report this"
        unmeasured = replace(assessed, measured=None, grades=(), priorities=())
        return assessed_parts(unmeasured, cracks), (*assessed.notes, note)


def _crack(
    crack: Crack, identifier: str, size: tuple[int, int], continues: list[str]
) -> CrackRecord:
    angle = main_direction([branch.points_px for branch in crack.branches]).angle_deg
    return CrackRecord(
        **verdict_parts(crack.verdict),
        id=identifier,
        confidence=_share(crack.confidence),
        length_px=_px(crack.length_px),
        mean_width_px=_px(crack.mean_width_px),
        max_width_px=_px(crack.max_width_px),
        widest_px=(_px(crack.widest_px[0]), _px(crack.widest_px[1])),
        orientation_deg=round(angle, _DEGREE_DIGITS) % 180,
        box_px=_box(crack.branches, size),
        touches_border=crack.touches_border,
        nodes_px=_points(crack.nodes_px),
        branches=[
            BranchRecord(
                points_px=_points(branch.points_px),
                width_px=[_px(width) for width in branch.width_px],
                start=branch.start,
                end=branch.end,
                inferred=list(branch.inferred),
            )
            for branch in crack.branches
        ],
        continues=continues,
        network=NetworkRecord() if crack.network else None,
    )


def verdict_parts(verdict: Verdict | None) -> dict[str, Any]:
    """Return the fields of a record with what the verification says; none if it says nothing."""
    if verdict is None or not math.isfinite(verdict.crack):
        return {}
    kinds = {name: _share(share) for name, share in verdict.kinds.items() if math.isfinite(share)}
    return {"probability": _share(verdict.crack), "kinds": kinds}


def _rejected(rejected: Rejected, size: tuple[int, int]) -> RejectedRecord:
    crack = rejected.crack
    return RejectedRecord(
        **verdict_parts(crack.verdict),
        reason=rejected.reason,
        detail=rejected.detail,
        confidence=_share(crack.confidence),
        length_px=_px(crack.length_px),
        box_px=_box(crack.branches, size),
        lines_px=[_points(branch.points_px) for branch in crack.branches],
    )


def _tiles(facts: PhotoFacts) -> list[TileRecord]:
    pairs = zip(facts.tile_boxes_px.tolist(), facts.tile_probability.tolist(), strict=True)
    return [TileRecord(box_px=tuple(box), probability=_share(share)) for box, share in pairs]


def _box(branches: Sequence[Branch], size: tuple[int, int]) -> Box:
    """Return the smallest box of whole pixels around the crack, inside the photograph."""
    points = np.concatenate([branch.points_px for branch in branches])
    half = np.concatenate([branch.width_px for branch in branches])[:, None] / 2
    last = np.array(size) - 1
    low = np.clip(np.floor((points - half).min(axis=0) + 0.5).astype(int), 0, last)
    high = np.clip(np.ceil((points + half).max(axis=0) - 0.5).astype(int), low, last)
    (x, y), (right, bottom) = low.tolist(), high.tolist()
    return x, y, right - x + 1, bottom - y + 1


def _points(points: Floats) -> list[Point]:
    return [(_px(x), _px(y)) for x, y in points.tolist()]


def _px(value: float) -> float:
    return round(float(value), _PX_DIGITS)


def _share(value: float) -> float:
    return round(float(value), _SHARE_DIGITS)
