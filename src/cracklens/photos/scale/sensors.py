"""The table of sensors, for cameras whose files do not say how wide theirs is."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Sensor:
    """A row of the table of sensors.

    Attributes:
        make: as EXIF has it, in lower case.
        model: as EXIF has it, in lower case.
        width_mm: of the longer side.
        source: where the number is from.
    """

    make: str
    model: str
    width_mm: float
    source: str


def find_sensor(make: str | None, model: str | None) -> Sensor | None:
    """Return the row of the table for a camera, as EXIF names it; None if it is not there.

    >>> find_sensor("DJI", "FC6310").width_mm
    13.2
    """
    if not model:
        return None
    name = " ".join(model.lower().split())
    maker = (make or "").lower().split(" ")[0]
    for sensor in _sensors():
        if sensor.model == name and (not maker or sensor.make.split(" ")[0] == maker):
            return sensor
    return None


@cache
def _sensors() -> tuple[Sensor, ...]:
    text = resources.files(__package__).joinpath("sensors.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    sources = table["sources"]
    return tuple(
        Sensor(row["make"].lower(), row["model"].lower(), row["width_mm"], sources[row["source"]])
        for row in table["sensors"]
    )


def native_aspect(width_mm: float) -> float:
    """Return width by height of the sensor of that width, as it is made.

    Full frame, APS-C and the 1 inch sensors of cameras (13.2 x 8.8 mm) are 3:2; medium format,
    Four Thirds, phones (1 inch: 13.1 x 9.8 mm) and small cameras are 4:3.

    >>> native_aspect(36.0), native_aspect(6.17)
    (1.5, 1.3333333333333333)
    """
    three_to_two = 19.0 <= width_mm <= 40.0 or 13.16 <= width_mm <= 14.0  # noqa: PLR2004
    return 3.0 / 2.0 if three_to_two else 4.0 / 3.0
