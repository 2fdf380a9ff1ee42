"""Evaluation of a model: metrics, calibration, intervals, reports and plots.

This import does not load matplotlib; only `cracklens.evaluation.plots` does.
"""

from cracklens.evaluation.summary import Figure, Summary, summarise

__all__ = ["Figure", "Summary", "summarise"]
