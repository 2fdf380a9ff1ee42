"""Lines that people moved, joined, split or drew are measured in the pixels again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.errors import CracklensError, PhotoError
from cracklens.inspection.assess import Assessor
from cracklens.inspection.dark_width import dark_width_px
from cracklens.photos import Photo
from cracklens.photos.no_concrete import NoConcrete
from cracklens.photos.scale import ScaleRow
from cracklens.record.convert import record_of
from cracklens.record.decisions.decided import ToMeasure
from cracklens.record.measured import ScaleRecord
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.tracing.crack import Branch, Crack, Tracing, Verdict

Pixels = NDArray[np.uint8]
_BY_HAND = "marked by a person"
_SAME_SCALE = 0.01  # decoders of JPEG differ a little, and with them what is seen of a marker


@dataclass(frozen=True, slots=True)
class Remeasurer:
    """Measures and grades lines of a photograph again; see `record.decisions.decided.Measure`.

    Lines of the model keep their measurement unless the scale or the region of the photograph
    changed.

    Attributes:
        assessor: what measures and grades, as in the inspection.
        load: reads a photograph, within its region if it has one; raises `PhotoError` if it is not
            there.
    """

    assessor: Assessor
    load: Callable[[PhotoRecord], Photo]

    def __call__(self, wanted: ToMeasure) -> PhotoRecord:
        """Return the photograph with the cracks of `wanted`, measured again.

        Raises:
            PhotoError: the photograph cannot be read, is another one than was inspected, has
                another scale than in the record, or the scale that was set cannot be.
        """
        photo = self._read(wanted)
        cracks = tuple(crack_of(one, photo.pixels) for one in wanted.cracks)
        tracing = Tracing(cracks, ())
        nothing = np.zeros(photo.pixels.shape[:2], np.uint8)
        found = ProbabilityMap(nothing, np.zeros((0, 4), np.int32), np.zeros(0, np.float32))
        assessor = self._with_scale(wanted, photo)
        try:
            assessed = assessor(photo, found, tracing, assessor.scaled(photo))
        except PhotoError:
            raise
        except CracklensError as error:
            raise PhotoError(photo.path, f"cannot be measured again: {error}") from error
        made = record_of(
            photo,
            found,
            tracing,
            assessed,
            identifier=wanted.photo.id,
            path=wanted.photo.path,
            overlay=wanted.photo.overlay,
        )
        if wanted.scale is None and not _is_same(made.scale, wanted.photo.scale):
            raise PhotoError(
                photo.path,
                f"its scale came out as {_said(made.scale)}, and the record has "
                f"{_said(wanted.photo.scale)}: measure with the settings of the inspection",
            )
        return _in_place(made, wanted)

    def _read(self, wanted: ToMeasure) -> Photo:
        photo = self.load(wanted.photo)
        if photo.sha256 != wanted.photo.sha256:
            raise PhotoError(photo.path, "is another photograph than the one that was inspected")
        if not wanted.regions:
            return photo
        mask = np.zeros(photo.pixels.shape[:2], np.uint8)
        for region in wanted.regions:
            cv2.fillPoly(mask, [np.rint(np.array(region.polygon)).astype(np.int32)], 1)
        return replace(photo, no_concrete=_joined(photo.no_concrete, mask.astype(bool)))

    def _with_scale(self, wanted: ToMeasure, photo: Photo) -> Assessor:
        """Return what measures with the scale that a person set for this photograph."""
        said = wanted.scale
        if said is None:
            return self.assessor
        row = ScaleRow(
            line=0,
            photo=wanted.photo.path,
            mm_per_px=said.mm_per_px,
            points_px=said.points,
            length_mm=said.distance_mm,
        )
        return replace(self.assessor, rows={photo.path: row})


def crack_of(record: CrackRecord, pixels: Pixels) -> Crack:
    """Return a crack for measurement; widths that are not known are estimated in the pixels.

    Args:
        record: of the crack; branches without a width have 0 px at each point.
        pixels: (H, W, 3) uint8 RGB.
    """
    branches = tuple(
        Branch(
            points_px=(points := np.array(branch.points_px, np.float64)),
            width_px=_widths(np.array(branch.width_px, np.float64), points, pixels),
            start=branch.start,
            end=branch.end,
            inferred=tuple(branch.inferred),
        )
        for branch in record.branches
    )
    widths = np.concatenate([branch.width_px for branch in branches])
    points = np.concatenate([branch.points_px for branch in branches])
    x, y = points[int(widths.argmax())].tolist()
    verdict = None
    if record.probability is not None:
        verdict = Verdict(record.probability, dict(record.kinds))
    return Crack(
        branches=branches,
        nodes_px=np.array(record.nodes_px, np.float64),
        confidence=record.confidence,
        mean_width_px=float(widths.mean()),
        max_width_px=float(widths.max()),
        widest_px=(x, y),
        touches_border=record.touches_border,
        verdict=verdict,
        network=record.network is not None,
    )


def _widths(
    known: NDArray[np.float64], points: NDArray[np.float64], pixels: Pixels
) -> NDArray[np.float64]:
    return known if known.any() else np.full(len(points), dark_width_px(pixels, points))


def _is_same(scale: ScaleRecord | None, other: ScaleRecord | None) -> bool:
    if scale is None or other is None:
        return scale is other
    return abs(scale.mm_per_px / other.mm_per_px - 1) < _SAME_SCALE


def _said(scale: ScaleRecord | None) -> str:
    return "none" if scale is None else f"{scale.mm_per_px:.4g} mm per px"


def _joined(known: NoConcrete | None, mask: NDArray[np.bool_]) -> NoConcrete:
    if known is None:
        return NoConcrete(mask, (_BY_HAND,))
    return NoConcrete(known.mask | mask, (*known.why, _BY_HAND))


def _in_place(made: PhotoRecord, wanted: ToMeasure) -> PhotoRecord:
    """Return what was measured under the ids that the lines have, beside what stays as it was."""
    before = wanted.photo
    all_again = bool(wanted.scale or wanted.regions)
    names = {new.id: own.id for new, own in zip(made.cracks, wanted.cracks, strict=True)}
    cracks = [
        new.model_copy(update={"id": own.id, "continues": own.continues})
        if all_again or own.id in wanted.again
        else own
        for new, own in zip(made.cracks, wanted.cracks, strict=True)
    ]
    field = made.field and made.field.model_copy(
        update={"parallel": [[names[name] for name in group] for group in made.field.parallel]}
    )
    changes = {"cracks": cracks, "field": field}
    if all_again:
        kept = ("scale", "scale_missing", "fitness", "finest_crack", "finest_crack_missing")
        changes |= {name: getattr(made, name) for name in (*kept, "no_concrete_share")}
    return before.model_copy(update=changes)
