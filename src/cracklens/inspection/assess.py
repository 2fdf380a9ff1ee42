"""From what was found in one photograph to what it means: scale, fitness, measures, grades."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.grading import Context, boundaries_mm
from cracklens.grading.priority import Priority, Weights, priority
from cracklens.inspection.grades import (
    grades_of,
    local_mm_per_px,
    probability_of,
    settled,
    widest_is_inferred,
)
from cracklens.inspection.scaled import Scaled, hidden_part
from cracklens.measurement import CrackMeasurement, PhotoMeasurement
from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.finest import blur_of, finest_crack
from cracklens.measurement.measure import measure
from cracklens.photos import Photo
from cracklens.photos.fitness import Check, Fitness, assess_fitness, conclude
from cracklens.photos.metadata import Metadata, read_metadata
from cracklens.photos.no_concrete import Mask
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.photos.scale import Scale, ScaleRequest, ScaleRow, find_scale, focal_of
from cracklens.record.assessed import Assessed
from cracklens.tracing.crack import Crack, Tracing


class Assess(Protocol):
    """What finds the scale of a photograph, and later measures its cracks, as an `Assessor`."""

    def scaled(self, photo: Photo) -> Scaled:
        """Return the scale of a photograph, and what hides its wall."""
        ...

    def __call__(
        self, photo: Photo, found: ProbabilityMap, tracing: Tracing, scaled: Scaled
    ) -> Assessed:
        """Return what the cracks of a photograph mean."""
        ...


@dataclass(frozen=True, slots=True)
class Assessor:
    """Measures and grades the cracks of one photograph after the other.

    Attributes:
        request: what was said of the scale of all photographs.
        context: what was said of the member.
        weights: of the priority.
        rows: what a table says of the scale of single photographs, by their path.
        camera: what a check of the camera found.
        marked_from_px: width from which the model marks nine tenths of a crack, of its card.
    """

    request: ScaleRequest
    context: Context
    weights: Weights
    rows: Mapping[Path, ScaleRow] = field(default_factory=dict)
    camera: CameraBias | None = None
    marked_from_px: float | None = None

    def scaled(self, photo: Photo) -> Scaled:
        """Return the scale of a photograph; without one, the reason.

        Raises:
            UsageError: what was said of the scale makes no sense.
        """
        request = replace(self.request, row=self.rows.get(photo.path))
        metadata = read_metadata(photo.path)
        scale, missing, markers = find_scale(photo, metadata, request)
        return Scaled(request, metadata, scale, missing, hidden_part(photo, markers))

    def __call__(
        self, photo: Photo, found: ProbabilityMap, tracing: Tracing, scaled: Scaled
    ) -> Assessed:
        """Return what the cracks of a photograph mean; it depends on the arguments alone.

        What cannot be computed is left out, with its reason: the cracks stay.

        Args:
            photo: as it was read.
            found: its probability map.
            tracing: its cracks.
            scaled: what `scaled` says of it.
        """
        assessed = self._assessed(photo, found, tracing, scaled)
        blur_px = blur_of(assessed.fitness)
        finest = finest_crack(self.marked_from_px, assessed.scale, blur_px)
        return replace(assessed, finest=finest)

    def _assessed(
        self, photo: Photo, found: ProbabilityMap, tracing: Tracing, scaled: Scaled
    ) -> Assessed:
        """Return the same without the finest crack."""
        request, metadata, covered = scaled.request, scaled.metadata, scaled.hidden
        scale, missing = scaled.scale, scaled.missing
        camera = self.camera
        if camera and (why := camera.why_not_for(photo.pixels.shape, metadata.digital_zoom)):
            camera = None
            unused = f"the check of the camera was not used: {why}"
            if scale is None:
                missing = f"{missing}; {unused}"
            else:
                scale = replace(scale, risks=(*scale.risks, unused))
        fitness = self._fitness(photo, scale, metadata, request, covered)
        if found.kind == "tiles":
            return Assessed(scale, missing or None, fitness, None)
        measured, failed = self._measured(photo, tracing, scale, covered, camera)
        if failed and scale is not None:  # what fails on the wall may hold in the picture
            measured, without = self._measured(photo, tracing, None, covered, camera)
            if measured is not None:
                scale, missing, failed = None, f"no scale: measuring with it failed ({failed})", ""
                fitness = self._fitness(photo, scale, metadata, request, covered)
            else:
                failed = without
        if measured is None:
            note = f"not measured, because it could not be computed ({failed}): please report this"
            return Assessed(scale, missing or None, fitness, None, notes=(note,))
        grades = grades_of(measured, self.context, scale, fitness, tracing.cracks)
        focal_px = _focal_px(photo, metadata, request)
        return Assessed(
            scale,
            missing or None,
            settled(fitness, measured, grades, self.context, scale, focal_px),
            measured,
            grades,
            tuple(
                self._priority(crack, measured, scale, line)
                for crack, line in zip(measured.cracks, tracing.cracks, strict=True)
            ),
        )

    def _fitness(
        self,
        photo: Photo,
        scale: Scale | None,
        metadata: Metadata,
        request: ScaleRequest,
        covered: Mask | None,
    ) -> Fitness:
        """Return whether a photograph serves; where that cannot be computed, only to detect."""
        try:
            return assess_fitness(
                photo,
                scale=scale,
                metadata=metadata,
                boundaries_mm=boundaries_mm(self.context),
                sensor_width_mm=request.sensor_width_mm,
                exclude=covered,
            )
        except FAILURES as error:
            advice = (
                f"The fitness of the photograph could not be computed ({failure_text(error)}), so "
                "no width in it is graded. Take it again, or look at the cracks on site."
            )
            return conclude((Check("judgement", None, "", "not known", advice),))

    def _measured(
        self,
        photo: Photo,
        tracing: Tracing,
        scale: Scale | None,
        covered: Mask | None,
        camera: CameraBias | None,
    ) -> tuple[PhotoMeasurement | None, str]:
        """Return what was measured; None with the reason where that failed."""
        try:
            found = measure(
                photo.pixels,
                tracing.cracks,
                scale,
                axis_deg=self.context.axis_deg,
                excluded=covered,
                camera=camera,
            )
        except FAILURES as error:
            return None, failure_text(error)
        return found, ""

    def _priority(
        self,
        crack: CrackMeasurement,
        measured: PhotoMeasurement,
        scale: Scale | None,
        line: Crack,
    ) -> Priority | None:
        try:
            return priority(
                None if widest_is_inferred(crack, line) else crack.widths.max_mm,
                crack.course.length_mm,
                self.context,
                self.weights,
                density_m_per_m2=measured.field.density_m_per_m2,
                mm_per_px=local_mm_per_px(crack, scale),
                probability=probability_of(line),
            )
        except FAILURES:
            return None  # as of a crack without a width in mm


def _focal_px(photo: Photo, metadata: Metadata, request: ScaleRequest) -> float | None:
    """Return the focal length in px, to state distances; None where it is not known."""
    try:
        known = focal_of(metadata, photo.pixels.shape, sensor_width_mm=request.sensor_width_mm)
    except FAILURES:
        return None
    return known[0].px if known else None
