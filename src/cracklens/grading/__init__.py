"""Measurement and context to the states that each code gives, with clause and probability."""

from cracklens.grading.codes import code_names, find_code
from cracklens.grading.context import Context, finest_boundary_mm
from cracklens.grading.grade import Grade, grade

__all__ = ["Context", "Grade", "code_names", "find_code", "finest_boundary_mm", "grade"]
