"""The configuration of `cracklens train --task verify`."""

from typing import Literal

from cracklens.settings_file import settings_of
from cracklens.training.data_settings import DataSettings, Split, data_setting

_verifier = settings_of("Verifier (--task verify)")


class VerifyConfig(DataSettings):
    """All settings of `train` for a verifier; stored with the model."""

    task: Literal["verify"] = "verify"
    recipe: str = "verifier"
    split: Split = data_setting("near-duplicates", "Which pictures validate.")

    segmenter: str = _verifier(
        "concrete", "Segmenter that gets the verifier: a model folder, or a name."
    )
    walls: int = _verifier(1_500, "Rendered pictures of up to 1,024 px.", ge=20)
    scenes: int = _verifier(100, "Rendered scenes of 3 MP.", ge=0)
    masonry: int = _verifier(1_200, "Rendered pictures of brickwork.", ge=0)
    tiles: int = _verifier(5_000, "Labelled tiles at most; 0 for none.", ge=0)
    masked: str | None = _verifier(
        None, "Folder of more pictures, with drawn masks; a third of them validates."
    )
    masked_source: str = _verifier(
        "", "Name, authors and licence of these pictures, for the card of the model."
    )
    candidate_threshold: float = _verifier(
        0.3, "Probability that a line reaches somewhere to be judged.", gt=0, lt=1
    )
    steps: int = _verifier(3_000, "Steps of the optimiser.", ge=1)
    batch_size: int = _verifier(192, "Pieces per step.", ge=2)
    learning_rate: float = _verifier(2e-3, "Highest learning rate of AdamW.", gt=0)
