"""The record after the decisions, in the schema of the record: what reports and tables show.

    after = decided(review(inspection, decisions), measure)
    after.inspection.quantities        # with the decisions in
    after.unmeasured                   # lines whose figures are missing, with the reason

What needs pixels is asked of the caller: this room has none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cracklens.errors import PhotoError
from cracklens.grading import Context
from cracklens.grading.priority import Weights, load_weights
from cracklens.record.decisions.apply import Reviewed, ReviewedPhoto
from cracklens.record.decisions.crack_records import aside_record, crack_record
from cracklens.record.decisions.finding import Finding
from cracklens.record.decisions.model import Region, Scale
from cracklens.record.decisions.said import said_of
from cracklens.record.measured import FieldRecord
from cracklens.record.quantities import quantities_record
from cracklens.record.schema import CrackRecord, Inspection, PhotoRecord

_NOT_MEASURED = "its line is not that of the model, and it was not measured again"


@dataclass(frozen=True, slots=True)
class ToMeasure:
    """A photograph of which something has to be measured again.

    Attributes:
        photo: what the model said.
        cracks: all lines that count, with probability 1 where a person decided.
        again: ids in `cracks` of those whose line was never measured.
        scale: set by hand; None for that of the record.
        regions: that show no concrete, beside those of the record.
    """

    photo: PhotoRecord
    cracks: tuple[CrackRecord, ...]
    again: frozenset[str]
    scale: Scale | None = None
    regions: tuple[Region, ...] = ()


Measure = Callable[[ToMeasure], PhotoRecord]
"""Measures and grades lines of a photograph again. The result has the same cracks in their order
with the same ids, and their measurements, grades and priorities. Raises `PhotoError` where the
photograph cannot be read."""


@dataclass(frozen=True, slots=True)
class Decided:
    """An inspection with the decisions in it.

    Attributes:
        inspection: cracks are the lines that count, `rejected` those that do not. It is no record
            of what the model said: it does not replace `inspection.json`.
        unmeasured: lines without a measurement of their own and photographs that could not be
            measured again, by their short name, with the reason.
    """

    inspection: Inspection
    unmeasured: Mapping[str, str] = field(default_factory=dict)


def decided(
    reviewed: Reviewed, measure: Measure | None = None, weights: Weights | None = None
) -> Decided:
    """Return an inspection with its decisions in it, and its quantities.

    An accepted line counts with probability 1, a rejected one not at all. A width read by hand
    takes the place of the greatest width, and states and priority follow from it; a state that a
    person set stands alone.

    Args:
        reviewed: the inspection with the decisions applied.
        measure: measures again what needs it; None if there are no pixels.
        weights: of the priority; None for those of the package.
    """
    context = context_of(reviewed.inspection)
    weights = weights or load_weights(None)
    unmeasured: dict[str, str] = {}
    photographs = []
    for photo in reviewed.photographs:
        record, missing = decided_photo(photo, context, weights, measure)
        photographs.append(record)
        unmeasured |= missing
    changes = {"photographs": photographs, "quantities": quantities_record(photographs)}
    return Decided(reviewed.inspection.model_copy(update=changes), unmeasured)


def decided_photo(
    photo: ReviewedPhoto, context: Context, weights: Weights, measure: Measure | None = None
) -> tuple[PhotoRecord, dict[str, str]]:
    """Return the record of one photograph after its decisions, and what was not measured.

    Without a decision it is the record itself.
    """
    counting = [one for one in photo.findings if one.counts]
    before = photo.record
    wanted = ToMeasure(
        before,
        _with_halves([crack_record(one, before) for one in counting]),
        frozenset(one.name for one in counting if _is_new(one)),
        photo.scale,
        photo.regions,
    )
    record, missing = _measured(wanted, measure)
    cracks = [
        said_of(crack, finding, record, context, weights)
        for crack, finding in zip(record.cracks, counting, strict=True)
    ]
    aside = [aside_record(one, before) for one in photo.findings if not one.counts]
    return record.model_copy(update={"cracks": cracks, "rejected": aside}), missing


def _is_new(finding: Finding) -> bool:
    """Return whether the line of a finding was never measured as it is now."""
    return finding.moved or not isinstance(finding.record, CrackRecord)


def _measured(wanted: ToMeasure, measure: Measure | None) -> tuple[PhotoRecord, dict[str, str]]:
    """Return the photograph with the cracks that count, measured again where it can be."""
    needed = bool(wanted.again) or wanted.scale is not None or bool(wanted.regions)
    missing: dict[str, str] = {}
    if needed and wanted.photo.map_kind == "pixels" and measure is not None:
        try:
            return measure(wanted), missing
        except PhotoError as error:
            missing = dict.fromkeys(sorted(wanted.again), str(error))
            if wanted.scale or wanted.regions:
                missing[wanted.photo.id] = str(error)
    elif needed:
        missing = dict.fromkeys(sorted(wanted.again), _NOT_MEASURED)
        if wanted.scale or wanted.regions:
            missing[wanted.photo.id] = "its scale or region changed, and it was not measured again"
    ids = [crack.id for crack in wanted.cracks]
    same = ids == [crack.id for crack in wanted.photo.cracks] and not wanted.again
    known = wanted.photo.field if same else _without_spacing(wanted.photo.field)
    return wanted.photo.model_copy(update={"cracks": list(wanted.cracks), "field": known}), missing


def _without_spacing(known: FieldRecord | None) -> FieldRecord | None:
    """Return the figures of a photograph without those that depend on which lines are cracks."""
    if known is None:
        return None
    return FieldRecord(
        pattern=known.pattern,
        parallel=[],
        spacing_px=None,
        spacing_mm=None,
        density_m_per_m2=None,
        area_m2=known.area_m2,
    )


def _with_halves(cracks: list[CrackRecord]) -> tuple[CrackRecord, ...]:
    """Return cracks that name as other halves only those that still count and name them too."""
    known = {crack.id: set(crack.continues) for crack in cracks}
    return tuple(
        crack.model_copy(
            update={"continues": [n for n in crack.continues if crack.id in known.get(n, set())]}
        )
        for crack in cracks
    )


def context_of(inspection: Inspection) -> Context:
    """Return what was said of the member of an inspection."""
    known = inspection.context
    if known is None:
        return Context()
    return Context(
        codes=tuple(known.codes),
        exposure=tuple((known.exposure or "").split(", ")) if known.exposure else (),
        reinforcement=known.reinforcement,
        member=known.member,
        axis_deg=known.axis_deg,
    )
