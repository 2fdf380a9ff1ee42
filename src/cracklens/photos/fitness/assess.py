"""The verdict on whether a photograph can be measured."""

from cracklens.photos.fitness.artefacts import is_enlarged, measure_blockiness, measure_noise
from cracklens.photos.fitness.blocks import Mask, cut_blocks, spectra
from cracklens.photos.fitness.checks import (
    check_compression,
    check_noise,
    check_resizing,
    check_tones,
)
from cracklens.photos.fitness.exposure import measure_tones
from cracklens.photos.fitness.fitness import Check, Fitness, conclude
from cracklens.photos.fitness.focus import measure_focus
from cracklens.photos.fitness.focus_checks import check_focus
from cracklens.photos.fitness.geometry_checks import Boundaries, check_scale, check_tilt
from cracklens.photos.metadata import Metadata
from cracklens.photos.photo import Photo
from cracklens.photos.scale.camera import focal_of
from cracklens.photos.scale.scale import Scale


def assess_fitness(
    photo: Photo,
    *,
    scale: Scale | None = None,
    metadata: Metadata | None = None,
    sensor_width_mm: float | None = None,
    boundaries_mm: Boundaries | None = None,
    exclude: Mask | None = None,
) -> Fitness:
    """Say whether a photograph serves to measure cracks, to find them, or has to be taken again.

    Pixels are looked at in samples at full resolution: about 0.1 s whatever the size.

    Args:
        photo: the photograph.
        scale: millimetres per pixel and tilt, as far as known.
        metadata: what the camera wrote: quality of the JPEG, lens, size as taken.
        sensor_width_mm: longer side of the sensor, where a person gave it.
        boundaries_mm: widths at which each chosen code changes its state, by its name.
        exclude: (H, W) true where there is no wall: markers, rulers.

    Returns:
        The verdict, with what to do next, the most pressing first.
    """
    return fitness_from(
        pixel_checks(photo, metadata, exclude),
        shape=photo.pixels.shape,
        scale=scale,
        metadata=metadata,
        sensor_width_mm=sensor_width_mm,
        boundaries_mm=boundaries_mm,
    )


def pixel_checks(
    photo: Photo, metadata: Metadata | None = None, exclude: Mask | None = None
) -> tuple[Check, ...]:
    """Return the checks that depend neither on the scale nor on the codes.

    Args:
        photo: the photograph.
        metadata: of its file.
        exclude: (H, W) true where there is no wall: markers, rulers.
    """
    green = photo.pixels[..., 1]
    blocks = cut_blocks(green, exclude)
    checks: list[Check] = []
    if blocks is None:
        checks.append(_too_small(photo))
    focus = None if blocks is None else measure_focus(spectra(blocks))
    checks += check_focus(focus)
    checks += check_tones(measure_tones(photo.pixels, exclude))
    checks.append(check_noise(None if blocks is None else measure_noise(blocks)))
    quality = None if metadata is None else metadata.jpeg_quality
    checks.append(check_compression(quality, measure_blockiness(green)))
    resized = None if metadata is None else metadata.resized
    checks.append(check_resizing(resized, is_enlarged(green)))
    return tuple(checks)


def fitness_from(
    checks: tuple[Check, ...],
    *,
    shape: tuple[int, ...],
    scale: Scale | None,
    metadata: Metadata | None,
    sensor_width_mm: float | None,
    boundaries_mm: Boundaries | None,
) -> Fitness:
    """Return the verdict from the checks of the pixels; the other arguments as `assess_fitness`.

    Args:
        checks: from `pixel_checks`.
        shape: of the pixels.
        scale: of the photograph.
        metadata: of its file.
        sensor_width_mm: longer side of the sensor, where a person gave it.
        boundaries_mm: widths at which each chosen code changes its state.
    """
    focal = metadata and focal_of(metadata, shape, sensor_width_mm=sensor_width_mm)
    placed = check_scale(scale, boundaries_mm or {}, focal[0].px if focal else None)
    return conclude((*checks, placed, check_tilt(scale)))


def _too_small(photo: Photo) -> Check:
    side = min(photo.width_px, photo.height_px)
    advice = (
        f"The picture is {photo.width_px} x {photo.height_px} px, too small to judge or to "
        "measure. Use the photograph as the camera took it."
    )
    return Check("size", float(side), "px", "bad", advice)
