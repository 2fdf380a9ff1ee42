"""The configuration of `cracklens train --task segment`."""

from typing import Literal

from pydantic import model_validator

from cracklens.settings_file import settings_of
from cracklens.training.data_settings import DataSettings, Split, data_setting

_segmenter = settings_of("Segmenter (--task segment)")


class SegmentConfig(DataSettings):
    """All settings of `train` for a segmenter; stored with the model."""

    task: Literal["segment"] = "segment"
    recipe: str = "segmenter"
    split: Split = data_setting("near-duplicates", "Which pictures validate.")

    encoder: str = _segmenter("mobilenetv2_100", "mobilenetv2_100, or unet (no weights).")
    weights: str = _segmenter(
        "pretrained", "'pretrained' (timm's hub), 'random', or a .safetensors file."
    )
    start: str | None = _segmenter(
        None, "Model folder of a segmenter whose weights are the start, instead of --weights."
    )
    crop_px: int = _segmenter(256, "Side of a training crop.", ge=64, le=512, multiple_of=32)
    batch_size: int = _segmenter(10, "Crops per step.", ge=1)
    steps: int = _segmenter(7_500, "Steps of the optimiser.", ge=1)
    learning_rate: float = _segmenter(2e-3, "Highest learning rate of AdamW.", gt=0)
    rendered_pictures: int = _segmenter(9_600, "Rendered pictures; 0 for none.", ge=0)
    rendered_share: float = _segmenter(0.5, "Share of rendered crops.", ge=0, le=1)
    cracked_share: float = _segmenter(0.2, "Share of crops of cracked tiles.", ge=0, le=1)
    drawn: str | None = _segmenter(
        None, "Folder of more pictures, with drawn masks, that are only trained on."
    )
    drawn_share: float = _segmenter(0.1, "Share of crops of these pictures.", ge=0, le=1)
    drawn_source: str = _segmenter(
        "", "Name, authors and licence of these pictures, for the card of the model."
    )
    drawn_margin_px: int = _segmenter(
        1, "Uncertain band at the edge of these masks; not trained on.", ge=0, le=20
    )
    distractors: bool = _segmenter(default=True, description="Render look-alikes of cracks.")
    weak_masks: bool = _segmenter(
        default=True, description="Derive masks of cracked tiles; otherwise use only their label."
    )
    refine_at: float = _segmenter(
        0.35, "Share of the steps after which the masks are refined.", gt=0, le=1
    )
    mixed_precision: Literal["auto", "on", "off"] = _segmenter(
        "auto", "bf16 in the training; auto: if the processor supports it."
    )
    workers: int = _segmenter(1, "Threads that make the crops.", ge=1, le=64)
    device: Literal["auto", "cpu", "cuda"] = _segmenter("auto", "Where to train.")
    checked_pictures: int = _segmenter(
        1_500, "Most pictures of each kind for the choice of thresholds.", ge=10
    )

    @model_validator(mode="after")
    def _consistent(self) -> "SegmentConfig":
        drawn_share = self.drawn_share if self.drawn else 0.0
        if self.rendered_share + self.cracked_share + drawn_share > 1:
            raise ValueError(
                "rendered_share, cracked_share and drawn_share are parts of one: lower them"
            )
        if self.rendered_share > 0 and self.rendered_pictures == 0:
            raise ValueError("rendered_share needs rendered_pictures")
        return self
