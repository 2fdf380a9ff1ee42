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
from cracklens.inspection.looked import Looked, look
from cracklens.inspection.scaled import Scaled, hidden_part
from cracklens.measurement import CrackMeasurement, PhotoMeasurement
from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.finest import blur_of, finest_crack
from cracklens.measurement.measure import measure_seen
from cracklens.photos import Photo
from cracklens.photos.fitness import Check, Fitness, conclude, fitness_from
from cracklens.photos.metadata import read_metadata
from cracklens.photos.numerical import FAILURES, failure_text
from cracklens.photos.scale import (
    Scale,
    ScaleRequest,
    ScaleRow,
    Sight,
    find_scale_again,
    focal_of,
)
from cracklens.record.assessed import Assessed
from cracklens.tracing.crack import Crack, Tracing


class Assess(Protocol):
    """What finds the scale of a photograph, and later measures its cracks, as an `Assessor`."""

    def scaled(self, photo: Photo) -> Scaled:
        """Return the scale of a photograph, and what hides its wall."""
        ...

    def assessed(
        self, looked: Looked, tracing: Tracing, scaled: Scaled, *, tiles: bool
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
        request = self.request_for(photo.path)
        metadata, sight = read_metadata(photo.path), Sight.of(photo)
        scale, missing, markers = find_scale_again(sight, metadata, request)
        return Scaled(request, metadata, scale, missing, sight.kept(), hidden_part(photo, markers))

    def request_for(self, path: Path) -> ScaleRequest:
        """Return what was said of the scale of one photograph."""
        return replace(self.request, row=self.rows.get(path))

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
        tiles = found.kind == "tiles"
        looked = look(photo, tracing, scaled.metadata, scaled.hidden, tiles=tiles)
        return self.assessed(looked, tracing, scaled, tiles=tiles)

    def assessed(
        self, looked: Looked, tracing: Tracing, scaled: Scaled, *, tiles: bool
    ) -> Assessed:
        """Return what the cracks of a photograph mean, without its pixels.

        Args:
            looked: what the pixels say.
            tracing: its cracks.
            scaled: its scale.
            tiles: the model labels whole tiles, so that nothing can be measured.
        """
        found = self._assessed(looked, tracing, scaled, tiles=tiles)
        blur_px = blur_of(found.fitness)
        return replace(found, finest=finest_crack(self.marked_from_px, found.scale, blur_px))

    def _assessed(
        self, looked: Looked, tracing: Tracing, scaled: Scaled, *, tiles: bool
    ) -> Assessed:
        """Return the same without the finest crack."""
        scale, missing, camera = self._with_camera(looked, scaled)
        fitness = self._fitness(looked, scale, scaled)
        if tiles:
            return Assessed(scale, missing or None, fitness, None)
        measured, failed = self._measured(looked, tracing, scale, camera)
        if failed and scale is not None:  # what fails on the wall may hold in the picture
            measured, without = self._measured(looked, tracing, None, camera)
            if measured is not None:
                scale, missing, failed = None, f"no scale: measuring with it failed ({failed})", ""
                fitness = self._fitness(looked, scale, scaled)
            else:
                failed = without
        if measured is None:
            note = f"not measured, because it could not be computed ({failed}): please report this"
            return Assessed(scale, missing or None, fitness, None, notes=(note,))
        grades = grades_of(measured, self.context, scale, fitness, tracing.cracks)
        focal_px = _focal_px(looked, scaled)
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

    def _with_camera(
        self, looked: Looked, scaled: Scaled
    ) -> tuple[Scale | None, str, CameraBias | None]:
        """Return the scale, why there is none, and the check of the camera where it applies."""
        scale, missing, camera = scaled.scale, scaled.missing, self.camera
        if camera and (why := camera.why_not_for(looked.shape, scaled.metadata.digital_zoom)):
            camera = None
            unused = f"the check of the camera was not used: {why}"
            if scale is None:
                missing = f"{missing}; {unused}"
            else:
                scale = replace(scale, risks=(*scale.risks, unused))
        return scale, missing, camera

    def _fitness(self, looked: Looked, scale: Scale | None, scaled: Scaled) -> Fitness:
        """Return whether a photograph serves; where that cannot be computed, only to detect."""
        if isinstance(looked.checks, str):
            return _not_judged(looked.checks)
        try:
            return fitness_from(
                looked.checks,
                shape=looked.shape,
                scale=scale,
                metadata=scaled.metadata,
                sensor_width_mm=scaled.request.sensor_width_mm,
                boundaries_mm=boundaries_mm(self.context),
            )
        except FAILURES as error:
            return _not_judged(failure_text(error))

    def _measured(
        self, looked: Looked, tracing: Tracing, scale: Scale | None, camera: CameraBias | None
    ) -> tuple[PhotoMeasurement | None, str]:
        """Return what was measured; None with the reason where that failed."""
        if isinstance(looked.widths, str):
            return None, looked.widths
        rows, columns = looked.shape[:2]
        try:
            found = measure_seen(
                looked.widths,
                tracing.cracks,
                scale,
                (rows, columns),
                axis_deg=self.context.axis_deg,
                excluded=looked.hidden,
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


def _not_judged(why: str) -> Fitness:
    advice = (
        f"The fitness of the photograph could not be computed ({why}), so no width in it is "
        "graded. Take it again, or look at the cracks on site."
    )
    return conclude((Check("judgement", None, "", "not known", advice),))


def _focal_px(looked: Looked, scaled: Scaled) -> float | None:
    """Return the focal length in px, to state distances; None where it is not known."""
    sensor_width_mm = scaled.request.sensor_width_mm
    try:
        known = focal_of(scaled.metadata, looked.shape, sensor_width_mm=sensor_width_mm)
    except FAILURES:
        return None
    return known[0].px if known else None
