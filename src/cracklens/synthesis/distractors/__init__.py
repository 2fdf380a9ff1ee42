"""Look-alikes: objects on concrete that resemble a crack, for training against false alarms.

Their widths and contrast are those of cracks, from a hairline to 30 px. They differ from cracks as
on a real wall: they are straight, of constant width, regular, soft, or shaded like a solid body.
"""

from cracklens.synthesis.distractors.bricks import add_recessed_brick_joints
from cracklens.synthesis.distractors.canvas import Distraction, Distractor
from cracklens.synthesis.distractors.chalk import add_chalk_mark
from cracklens.synthesis.distractors.damp import add_damp_edge
from cracklens.synthesis.distractors.holes import add_bug_holes, add_tie_holes
from cracklens.synthesis.distractors.joints import add_formwork_line, add_plank_lines
from cracklens.synthesis.distractors.leaves import add_leaves
from cracklens.synthesis.distractors.marks import add_painted_line
from cracklens.synthesis.distractors.masonry import add_brick_joints, add_tile_grout
from cracklens.synthesis.distractors.objects import add_object_edge
from cracklens.synthesis.distractors.plants import add_twigs
from cracklens.synthesis.distractors.seams import add_construction_joint, add_expansion_joint
from cracklens.synthesis.distractors.shadows import (
    add_cable_shadow,
    add_ragged_shadow,
    add_straight_shadow,
)
from cracklens.synthesis.distractors.spalls import add_spall_edge
from cracklens.synthesis.distractors.stains import add_run_off, add_rust_streak, add_stain_edge
from cracklens.synthesis.distractors.threads import add_cable, add_hair_and_straw, add_scratches

__all__ = ["CASTS_SHADOW", "DISTRACTORS", "IN_FRONT", "Distraction", "Distractor"]

# Tables of results use these names: do not change them. Add new kinds at the end, since the result
# of a seed depends on the order.
DISTRACTORS: dict[str, Distractor] = {
    "formwork line": add_formwork_line,
    "plank lines": add_plank_lines,
    "construction joint": add_construction_joint,
    "expansion joint": add_expansion_joint,
    "tie holes": add_tie_holes,
    "bug holes": add_bug_holes,
    "stain edge": add_stain_edge,
    "run-off": add_run_off,
    "straight shadow": add_straight_shadow,
    "ragged shadow": add_ragged_shadow,
    "cable shadow": add_cable_shadow,
    "cable": add_cable,
    "hair and straw": add_hair_and_straw,
    "scratches": add_scratches,
    "tile grout": add_tile_grout,
    "brick joints": add_brick_joints,
    "painted line": add_painted_line,
    "leaves": add_leaves,
    "rust streak": add_rust_streak,
    "spall edge": add_spall_edge,
    "twigs and roots": add_twigs,
    "object edge": add_object_edge,
    "damp edge": add_damp_edge,
    "recessed brick joints": add_recessed_brick_joints,
    "chalk mark": add_chalk_mark,
}

CASTS_SHADOW = frozenset({"straight shadow", "ragged shadow", "cable shadow"})
"""Look-alikes that darken what is on the surface, also cracks: drawn after the cracks."""

IN_FRONT = frozenset({"cable", "hair and straw", "leaves", "twigs and roots", "object edge"})
"""Look-alikes in front of the surface: drawn last; they hide the cracks behind them."""
