"""A verifier in memory: views and descriptors of pieces to the probability of each kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError
from cracklens.models.card import Verification
from cracklens.models.engines.named import NamedEngine
from cracklens.models.folder import ModelFolder
from cracklens.verification.descriptors import NAMES
from cracklens.verification.kinds import KINDS
from cracklens.verification.views import VIEWS

VERSION = 1
"""Version of views and descriptors. A verifier of another version cannot use them."""
BATCH = 64


class Verifier:
    """The second stage of a model folder; threads may share it."""

    def __init__(self, network: Path, settings: Verification, *, engine: str = "openvino") -> None:
        """Load the network and run it once on zeros.

        Args:
            network: the ONNX file.
            settings: of the card.
            engine: `openvino`, or `onnxruntime` (an extra).

        Raises:
            ModelError: it is of another version, no network, or does not fit its card.
            MissingExtraError: `onnxruntime` is not installed.
        """
        _require_usable(network, settings)
        self.settings = settings
        self._network = network
        self._engine = NamedEngine(network, engine)
        zeros: dict[str, NDArray[Any]] = {n: np.zeros((1, *s), np.uint8) for n, s in VIEWS.items()}
        self.logits(zeros, np.zeros((1, len(NAMES)), np.float32))

    def logits(
        self, views: Mapping[str, NDArray[np.uint8]], descriptors: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Return the logit of each kind for each piece, (N, len(KINDS)).

        Args:
            views: as `views_of` gives them.
            descriptors: as `descriptors_of` gives them.

        Raises:
            ModelError: the network gives values that are not numbers, or another shape.
        """
        found = np.zeros((len(descriptors), len(KINDS)))
        for start in range(0, len(descriptors), BATCH):
            part = slice(start, start + BATCH)
            given = {name: view[part] for name, view in views.items()}
            answer = self._engine.run({**given, "descriptors": descriptors[part]})
            logits = answer.get("logits")
            if logits is None or logits.shape != found[part].shape:
                raise ModelError(
                    f"{self._network} does not fit its card: it gives no logits of {len(KINDS)} "
                    "kinds; copy the folder again, or train again"
                )
            found[part] = logits
        if not np.isfinite(found).all():
            raise ModelError(
                f"{self._network} gives values that are not numbers: copy the folder again, or "
                "train again"
            )
        return found


def _require_usable(network: Path, settings: Verification) -> None:
    """Refuse a verifier of another version or with other kinds.

    Raises:
        ModelError: says what differs.
    """
    again = "train it again with cracklens train --task verify"
    if settings.version != VERSION or len(settings.kinds) != len(KINDS):
        raise ModelError(
            f"{network} is a verifier of version {settings.version} with {len(settings.kinds)} "
            f"kinds; this cracklens uses version {VERSION} with {len(KINDS)}: {again}"
        )
    if tuple(settings.kinds) != KINDS:
        other = [kind for kind in settings.kinds if kind not in KINDS]
        shown = ", ".join(other) or "in another order"
        raise ModelError(f"{network} is a verifier with other kinds ({shown}): {again}")


def load_verifier(folder: ModelFolder, *, engine: str = "openvino") -> Verifier | None:
    """Return the verifier of a model folder; None if it has none.

    Raises:
        ModelError: it is of another version, or does not fit its card.
        MissingExtraError: `onnxruntime` is not installed.
    """
    settings = folder.card.verification
    if settings is None:
        return None
    return Verifier(folder.path / settings.network, settings, engine=engine)
