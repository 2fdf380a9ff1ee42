"""Decisions of people about an inspection, beside what the model said.

    journal = Journal(folder)
    reviewed = review(Inspection.load(folder), journal.read())
    counted = decided(reviewed).inspection     # for reports, tables and quantities

The record `inspection.json` never changes. Decisions are lines of `decisions.jsonl`, each with the
hash of the one before; `approve` closes a version.
"""

from cracklens.record.decisions.apply import (
    NotApplied,
    Reviewed,
    ReviewedPhoto,
    review,
    review_photo,
)
from cracklens.record.decisions.approve import (
    STATEMENT,
    Approval,
    approval_problems,
    approvals,
    approve,
)
from cracklens.record.decisions.carry import Carried, Lost, carry_folder, carry_into, carry_over
from cracklens.record.decisions.decide import decide, take_back
from cracklens.record.decisions.decided import Decided, Measure, ToMeasure, decided
from cracklens.record.decisions.finding import Finding, findings_of
from cracklens.record.decisions.history import holding, to_redo, to_undo
from cracklens.record.decisions.journal import JOURNAL, ConflictError, Journal
from cracklens.record.decisions.json_schema import JOURNAL_SCHEMA, decision_schema
from cracklens.record.decisions.listing import listed, listing_text
from cracklens.record.decisions.model import (
    ACTION,
    LOOKALIKES,
    Accept,
    Comment,
    Course,
    Decision,
    Draw,
    Element,
    Gauge,
    Join,
    Region,
    Reject,
    Scale,
    Split,
    State,
    Undo,
    make_decision,
)
from cracklens.record.decisions.sign import Signer, load_signer, read_public_key
from cracklens.record.decisions.told import told

__all__ = [
    "ACTION",
    "JOURNAL",
    "JOURNAL_SCHEMA",
    "LOOKALIKES",
    "STATEMENT",
    "Accept",
    "Approval",
    "Carried",
    "Comment",
    "ConflictError",
    "Course",
    "Decided",
    "Decision",
    "Draw",
    "Element",
    "Finding",
    "Gauge",
    "Join",
    "Journal",
    "Lost",
    "Measure",
    "NotApplied",
    "Region",
    "Reject",
    "Reviewed",
    "ReviewedPhoto",
    "Scale",
    "Signer",
    "Split",
    "State",
    "ToMeasure",
    "Undo",
    "approval_problems",
    "approvals",
    "approve",
    "carry_folder",
    "carry_into",
    "carry_over",
    "decide",
    "decided",
    "decision_schema",
    "findings_of",
    "holding",
    "listed",
    "listing_text",
    "load_signer",
    "make_decision",
    "read_public_key",
    "review",
    "review_photo",
    "take_back",
    "to_redo",
    "to_undo",
    "told",
]
