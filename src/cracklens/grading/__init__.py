"""Measurement and context to the states that each code gives, with clause and probability."""

from cracklens.grading.codes import code_names, find_code
from cracklens.grading.context import Context, boundaries_mm, not_applicable
from cracklens.grading.grade import Grade, grade

__all__ = [
    "Context",
    "Grade",
    "boundaries_mm",
    "code_names",
    "find_code",
    "grade",
    "not_applicable",
]
