"""From a probability map to cracks: candidate lines, verified where the model can."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.tracing.candidate import find_candidates, renumbered
from cracklens.tracing.crack import Rejected, Tracing
from cracklens.tracing.pipeline import trace
from cracklens.tracing.reject import reject_reason
from cracklens.tracing.settings import TraceSettings
from cracklens.tracing.strip import Surface
from cracklens.verification.judged import Decision, JudgedLines, JudgedTracing
from cracklens.verification.verifier import Verifier
from cracklens.verification.verify import decide, judge_lines

_DEFAULT = TraceSettings()
_Traced = TypeVar("_Traced", bound=Tracing)
RULES = ("least_length_px", "least_confidence", "least_elongation")
"""Settings that reject lines without a verifier. With one, they only act if they are given."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the cracks in a probability map.

    Attributes:
        settings: of the tracing.
        verifier: second stage of the model; without one, rules decide which lines are cracks.
        threshold: probability from which a line is reported as a crack; that of the verifier if
            None. Without a verifier it has no effect.
    """

    settings: TraceSettings = _DEFAULT
    verifier: Verifier | None = None
    threshold: float | None = None

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
        judged = judge_lines(pixels, found.probability, candidates, self.verifier)
        return decided(replace(judged, notes=lines.notes), self._decision(self.verifier))

    def _decision(self, verifier: Verifier) -> Decision:
        settings, given = verifier.settings, self.settings.model_fields_set
        return Decision(
            settings.threshold if self.threshold is None else self.threshold,
            settings.calibration,
            {name: getattr(self.settings, name) for name in RULES if name in given},
        )


def decided(judged: JudgedLines, decision: Decision) -> JudgedTracing:
    """Return the cracks and the other lines, by the threshold and then by the rules.

    Args:
        judged: all candidates of a photograph.
        decision: threshold, calibration and rules.
    """
    return forced(decide(judged, decision), decision.rules)


def forced(tracing: _Traced, given: Mapping[str, float]) -> _Traced:
    """Reject also what given limits reject; a verdict does not overrule a person.

    Args:
        tracing: verified lines.
        given: limits by the name of the setting, see `RULES`.
    """
    if not given:
        return tracing
    rules = TraceSettings().model_copy(update={**dict.fromkeys(RULES, 0.0), **given})
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
