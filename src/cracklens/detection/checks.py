"""Checks of the photograph and of the model card before detection."""

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError, UsageError
from cracklens.models import ModelFolder


def require_photo(pixels: NDArray[np.uint8]) -> None:
    """Check that an array is a photograph.

    Raises:
        UsageError: the type or shape is wrong, or there are no pixels.
    """
    if pixels.dtype != np.uint8 or pixels.shape[2:] != (3,) or not pixels.size:
        raise UsageError(
            "a photograph is an array of height x width x 3 (RGB) uint8, not "
            f"{' x '.join(map(str, pixels.shape)) or 'a single value'} {pixels.dtype}: "
            "read it with read_photo"
        )


def positive_index(folder: ModelFolder) -> int:
    """Return the index of the class that means a crack.

    Raises:
        ModelError: the card names no such class.
    """
    card = folder.card
    if card.positive is None:
        raise ModelError(
            f"{folder.path} has the classes {', '.join(card.labels)}, and its card does not state "
            "which of them means a crack: train it again with --positive"
        )
    return card.labels.index(card.positive)
