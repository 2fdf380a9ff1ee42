"""What the network, the tracing, the verifier and the pixels say of one photograph."""

import json
from dataclasses import asdict, dataclass, replace

import numpy as np

from cracklens.detection.surface import SurfaceMap
from cracklens.inspection.looked import Looked
from cracklens.inspection.scaled import Scaled
from cracklens.photos.metadata import Metadata
from cracklens.photos.scale import Scale, ScaleRequest, Sight
from cracklens.record.facts import PhotoFacts
from cracklens.tracing.crack import Crack, Tracing
from cracklens.tracing.surface import on_known_surfaces
from cracklens.verification.find import decided
from cracklens.verification.judged import Decision, JudgedLines, JudgedTracing


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """All that scale, context, codes, threshold and priority do not change.

    Attributes:
        facts: of the photograph and its map.
        lines: all judged lines; or the lines of a model without a verifier, as they were traced.
        decision: with which the lines were divided when the widths were measured; None without a
            verifier.
        surface: where the photograph shows a surface; None if nobody looked.
        looked: what the pixels say of the fitness, and of the widths of the reported cracks.
        metadata: of the file.
        sight: what pixels and file say of the scale.
        scale: as it was found; None without one.
        scale_missing: why there is none, and what to do.
        scale_said: what was said of it, from `said_of`.
    """

    facts: PhotoFacts
    lines: JudgedLines | Tracing
    decision: Decision | None
    surface: SurfaceMap | None
    looked: Looked
    metadata: Metadata
    sight: Sight
    scale: Scale | None
    scale_missing: str
    scale_said: str

    def tracing(self, threshold: float | None = None) -> Tracing:
        """Return the cracks and the rejected lines, as `inspect` finds them.

        Args:
            threshold: probability from which a line is a crack; None for that of the inspection.
                It has no effect without a verifier.
        """
        if isinstance(self.lines, Tracing) or self.decision is None:
            assert isinstance(self.lines, Tracing)
            return self.lines
        decision = self.decision
        if threshold is not None:
            decision = replace(decision, threshold=threshold)
        found = decided(self.lines, decision)
        return found if self.surface is None else on_known_surfaces(found, self.surface)


def kept_of(
    facts: PhotoFacts,
    tracing: Tracing,
    surface: SurfaceMap | None,
    looked: Looked,
    scaled: Scaled,
) -> KeptPhoto:
    """Return what is kept of a photograph that was inspected.

    Args:
        facts: of the photograph.
        tracing: its lines, after those on no surface were set aside.
        surface: where it shows a surface, or None.
        looked: what its pixels say.
        scaled: its scale.
    """
    lines: JudgedLines | Tracing = tracing
    decision = None
    if isinstance(tracing, JudgedTracing) and tracing.judged and tracing.decision:
        lines, decision = tracing.judged, tracing.decision
    return KeptPhoto(
        facts,
        lines,
        decision,
        surface,
        looked,
        scaled.metadata,
        scaled.sight,
        scaled.scale,
        scaled.missing,
        said_of(scaled.request),
    )


def said_of(request: ScaleRequest) -> str:
    """Return what a person said of a scale as text: the same text means the same scale.

    Where it stands in a table does not matter.
    """
    content = asdict(request)
    if content["row"]:
        del content["row"]["line"], content["row"]["photo"]
    return json.dumps(content)


def same_cracks(one: Tracing, other: Tracing) -> bool:
    """Return whether two tracings report the same lines in the same order.

    Then the widths of the one are those of the other; else they have to be measured again, since
    the blur is estimated from all cracks of a photograph together.
    """
    return len(one.cracks) == len(other.cracks) and all(
        _same_line(a, b) for a, b in zip(one.cracks, other.cracks, strict=True)
    )


def _same_line(one: Crack, other: Crack) -> bool:
    return len(one.branches) == len(other.branches) and all(
        np.array_equal(a.points_px, b.points_px)
        for a, b in zip(one.branches, other.branches, strict=True)
    )
