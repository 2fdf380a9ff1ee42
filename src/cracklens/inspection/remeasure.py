"""Lines that people moved, joined, split or drew are measured in the pixels again.

All else comes from what is kept of the photograph: its scale, its fitness and the widths of the
lines that nobody moved. So the network never runs, and a decision takes a fraction of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cracklens.errors import CracklensError, PhotoError
from cracklens.inspection.assess import Assessor
from cracklens.inspection.dark_width import dark_width_px
from cracklens.inspection.kept.photograph import KeptPhoto
from cracklens.inspection.looked import Looked
from cracklens.inspection.recent import Recent
from cracklens.inspection.regrade import scaled_again
from cracklens.inspection.scaled import Scaled
from cracklens.measurement.blur import USUAL, KnownSpread
from cracklens.measurement.profile_model import Spread
from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.seen_parts import SeenCrack, joined, seen_cracks, without
from cracklens.measurement.width import see_widths
from cracklens.photos import Photo
from cracklens.photos.no_concrete import Mask
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.photos.scale import ScaleRow
from cracklens.record.convert import photo_record
from cracklens.record.decisions.decided import ToMeasure
from cracklens.record.schema import CrackRecord, PhotoRecord
from cracklens.tracing.crack import Branch, Crack, Tracing, Verdict

Pixels = NDArray[np.uint8]
Line = tuple[Crack, SeenCrack]
"""A line and its widths in px."""

JOINT_STATIONS = 100
"""From so many stations blur and depth are estimated, beside what is known of the blur. On the
lines of four rendered walls 95 % of the widths of a line differ from those of the inspection by
less than 0.22 of their standard uncertainty (median of the lines; 1.1 in the worst)."""
MOST_RECENT = 1000


@dataclass(frozen=True, slots=True)
class Remeasurer:
    """Measures and grades lines of a photograph again; see `record.decisions.decided.Measure`.

    Lines of the model keep their measurement unless the scale or the region of the photograph
    changed; then they keep their widths in px.

    Attributes:
        assessor: what measures and grades, as in the inspection.
        kept: returns what is kept of a photograph; raises `CracklensError` if that is not there.
        load: reads a photograph; raises `PhotoError` if it is not there.
        recent: lines that were measured last, so that each is measured once.
    """

    assessor: Assessor
    kept: Callable[[PhotoRecord], KeptPhoto]
    load: Callable[[PhotoRecord], Photo]
    recent: Recent[tuple[str, str], Line] = field(default_factory=lambda: Recent(MOST_RECENT))

    def __call__(self, wanted: ToMeasure) -> PhotoRecord:
        """Return the photograph with the cracks of `wanted`, measured again.

        Raises:
            PhotoError: nothing is kept of the photograph, its pixels are needed and cannot be read,
                it is another one than was inspected, or the scale that was set cannot be.
        """
        photo = wanted.photo
        try:
            kept = self.kept(photo)
            scaled = self._scaled(kept, wanted)
            region = _region(wanted)
            cracks, widths = self._lines(kept, wanted, region)
        except PhotoError:
            raise
        except CracklensError as error:
            raise PhotoError(Path(photo.path), f"cannot be measured again: {error}") from error
        hidden = _either(kept.looked.hidden, region)
        looked = replace(kept.looked, widths=widths, hidden=hidden)
        tracing = Tracing(cracks, ())
        assessed = self.assessor.assessed(
            looked, tracing, replace(scaled, hidden=hidden), tiles=False
        )
        share = kept.facts.no_concrete_share + _added(kept.looked, region)
        made = photo_record(
            replace(kept.facts, no_concrete_share=share),
            tracing,
            assessed,
            identifier=photo.id,
            path=photo.path,
            overlay=photo.overlay,
        )
        return _in_place(made, wanted)

    def _scaled(self, kept: KeptPhoto, wanted: ToMeasure) -> Scaled:
        """Return the scale of the inspection, or that which a person set for this photograph."""
        path, said = Path(wanted.photo.path), wanted.scale
        request = self.assessor.request_for(path)
        if said is not None:
            row = ScaleRow(
                line=0,
                photo=wanted.photo.path,
                mm_per_px=said.mm_per_px,
                points_px=said.points,
                length_mm=said.distance_mm,
            )
            request = replace(request, row=row)
        return scaled_again(kept, request, lambda: self._photo(wanted.photo))[0]

    def _photo(self, photo: PhotoRecord) -> Photo:
        found = self.load(photo)
        if found.sha256 != photo.sha256:
            raise PhotoError(found.path, "is another photograph than the one that was inspected")
        return found

    def _lines(
        self, kept: KeptPhoto, wanted: ToMeasure, region: Mask | None
    ) -> tuple[tuple[Crack, ...], SeenWidths | None]:
        """Return the lines that count, and their widths in px."""
        lines = _known(kept, wanted)
        for one in wanted.cracks:
            if one.id not in lines:
                lines[one.id] = self._new(kept, wanted.photo, one)
        cracks = tuple(_decided(lines[one.id][0], one) for one in wanted.cracks)
        widths = joined([lines[one.id][1] for one in wanted.cracks])
        return cracks, widths if region is None or widths is None else without(widths, region)

    def _new(self, kept: KeptPhoto, photo: PhotoRecord, record: CrackRecord) -> Line:
        """Return a line that was never measured, with its widths.

        The blur is that which the lines of the model show. So the widths depend on the line and the
        photograph alone, and on no other decision.
        """
        points = [branch.points_px for branch in record.branches]
        return self.recent.get(
            (photo.sha256, repr(points)), lambda: self._seen(kept, self._photo(photo), record)
        )

    def _seen(self, kept: KeptPhoto, photo: Photo, record: CrackRecord) -> Line:
        line = crack_of(record, photo.pixels)
        try:
            seen = see_widths(
                photo.pixels,
                [line],
                excluded=kept.looked.hidden,
                joint_stations=JOINT_STATIONS,
                known=_spread(kept.looked.widths),
            )
        except FAILURES as error:
            why = failure_text(error)
            raise PhotoError(photo.path, f"cannot be measured again: {why}") from error
        assert seen is not None
        return line, seen_cracks(seen, [len(line.branches)])[0]


def _spread(found: SeenWidths | str | None) -> KnownSpread:
    """Return the blur of a photograph as the lines of the model show it."""
    if not isinstance(found, SeenWidths) or np.isnan(found.spread).any():
        return USUAL
    sigma_px, sharpening = found.spread.tolist()
    return KnownSpread(Spread(sigma_px, sharpening), found.spread_covariance)


def _known(kept: KeptPhoto, wanted: ToMeasure) -> dict[str, Line]:
    """Return the lines of the model that nobody moved, with their widths, by id.

    Raises:
        PhotoError: what is kept belongs to another record, or has no widths.
    """
    path, found = Path(wanted.photo.path), kept.looked.widths
    if isinstance(found, str):
        raise PhotoError(path, f"was not measured: {found}")
    lines = kept.tracing().cracks
    if len(lines) != len(wanted.photo.cracks):
        raise PhotoError(path, "has other lines in its record than were kept: inspect it again")
    if found is None:
        return {}
    parts = seen_cracks(found, [len(line.branches) for line in lines])
    stay = {one.id for one in wanted.cracks} - wanted.again
    pairs = zip(wanted.photo.cracks, lines, parts, strict=True)
    return {record.id: (line, part) for record, line, part in pairs if record.id in stay}


def _decided(line: Crack, record: CrackRecord) -> Crack:
    """Return a line with the probability that its record has now, and without other halves."""
    verdict = None
    if record.probability is not None:
        verdict = Verdict(record.probability, dict(record.kinds))
    return replace(line, verdict=verdict, continues=())


def _region(wanted: ToMeasure) -> Mask | None:
    """Return what people marked as no concrete, (H, W); None without any."""
    if not wanted.regions:
        return None
    mask = np.zeros((wanted.photo.height_px, wanted.photo.width_px), np.uint8)
    for region in wanted.regions:
        cv2.fillPoly(mask, [np.rint(np.array(region.polygon)).astype(np.int32)], 1)
    return mask.astype(bool)


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _added(looked: Looked, region: Mask | None) -> float:
    """Return the share of the picture that a region takes away, 0 to 1."""
    if region is None:
        return 0.0
    return float((region if looked.hidden is None else region & ~looked.hidden).mean())


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
