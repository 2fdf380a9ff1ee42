"""Settings that decide which lines of a probability map are cracks."""

from pydantic import BaseModel, ConfigDict, Field, model_validator


class TraceSettings(BaseModel):
    """Settings of `trace`; each is a flag of `cracklens inspect` and is stored with the result.

    Lengths are in pixels of the photograph. The reasons for the defaults:

    - `seed_threshold` 0.5: above it a crack is more likely than none; a line needs one such pixel.
      `grow_threshold` 0.3 then follows the line through faint parts (hysteresis, Canny 1986,
      doi:10.1109/TPAMI.1986.4767851).
    - `least_length_px` 60: at a usual 0.2 to 0.5 mm per pixel this is 12 to 30 mm. Shorter lines
      are as often pores and scratches as cracks. Of the crack-free METU tiles of the validation
      part, 1.8 % show a crack with 30 px and 1.0 % with 60 px; some of these are real cracks with
      a wrong label.
    - `least_confidence` 0.4: rejects a line that has one strong point and is near the grow
      threshold elsewhere.
    - `spur_widths` 1 and `spur_px` 6: the skeleton of a ragged band of width w has spurs of up to
      about w / 2 from the centreline. A side branch that is visible for less than half a width
      beside the crack cannot be distinguished from raggedness.
    - `gap_px` 200: longest gap between two pieces that is joined. How near the pieces have to be
      also depends on their lengths, see `find_gaps`. `join_probability` 0.5: from here on, two
      pieces are more likely one crack than two. The probability is calibrated on rendered walls
      (docs/results/joining.md).
    - `tolerance_px` 0.5 keeps the polyline within half a pixel of the traced centreline, less than
      the error of the centreline.
    - `least_elongation` 4: a shorter mark of the same width is a spot.
    - `straight_least_px` 120, `straight_rms_px` 0.35, `straight_width_variation` 0.3: 98 % of the
      rendered ideal lines with subpixel noise deviate by at most 0.35 px from a straight line over
      up to 300 px. None of 300 rendered fractal cracks and none of 150 nearly straight ones does.
      Joints of brick and grout are rougher; for a line with two parallel lines the limit is
      doubled.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    seed_threshold: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Probability that a crack reaches in at least one pixel.",
    )
    grow_threshold: float = Field(
        default=0.3, gt=0, le=1, description="Probability down to which a crack is followed."
    )
    least_length_px: float = Field(
        default=60.0, ge=0, description="Cracks shorter than this, in px, are set aside."
    )
    least_confidence: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Cracks of lower mean probability along their centreline are set aside.",
    )
    spur_widths: float = Field(
        default=1.0, ge=0, description="Side lines shorter than this many crack widths are cut off."
    )
    spur_px: float = Field(
        default=6.0, ge=0, description="Side lines shorter than this are cut off."
    )
    gap_px: float = Field(
        default=200.0,
        ge=0,
        description="Longest gap between two pieces of a crack that is joined, in px; 0 for none.",
    )
    join_probability: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Probability that two pieces are one crack, from which they are joined.",
    )
    tolerance_px: float = Field(
        default=0.5,
        ge=0,
        description="Largest distance between centreline and its simplified polyline.",
    )
    least_elongation: float = Field(
        default=4.0,
        ge=0,
        description="Length over width below which a mark is a spot, not a crack.",
    )
    reject_straight: bool = Field(
        default=True, description="Set long lines aside that are as straight and even as a joint."
    )
    straight_least_px: float = Field(
        default=120.0, gt=0, description="Shorter lines are never called straight."
    )
    straight_rms_px: float = Field(
        default=0.35,
        ge=0,
        description="Deviation from a straight line up to which a line is a joint.",
    )
    straight_width_variation: float = Field(
        default=0.3,
        ge=0,
        description="Standard deviation over mean of the width of a joint, at most.",
    )

    @model_validator(mode="after")
    def _grow_below_seed(self) -> "TraceSettings":
        if self.grow_threshold > self.seed_threshold:
            raise ValueError(
                f"grow_threshold {self.grow_threshold} is above seed_threshold "
                f"{self.seed_threshold}; give a growing threshold that is at most the seed's"
            )
        return self
