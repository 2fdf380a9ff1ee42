"""What one photograph and its cracks mean, before it becomes a part of the record."""

from dataclasses import dataclass

from cracklens.grading import Grade
from cracklens.grading.priority import Priority
from cracklens.measurement import PhotoMeasurement
from cracklens.photos.fitness import Fitness
from cracklens.photos.scale import Scale


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a photograph and its cracks mean.

    Attributes:
        scale: None if there is none.
        scale_missing: then why, and how to get one.
        fitness: whether the photograph serves to measure.
        measured: None where a model that judges whole tiles found the cracks, or where nothing
            could be measured, which `notes` explains.
        grades: for each measured crack, one for each code.
        priorities: for each measured crack; None where it has no width in mm.
        notes: what could not be computed and why, for people.
    """

    scale: Scale | None
    scale_missing: str | None
    fitness: Fitness
    measured: PhotoMeasurement | None
    grades: tuple[tuple[Grade, ...], ...] = ()
    priorities: tuple[Priority | None, ...] = ()
    notes: tuple[str, ...] = ()
