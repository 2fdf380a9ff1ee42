"""Scale, fitness, measurements and grades of one photograph, before conversion to the record."""

from dataclasses import dataclass

from cracklens.grading import Grade
from cracklens.grading.priority import Priority
from cracklens.measurement import PhotoMeasurement
from cracklens.measurement.finest import FinestCrack
from cracklens.photos.fitness import Fitness
from cracklens.photos.scale import Scale


@dataclass(frozen=True, slots=True)
class Assessed:
    """Scale, fitness, measurements, grades and priorities of a photograph.

    Attributes:
        scale: None without a scale.
        scale_missing: reason for a missing scale, and what to do.
        fitness: of the photograph for measurement.
        measured: None for cracks of a tile classifier, or if nothing could be measured, which
            `notes` explains.
        grades: for each measured crack, one for each code.
        priorities: for each measured crack; None without a width in mm.
        finest: the finest crack that the photograph could have shown, or why that is not known.
        notes: values that could not be computed, with the reason.
    """

    scale: Scale | None
    scale_missing: str | None
    fitness: Fitness
    measured: PhotoMeasurement | None
    grades: tuple[tuple[Grade, ...], ...] = ()
    priorities: tuple[Priority | None, ...] = ()
    notes: tuple[str, ...] = ()
    finest: FinestCrack | str | None = None
