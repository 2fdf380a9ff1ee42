"""Traced crack, pixels and scale to width, length, orientation, spacing and pattern."""

from cracklens.measurement.measure import measure
from cracklens.measurement.quantity import Quantity
from cracklens.measurement.types import (
    Course,
    CrackMeasurement,
    Field,
    PhotoMeasurement,
    WidthProfile,
    Widths,
)

__all__ = [
    "Course",
    "CrackMeasurement",
    "Field",
    "PhotoMeasurement",
    "Quantity",
    "WidthProfile",
    "Widths",
    "measure",
]
