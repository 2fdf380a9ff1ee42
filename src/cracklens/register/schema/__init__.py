"""The tables of a register, as classes that SQLAlchemy maps.

    structure - element
        |          |
      visit - photograph - result - finding
        |                     |
        |- inspection - inspected
        |- decision

`job` and `api_token` stand alone. What the tables look like in a database is the work of the
migrations; a test compares the two.
"""

from cracklens.register.schema.base import Base
from cracklens.register.schema.decisions import DecisionRow
from cracklens.register.schema.findings import ElementTotal, Finding, StateQuantity
from cracklens.register.schema.inspections import InspectedRow, InspectionRow, Result
from cracklens.register.schema.photographs import Photograph
from cracklens.register.schema.places import Element, Structure, Visit
from cracklens.register.schema.work import ApiToken, Job

__all__ = [
    "ApiToken",
    "Base",
    "DecisionRow",
    "Element",
    "ElementTotal",
    "Finding",
    "InspectedRow",
    "InspectionRow",
    "Job",
    "Photograph",
    "Result",
    "StateQuantity",
    "Structure",
    "Visit",
]
