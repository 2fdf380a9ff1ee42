"""Width, length, orientation, spacing and pattern of cracks, from traced lines and pixels."""

from cracklens.measurement.measure import measure
from cracklens.measurement.quantity import Quantity
from cracklens.measurement.types import (
    Course,
    CrackMeasurement,
    Field,
    Network,
    PhotoMeasurement,
    WidthProfile,
    Widths,
)

__all__ = [
    "Course",
    "CrackMeasurement",
    "Field",
    "Network",
    "PhotoMeasurement",
    "Quantity",
    "WidthProfile",
    "Widths",
    "measure",
]
