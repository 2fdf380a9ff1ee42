"""How good a model is: metrics, calibration, intervals, reports and plots.

Importing the room is cheap: nothing here loads matplotlib. Whoever draws imports
`cracklens.evaluation.plots`.
"""

from cracklens.evaluation.summary import Figure, Summary, summarise

__all__ = ["Figure", "Summary", "summarise"]
