"""From a probability map to cracks: candidate lines, verified where the model can."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.tracing.candidate import find_candidates, renumbered
from cracklens.tracing.crack import Rejected, Tracing
from cracklens.tracing.pipeline import trace
from cracklens.tracing.reject import reject_reason
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.strip import Surface
from cracklens.verification.verifier import Verifier
from cracklens.verification.verify import verify

_DEFAULT = TraceSettings()
RULES = ("least_length_px", "least_confidence", "least_elongation")
"""Settings that reject lines without a verifier. With one, they only act if they are given."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the cracks in a probability map.

    Attributes:
        settings: of the tracing.
        verifier: second stage of the model; without one, rules decide which lines are cracks.
    """

    settings: TraceSettings = _DEFAULT
    verifier: Verifier | None = None

    def __call__(
        self,
        found: ProbabilityMap,
        pixels: NDArray[np.uint8],
        hidden: NDArray[np.bool_] | None = None,
    ) -> Tracing:
        """Return the cracks of a photograph and the lines that are none.

        Args:
            found: its probability map.
            pixels: (H, W, 3) uint8 RGB.
            hidden: (H, W) True where the surface is hidden, or None.

        Raises:
            ModelError: the verifier gives values that are not numbers.
        """
        if self.verifier is None or found.kind == "tiles":
            return trace(found, self.settings, pixels, hidden)
        lines = find_candidates(
            found,
            candidate_settings(self.settings, self.verifier.settings.candidate_threshold),
            Surface(found.probability, pixels, hidden),
        )
        candidates = [line.crack for line in lines.lines]
        tracing = verify(pixels, found.probability, candidates, self.verifier)
        return replace(self._forced(tracing), notes=(*lines.notes, *tracing.notes))

    def _forced(self, tracing: Tracing) -> Tracing:
        """Reject also what the given settings reject; a verdict does not overrule a person."""
        given = self.settings.model_fields_set & set(RULES)
        if not given:
            return tracing
        off = {name: 0.0 for name in RULES if name not in given}
        rules = self.settings.model_copy(update=off)
        kept: list[int] = []
        rejected: list[Rejected] = list(tracing.rejected)
        for index, crack in enumerate(tracing.cracks):
            why = reject_reason(crack, rules)
            if why is None:
                kept.append(index)
            else:
                rejected.append(Rejected(replace(crack, continues=()), *why))
        cracks = tuple(renumbered(tracing.cracks, kept))
        return replace(tracing, cracks=cracks, rejected=tuple(rejected))


def candidate_settings(settings: TraceSettings, threshold: float) -> TraceSettings:
    """Return the settings with which candidates are traced: also faint lines are candidates."""
    return settings.model_copy(
        update={
            "seed_threshold": threshold,
            "grow_threshold": min(settings.grow_threshold, threshold),
        }
    )
