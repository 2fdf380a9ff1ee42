"""How far an engine's features agree with PyTorch, and bf16 with f32."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError

if TYPE_CHECKING:
    from cracklens.training.head import Head

MAX_RELATIVE_ERROR = 1e-4
"""Of f32 features against PyTorch. 2e-7 to 1e-6 is usual; above 1e-4 something is wrong."""


@dataclass(frozen=True, slots=True)
class Bf16Agreement:
    """bf16 against f32 features of the same pictures; `decisions_equal` by the trained head."""

    sample: int
    cosine_median: float
    cosine_min: float
    decisions_equal: float


def relative_error(ours: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """Return the largest difference over the largest magnitude of the reference.

    Raises:
        ModelError: above `MAX_RELATIVE_ERROR`.
    """
    error = float(np.abs(ours - reference).max() / max(float(np.abs(reference).max()), 1e-12))
    if not error <= MAX_RELATIVE_ERROR:
        raise ModelError(
            f"f32 features of the engine differ from PyTorch by {error:.1e} (relative; allowed "
            f"{MAX_RELATIVE_ERROR:.0e}): this backbone is not exported faithfully"
        )
    return error


def centred_cosine(
    ours: NDArray[np.float32], reference: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the cosine of each row with its reference after the reference's mean is taken off.

    Without centring, features that are all positive have cosines near 1 whatever they say.
    """
    mean = reference.mean(axis=0, dtype=np.float64)
    a, b = ours - mean, reference - mean
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines: NDArray[np.float64] = (a * b).sum(axis=1) / np.maximum(norms, 1e-30)
    return cosines


def compare_bf16(
    bf16: NDArray[np.float32], f32: NDArray[np.float32], head: "Head"
) -> Bf16Agreement:
    """Compare bf16 with f32 features (N x D) by direction and by the decisions of a head."""
    from cracklens.training.fit import logits_of  # PyTorch, which the first check does not need

    cosines = centred_cosine(bf16, f32)
    decided = [logits_of(head, values).argmax(axis=1) for values in (bf16, f32)]
    return Bf16Agreement(
        sample=len(f32),
        cosine_median=float(np.median(cosines)),
        cosine_min=float(cosines.min()),
        decisions_equal=float((decided[0] == decided[1]).mean()),
    )
