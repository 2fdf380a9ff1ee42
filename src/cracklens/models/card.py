"""The model card: all facts needed to use and to assess a model."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cracklens.models.preprocessing import Preprocessing

SCHEMA_VERSION = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Architecture(_Part):
    """Backbone, head and size of the network."""

    backbone: str
    weights: str
    weights_sha256: str
    weights_licence: str
    head: str
    parameters: int
    trained_parameters: int


class TrainingData(_Part):
    """The pictures that the network was trained and validated on.

    `digest` is one hash over all pictures and their classes (`cracklens audit` prints it for a
    folder); `part_digests` holds the same hash for each part of the split.
    """

    name: str
    licence: str
    citation: str
    digest: str
    part_digests: dict[str, str]
    counts: dict[str, dict[str, int]]
    unreadable: int = 0
    leaked_duplicates: int = 0


class Agreement(_Part):
    """Agreement of the engine and its precision with the PyTorch network in float32."""

    engine: str
    sample_torch: int
    f32_relative_error: float
    precision: Literal["f32", "bf16"]
    sample_bf16: int = 0
    bf16_cosine_median: float | None = None
    bf16_cosine_min: float | None = None
    bf16_decisions_equal: float | None = None
    export_probability_error: float
    export_bf16_probability_error: float | None = None
    export_bf16_decisions_equal: float | None = None


class Segmentation(_Part):
    """How a segmenter runs on a photograph, and the thresholds that turn probabilities into cracks.

    The thresholds were chosen on validation pictures, never on test data.
    """

    window_px: int = Field(ge=64, le=4096, description="Side of a window of a large photograph.")
    multiple_px: int = Field(ge=1, description="Sides of a window are multiples of this.")
    scales: tuple[float, ...] = Field(
        min_length=1, description="Sizes at which a photograph is searched; 0.5 is half size."
    )
    seed_threshold: float = Field(
        gt=0, lt=1, description="Probability that a crack must reach somewhere (hysteresis)."
    )
    grow_threshold: float = Field(
        gt=0, lt=1, description="Probability down to which it is followed from there."
    )
    finest_px: float | None = Field(
        default=None,
        gt=0,
        description="Width from which nine tenths of a crack are marked, on rendered concrete.",
    )


class Verification(_Part):
    """The second stage of a segmenter: what each line is, with its calibration.

    All choices were made on validation pictures, never on test data.
    """

    network: str = "verifier.onnx"
    version: int = Field(ge=1, description="Of the views and descriptors that it is given.")
    kinds: tuple[str, ...] = Field(min_length=2, description="A crack, then the look-alikes.")
    candidate_threshold: float = Field(
        gt=0, lt=1, description="Probability that a line reaches somewhere to be judged."
    )
    threshold: float = Field(
        gt=0, lt=1, description="Probability from which a line is reported as a crack."
    )
    calibration: tuple[float, float, float] = Field(
        description="Logit of a line: a + b x mean logit of its pieces + c x log(1 + length in px)."
    )
    calibration_error: float = Field(
        ge=0, description="Expected error of the probability of a crack, on validation lines."
    )
    counts: dict[str, dict[str, int]] = Field(description="Pieces of each source, by kind.")
    configuration: dict[str, Any] = Field(default_factory=dict)


class SurfaceSource(_Part):
    """Pictures that the surface model learned from."""

    name: str
    licence: str
    pictures: int = Field(ge=1)
    surface: bool = Field(description="They show a surface that the model is to know.")


class Surface(_Part):
    """The surface model: where a photograph shows something that the segmenter may be asked about.

    Its network has the outputs `surface` (probability for each cell of 32 px of the reduced
    photograph) and `distance` (of the photograph's features from those of the training pictures).
    The thresholds were chosen on pictures that were held out of the training by source.
    """

    file: str = "surface.onnx"
    longest_px: int = Field(ge=64, le=4096, description="Longer side of the reduced photograph.")
    threshold: float = Field(
        gt=0, lt=1, description="Least probability of a surface; lines below are not reported."
    )
    false_exclusion: float = Field(
        ge=0, le=1, description="Share of surface below the threshold, in sources held out."
    )
    found_elsewhere: float = Field(
        ge=0, le=1, description="Share below the threshold of what is no surface, held out."
    )
    calibration_error: float = Field(ge=0, le=1, description="Expected, on what was held out.")
    far_distance: float = Field(gt=0, description="Distance from which a photograph is unlike.")
    false_warnings: float = Field(
        ge=0, le=1, description="Share of pictures beyond it, in sources held out."
    )
    sources: tuple[SurfaceSource, ...]


class ModelCard(_Part):
    """`card.json` of a model folder.

    `labels` are in the order of the network's outputs; `positive` is the class that means a crack
    (None for more than two classes). `temperature` is applied inside the model. It is 1 if no
    temperature could be fitted (`calibrated` is false). The task `classify` labels whole pictures;
    `segment` also gives a probability for each pixel.
    """

    schema_version: Literal[1] = 1
    name: str
    task: Literal["classify", "segment"] = "classify"
    segmentation: Segmentation | None = None
    verification: Verification | None = None
    surface: Surface | None = None
    labels: list[str] = Field(min_length=2)
    positive: str | None
    temperature: float = Field(gt=0)
    calibrated: bool
    decision_threshold: float = Field(
        default=0.5,
        gt=0,
        lt=1,
        description="Probability of `positive` from which a picture gets this label.",
    )
    preprocessing: Preprocessing
    architecture: Architecture
    data: TrainingData
    agreement: Agreement
    configuration: dict[str, Any]
    validation: dict[str, Any] | None
    created: datetime
    cracklens_version: str
    files: dict[str, str]

    @model_validator(mode="after")
    def _consistent(self) -> "ModelCard":
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels must differ from each other")
        if self.positive is not None and self.positive not in self.labels:
            raise ValueError(f"positive class {self.positive!r} is not among the labels")
        if (self.task == "segment") != (self.segmentation is not None):
            raise ValueError("`segmentation` belongs to the task 'segment', and only to it")
        if self.verification is not None and self.verification.network not in self.files:
            raise ValueError(
                f"the verifier {self.verification.network} is not among the files: copy the whole "
                "folder, or train again"
            )
        if self.surface is not None and self.surface.file not in self.files:
            raise ValueError(f"`surface` names {self.surface.file!r}, which is not among the files")
        return self


def readme(card: ModelCard) -> str:
    """Return the card as Markdown for people."""
    rows = "\n".join(
        f"| {part} | {' / '.join(f'{label} {count:,}' for label, count in counts.items())} |"
        for part, counts in card.data.counts.items()
    )
    return f"""# {card.name}

A model of cracklens {card.cracklens_version} that sorts a picture into {_names(card.labels)}\
{" and finds the pixels of cracks (a segmenter)" if card.segmentation else ""}.

{"    cracklens inspect PHOTOGRAPHS --model THIS-FOLDER" if card.segmentation else ""}
    cracklens predict THIS-FOLDER PICTURES
    cracklens evaluate THIS-FOLDER DATA

{_input(card)}

## Trained on
{card.data.name}, licence {card.data.licence or "not stated"}. {card.data.citation}

| part | pictures |
|---|---|
{rows}

{_leak_note(card)}{_surface(card)}## Made of
Backbone {card.architecture.backbone}, starting weights {card.architecture.weights} \
(licence {card.architecture.weights_licence or "not stated"}); head {card.architecture.head}; \
{card.architecture.parameters:,} parameters, {card.architecture.trained_parameters:,} of them \
trained.

## How good
{_validation(card)}
These figures hold for pictures like those above, from the same structures. On structures that the \
model has never seen, expect less, and measure it: `cracklens evaluate THIS-FOLDER YOUR-DATA`.

## How exact the engine is
{_agreement(card)}
"""


def _input(card: ModelCard) -> str:
    size = card.preprocessing
    interface = "Normalisation and calibration are inside `model.onnx` (input `pixels`: uint8, N x "
    labelled = (
        f"RGB pictures of any size, brought to {size.width_px} x {size.height_px} px "
        f"({size.interpolation}, the whole picture)"
    )
    if card.segmentation is None:
        return (
            f"Input: {labelled}. {interface}{size.height_px} x {size.width_px} x 3; outputs "
            "`probabilities` and `logits`)."
        )
    how = card.segmentation
    return (
        f"Input: photographs of any size, in windows of at most {how.window_px} px, at "
        f"{' and '.join(f'{scale:g}' for scale in how.scales)} times their size. A crack begins "
        f"at a probability of {how.seed_threshold:g} and is followed down to "
        f"{how.grow_threshold:g}. To label tiles: {labelled}. {interface}H x W x 3, H and W "
        f"multiples of {how.multiple_px}; outputs `map`: N x H x W, `probabilities` and `logits`)."
    )


def _surface(card: ModelCard) -> str:
    found = card.surface
    if found is None:
        return ""
    rows = "\n".join(
        f"| {each.name} | {'yes' if each.surface else 'no'} | {each.pictures:,} | {each.licence} |"
        for each in found.sources
    )
    return f"""## What is no surface
`{found.file}` tells concrete, plaster, masonry and asphalt from sky, plants, people, roofs and \
the like. Lines are not reported where its probability is below {found.threshold:.2g}: in sources \
that were held out of its training, {found.false_exclusion:.1%} of the surfaces and \
{found.found_elsewhere:.0%} of all else. A photograph at a distance above \
{found.far_distance:.3g} is called unlike the training; {found.false_warnings:.1%} of held-out \
pictures of surfaces are.

| pictures | surface | count | licence |
|---|---|---|---|
{rows}

"""


def _names(labels: list[str]) -> str:
    return f"{', '.join(labels[:-1])} or {labels[-1]}"


def _leak_note(card: ModelCard) -> str:
    leaked = card.data.leaked_duplicates
    if not leaked:
        return ""
    return f"{leaked:,} validation pictures are also in the training part, byte for byte.\n\n"


_SHOWN = {
    "accuracy": "accuracy",
    "auroc": "AUROC",
    "log_loss": "log loss",
    "ece": "calibration error",
}


def _interval(figure: dict[str, Any]) -> str:
    """Return the interval of a figure in brackets, or why there is none."""
    if figure["low"] is None:
        return " (too few pictures or groups for an interval)"
    return f" ({figure['low']:.4f} to {figure['high']:.4f})"


def _validation(card: ModelCard) -> str:
    if not card.validation:
        return "No validation pictures: not measured."
    lines = []
    for name, shown in _SHOWN.items():
        figure = card.validation.get(name)
        if figure:
            lines.append(f"- {shown}: {figure['value']:.4f}{_interval(figure)}")
    return "\n".join(
        [
            f"Validation part, {card.validation['count']:,} pictures, 95 % intervals.",
            "The epoch and the calibration were chosen on it: the figures are slightly favourable.",
            "",
            *lines,
            "",
            *([] if card.calibrated else ["The probabilities are not calibrated.", ""]),
        ]
    )


def _agreement(card: ModelCard) -> str:
    check = card.agreement
    text = (
        f"Features by {check.engine} in f32 against PyTorch: relative error "
        f"{check.f32_relative_error:.1e} over {check.sample_torch} pictures. Exported model "
        f"against PyTorch: probabilities differ by at most {check.export_probability_error:.1e}."
    )
    if check.bf16_decisions_equal is not None:
        cosine = check.bf16_cosine_median
        text += " bf16 against f32: " + (
            f"centred cosine {cosine:.5f} (median), " if cosine is not None else ""
        )
        text += (
            f"{check.bf16_decisions_equal:.2%} of the decisions on {check.sample_bf16} pictures "
            "equal."
        )
    return text
