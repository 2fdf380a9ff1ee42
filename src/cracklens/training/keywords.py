"""The settings of a training as keywords, for type checkers and completion."""

from collections.abc import Sequence
from typing import Literal, TypedDict


class TrainSettings(TypedDict, total=False):
    """The fields of `TrainConfig`, `SegmentConfig` and `VerifyConfig`, which describe them.

    A test compares them. `recipe` is an argument of `train`. Lists are given as one value or
    several.
    """

    task: Literal["classify", "segment", "verify"]
    split: Literal["published", "random", "grouped", "folders", "near-duplicates"]
    validation_fraction: float
    group: str | None
    positive: str | None
    seed: int
    max_pixels: int
    strict: bool
    backbone: str
    weights: str
    input_size: int
    precision: Literal["auto", "f32", "bf16"]
    hidden: int | Sequence[int]
    dropout: float | Sequence[float]
    epochs: int
    batch_size: int
    learning_rate: float
    stop_patience: int
    lr_patience: int
    lr_factor: float
    lr_min: float
    fine_tune: Literal["all"] | int
    augment: bool
    backbone_lr: float
    device: Literal["auto", "cpu", "cuda"]
    encoder: str
    start: str | None
    crop_px: int
    steps: int
    rendered_pictures: int
    rendered_share: float
    cracked_share: float
    drawn: str | None
    drawn_share: float
    drawn_source: str
    drawn_margin_px: int
    distractors: bool
    weak_masks: bool
    refine_at: float
    mixed_precision: Literal["auto", "on", "off"]
    workers: int
    checked_pictures: int
    segmenter: str
    walls: int
    scenes: int
    masonry: int
    tiles: int
    masked: str | None
    masked_source: str
    candidate_threshold: float
