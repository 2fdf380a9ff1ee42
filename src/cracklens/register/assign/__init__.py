"""Which photograph shows which element: by folder, by table, by position, or by hand.

Each way returns a `Proposal`; `assign` writes it.
"""

from cracklens.register.assign.by_hand import propose_by_hand
from cracklens.register.assign.by_pattern import propose_by_pattern
from cracklens.register.assign.by_position import propose_by_position
from cracklens.register.assign.by_table import propose_by_table
from cracklens.register.assign.proposal import Assigned, Proposal, assign

__all__ = [
    "Assigned",
    "Proposal",
    "assign",
    "propose_by_hand",
    "propose_by_pattern",
    "propose_by_position",
    "propose_by_table",
]
