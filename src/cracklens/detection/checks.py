"""What a detector needs of a photograph and of a card."""

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError, UsageError
from cracklens.models import ModelFolder


def require_photo(pixels: NDArray[np.uint8]) -> None:
    """Refuse what is not a photograph.

    Raises:
        UsageError: another type or shape, or no pixels.
    """
    if pixels.dtype != np.uint8 or pixels.shape[2:] != (3,) or not pixels.size:
        raise UsageError(
            "a photograph is an array of height x width x 3 (RGB) uint8, not "
            f"{' x '.join(map(str, pixels.shape)) or 'a single value'} {pixels.dtype}: "
            "read it with read_photo"
        )


def positive_index(folder: ModelFolder) -> int:
    """Return which of the network's classes means a crack.

    Raises:
        ModelError: none does.
    """
    card = folder.card
    if card.positive is None:
        raise ModelError(
            f"{folder.path} sorts into {', '.join(card.labels)}, and its card does not say which "
            "of them means a crack: train it again with --positive"
        )
    return card.labels.index(card.positive)
