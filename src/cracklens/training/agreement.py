"""Agreement of an engine's features with PyTorch, and of bf16 with f32."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError

if TYPE_CHECKING:
    from cracklens.training.head import Head

MAX_RELATIVE_ERROR = 1e-4
"""Largest relative error of f32 features against PyTorch. Usual are 2e-7 to 1e-6."""


@dataclass(frozen=True, slots=True)
class Bf16Agreement:
    """Comparison of bf16 with f32 features; `decisions_equal` uses the trained head."""

    sample: int
    cosine_median: float
    cosine_min: float
    decisions_equal: float


def relative_error(ours: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """Return the largest difference, divided by the largest magnitude of the reference.

    Raises:
        ModelError: the error is above `MAX_RELATIVE_ERROR`.
    """
    error = float(np.abs(ours - reference).max() / max(float(np.abs(reference).max()), 1e-12))
    if not error <= MAX_RELATIVE_ERROR:
        raise ModelError(
            f"f32 features of the engine differ from PyTorch by {error:.1e} (relative; allowed "
            f"{MAX_RELATIVE_ERROR:.0e}): the export of this backbone is not exact. Choose another"
        )
    return error


def centred_cosine(
    ours: NDArray[np.float32], reference: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the cosine of each row with its reference, both minus the mean of the reference.

    Without centring, features that are all positive always have cosines near 1.
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
    from cracklens.training.fit import logits_of  # imports PyTorch; the first check runs without it

    cosines = centred_cosine(bf16, f32)
    decisions = [logits_of(head, values).argmax(axis=1) for values in (bf16, f32)]
    return Bf16Agreement(
        sample=len(f32),
        cosine_median=float(np.median(cosines)),
        cosine_min=float(cosines.min()),
        decisions_equal=float((decisions[0] == decisions[1]).mean()),
    )
