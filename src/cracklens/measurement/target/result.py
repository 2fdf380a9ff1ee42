"""What the check of a camera found: a JSON file that an inspection takes back in."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cracklens.errors import DataError, UsageError
from cracklens.files import as_path, read_text, write_json
from cracklens.measurement.camera_bias import CameraBias
from cracklens.measurement.target.papers import PAPERS, PaperName

SCHEMA_VERSION = 1
_LEAST_RESPONSE = 0.5
_JUST_BELOW = 0.98
Verdict = Literal["serves", "limited", "does not serve", "too coarse", "not seen"]


class Part(BaseModel):
    """A part of the result: no unknown fields, no NaN, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LineCheck(Part):
    """What was measured on one line of the sheet."""

    name: str = Field(description="Such as 'dark 0.30'.")
    shape: Literal["straight", "curved", "crossing"]
    tone: Literal["dark", "light"]
    nominal_mm: float = Field(gt=0, description="As printed on the sheet.")
    true_mm: float = Field(gt=0, description="With the ruler, or as read with a loupe.")
    true_px: float = Field(gt=0, description="Mean over the stations.")
    stations: int = Field(ge=0, description="That could be measured.")
    measured_share: float = Field(ge=0, le=1, description="Of all stations on the line.")
    mean_mm: float | None
    bias_mm: float | None = Field(description="Mean of measured less true width.")
    scatter_mm: float | None = Field(description="Standard deviation of single widths.")
    bias_px: float | None
    scatter_px: float | None
    stated_px: float | None = Field(description="Root mean square of the stated uncertainty.")


class WidthCheck(Part):
    """What was measured of one nominal width, over all its lines."""

    nominal_mm: float = Field(gt=0)
    true_mm: float = Field(gt=0)
    true_px: float = Field(gt=0)
    stations: int = Field(ge=0)
    mean_mm: float = Field(description="Of the dark lines.")
    mean_px: float
    even_px: float = Field(description="Bias that dark and light lines share: the camera's.")
    odd_px: float = Field(
        description="Half of dark less light: ink that spread, and what the camera adds to edges."
    )
    bias_mm: float = Field(description="Best estimate for dark lines; see the page.")
    bias_px: float
    scatter_mm: float = Field(ge=0, description="Standard deviation of single widths, dark lines.")
    scatter_px: float = Field(ge=0)
    left_px: float = Field(
        ge=0,
        description="Standard uncertainty that is left after the correction, beyond what is stated"
        " for each width anyway.",
    )


class BoundaryCheck(Part):
    """Whether the camera, at this distance, tells on which side of a boundary a width lies."""

    boundary_mm: float = Field(gt=0)
    codes: list[str]
    boundary_px: float
    uncertainty_mm: float | None = Field(description="|bias| + 2 scatter at the boundary.")
    verdict: Verdict
    coarsest_mm_per_px: float | None = Field(
        description="Up to which scale this camera serves; null if at none that was tried."
    )
    text: str


class CameraCheck(Part):
    """The check of one camera by one photograph of the sheet."""

    schema_version: Literal[1] = 1
    cracklens_version: str
    paper: PaperName = Field("a4", description="Of the sheet in the photograph.")
    sheet_version: int
    photograph: str
    sha256: str
    width_px: int
    height_px: int
    ruler_mm: float = Field(
        gt=0, description="Length of the printed ruler: 100 mm, of a card 60 mm."
    )
    markers: int
    markers_missing: int
    mm_per_px: float = Field(gt=0)
    tilt_deg: float
    blur_px: float | None = Field(description="Standard deviation of the spread of an edge.")
    sharpening: float | None = Field(description="Strength of the camera's unsharp mask.")
    residual_px: float = Field(description="Root mean square, of the corners of the markers.")
    ink: Literal["true widths given", "half of the difference"] = Field(
        description="How ink that spread and the camera were told apart."
    )
    lines: list[LineCheck]
    widths: list[WidthCheck]
    boundaries: list[BoundaryCheck]
    missing: list[str] = Field(description="Lines that the photograph does not show.")
    advice: list[str]

    def bias(self) -> CameraBias:
        """Return the table with which widths of this camera are corrected.

        Nodes are the measured widths of the dark lines. Lines too fine to be told apart, all drawn
        about as wide as the lens draws any fine line, are one node: nothing says which of them was
        seen, so it has the bias of the finest line that is told apart, and how much theirs depart
        from that is what is left.
        """
        fine, kept = _told_apart(self.widths)
        nodes = [(row.mean_px, row.bias_px, row.left_px) for row in kept]
        if fine:
            first_px, bias_px, left_px = nodes[0]
            away_px = math.sqrt(sum((row.bias_px - bias_px) ** 2 for row in fine) / len(fine))
            below_px = min(max(row.mean_px for row in fine), _JUST_BELOW * first_px)
            nodes.insert(0, (below_px, bias_px, math.hypot(away_px, left_px)))
        width, bias, left = zip(*nodes, strict=True)
        return CameraBias(width, bias, left, size_px=(self.width_px, self.height_px))

    def save(self, path: str | Path) -> None:
        """Write the result as JSON.

        Raises:
            OutputError: it cannot be written.
        """
        write_json(as_path(path), self.model_dump(mode="json"))

    @classmethod
    def load(cls, path: str | Path) -> "CameraCheck":
        """Read a result.

        Raises:
            UsageError: the file does not exist or cannot be read.
            DataError: it is no check of a camera, or of a newer cracklens.
        """
        try:
            text = read_text(as_path(path))
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read: {error.strerror}; cracklens check-camera writes it"
            ) from error
        except UnicodeDecodeError as error:
            raise DataError(f"{path} is not a check of a camera: {error.reason}") from error
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise DataError(
                f"{path} is not a check of a camera that this cracklens reads ({where}: "
                f"{first['msg']}); make it anew with cracklens check-camera"
            ) from error


def _told_apart(rows: Sequence[WidthCheck]) -> tuple[list[WidthCheck], list[WidthCheck]]:
    """Return the finest rows that the camera cannot tell apart, and the rest, by rising width.

    From the widest line down, a step of the true width must show as at least half of a step of the
    measured one.
    """
    rising = sorted(rows, key=lambda row: row.true_px)
    first = len(rising) - 1
    while first > 0:
        wide, fine = rising[first], rising[first - 1]
        if wide.mean_px - fine.mean_px < _LEAST_RESPONSE * (wide.true_px - fine.true_px):
            break
        first -= 1
    return rising[:first], rising[first:]


def check_true_widths(true_widths_mm: Mapping[float, float], paper: PaperName = "a4") -> None:
    """Refuse widths read with a loupe that belong to no line, or cannot be.

    Raises:
        UsageError: says which.
    """
    known, title = PAPERS[paper].straight.widths_mm, PAPERS[paper].title.rpartition(" ")[2]
    for nominal, true in true_widths_mm.items():
        if nominal not in known:
            listed = ", ".join(f"{width:.2f}" for width in known)
            raise UsageError(f"the {title} has no line of {nominal:g} mm; it has {listed}")
        if not 0 < true < 3 * nominal + 0.1:
            raise UsageError(
                f"a line printed as {nominal:g} mm cannot be {true:g} mm wide: check the loupe's"
                " unit"
            )
