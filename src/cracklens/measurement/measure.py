"""All measurements of one photograph."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.course import measure_course
from cracklens.measurement.field import measure_field
from cracklens.measurement.network import measure_network
from cracklens.measurement.seen import SeenWidths
from cracklens.measurement.types import CrackMeasurement, PhotoMeasurement
from cracklens.measurement.width import see_widths, widths_on_wall
from cracklens.photos.scale import Scale
from cracklens.tracing.crack import Crack


def measure(
    pixels: NDArray[np.uint8],
    cracks: Sequence[Crack],
    scale: Scale | None,
    *,
    axis_deg: float | None = None,
    excluded: NDArray[np.bool_] | None = None,
    camera: CameraBias | None = None,
) -> PhotoMeasurement:
    """Return width, length, orientation and pattern of each crack, and figures of all together.

    Args:
        pixels: (H, W, 3) uint8 RGB of the upright photograph.
        cracks: traced in the photograph.
        scale: of the photograph; without it, all results are in px only.
        axis_deg: direction of the member's axis, counter-clockwise from the x axis, seen
            perpendicularly to the wall.
        excluded: (H, W) True where the wall is hidden, such as by a marker: the length of a crack
            that meets it is a lower bound.
        camera: result of a check of the camera.
    """
    seen = see_widths(pixels, cracks, excluded=excluded)
    return measure_seen(
        seen,
        cracks,
        scale,
        pixels.shape[:2],
        axis_deg=axis_deg,
        excluded=excluded,
        camera=camera,
    )


def measure_seen(
    seen: SeenWidths | None,
    cracks: Sequence[Crack],
    scale: Scale | None,
    shape: tuple[int, int],
    *,
    axis_deg: float | None = None,
    excluded: NDArray[np.bool_] | None = None,
    camera: CameraBias | None = None,
) -> PhotoMeasurement:
    """Return what `measure` does, without pixels.

    Args:
        seen: what the pixels say of the widths of these cracks, from `see_widths`.
        cracks: as in `measure`.
        scale: as in `measure`.
        shape: rows and columns of the photograph.
        axis_deg: as in `measure`.
        excluded: as in `measure`.
        camera: as in `measure`.
    """
    rows, columns = shape
    middle_px = (columns - 1) / 2, (rows - 1) / 2
    widths = widths_on_wall(seen, cracks, scale, shape, camera=camera)
    lost_px = [None] * len(cracks) if seen is None else seen.lost_px.tolist()
    courses = [
        measure_course(
            crack, scale, axis_deg=axis_deg, excluded=excluded, middle_px=middle_px, lost_px=lost
        )
        for crack, lost in zip(cracks, lost_px, strict=True)
    ]
    return PhotoMeasurement(
        cracks=tuple(
            CrackMeasurement(own, course, measure_network(crack, scale, middle_px, lost))
            for own, course, crack, lost in zip(widths, courses, cracks, lost_px, strict=True)
        ),
        field=measure_field(cracks, courses, scale, shape=(rows, columns), excluded=excluded),
    )
