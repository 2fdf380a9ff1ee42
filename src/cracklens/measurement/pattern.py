"""Pattern of a crack, and of all cracks of a photograph."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from cracklens.measurement.orientation import main_direction
from cracklens.measurement.types import CrackPattern
from cracklens.tracing.crack import Crack

FieldPattern = Literal["none", "single", "branched", "map", "parallel", "several"]

_MEETING = 3  # lines at a junction
_MAP_JUNCTIONS = 2
_MAP_STRENGTH = 0.35
_MAP_FOLDING = 1.75
"""Map cracking is a network of cracks without a main direction that meet and enclose cells (ACI
201.1R defines pattern or map cracking, but gives no measure). Two criteria are used here: the
strength of the main direction, and the length divided by the diagonal of the bounding box. They
were checked on rendered networks, forks and single cracks of the seeds 2000 to 2059, detected by
the model: no fork or single crack meets both, and 52 of 60 networks have a part that does. Closed
cells are not a criterion: half of the networks show none, since some of their sides are closed or
faint, and a branch that returns to the crack encloses one."""


def crack_pattern(crack: Crack) -> CrackPattern:
    """Return the pattern of one crack.

    Map: a network by the tracing, or at least 2 junctions, no main direction (strength up to 0.35),
    and a length of at least 1.75 times the diagonal of the bounding box. Otherwise branched if it
    has a junction, else single. A loop without a junction is single.

    Args:
        crack: with at least one branch.
    """
    if crack.network:
        return "map"
    meeting = Counter(node for branch in crack.branches for node in (branch.start, branch.end))
    junctions = sum(count >= _MEETING for count in meeting.values())
    if junctions == 0:
        return "single"
    lines = [branch.points_px for branch in crack.branches]
    across = float(np.hypot(*np.ptp(np.concatenate(lines), axis=0)))
    folded = crack.length_px >= _MAP_FOLDING * across
    if junctions >= _MAP_JUNCTIONS and folded and main_direction(lines).strength <= _MAP_STRENGTH:
        return "map"
    return "branched"


def field_pattern(
    patterns: Sequence[CrackPattern], lengths: Sequence[float], parallel: Sequence[Sequence[int]]
) -> FieldPattern:
    """Return the pattern of a photograph: the one with more than half of the total length.

    Cracks in parallel groups count as parallel, whatever their own pattern is. If no pattern has
    more than half of the length, or if most cracks are single, the result is "several".

    Args:
        patterns: of each crack.
        lengths: of each crack, in any unit.
        parallel: indices of cracks in groups.

    >>> field_pattern(["single", "map"], [50.0, 900.0], [])
    'map'
    >>> field_pattern(["single", "single"], [50.0, 60.0], [])
    'several'
    """
    if not patterns:
        return "none"
    if len(patterns) == 1:
        return patterns[0]
    grouped = {index for group in parallel for index in group}
    held: Counter[FieldPattern] = Counter()
    for index, (pattern, length) in enumerate(zip(patterns, lengths, strict=True)):
        held["parallel" if index in grouped else pattern] += length  # type: ignore[assignment]
    name, length = held.most_common(1)[0]
    return name if length > sum(lengths) / 2 and name != "single" else "several"
