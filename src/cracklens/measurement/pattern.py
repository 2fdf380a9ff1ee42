"""What a crack looks like as a whole, and what the cracks of a photograph are together."""

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
"""Map cracking is a network without a direction, whose cracks meet and enclose cells (ACI 201.1R
speaks of pattern or map cracking and gives no measure). Its two marks here: the strength of the
main direction, and the length in units of the diagonal of the box around it. Of rendered networks,
forks and single cracks of the seeds 2000 to 2059, as the model sees them, no fork or single crack
has both, and 52 of 60 networks have a part that does. Closed cells alone do not decide: half of the
networks show none, since some of their sides are closed or fade, and a branch that comes back makes
one."""


def crack_pattern(crack: Crack) -> CrackPattern:
    """Return what a crack is, taken alone.

    Map: at least 2 junctions, no main direction (strength up to 0.35), and at least 1.75 times as
    long as the diagonal of the box around it. Else branched if lines meet anywhere, else single; a
    loop that meets nothing is single.

    Args:
        crack: with at least one branch.
    """
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
    """Return what the cracks of a photograph are together: what holds more than half the length.

    Cracks in parallel groups count as parallel, whatever they are alone. Several cracks of which
    most is neither a network, nor branched, nor parallel are "several".

    Args:
        patterns: of each crack alone.
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
