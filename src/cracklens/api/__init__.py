"""The verbs of cracklens for Python: what the command line does, as functions and one class."""

from typing import TYPE_CHECKING, Any

from cracklens.api.model import Model, load_model
from cracklens.api.training import audit, require_training, train

if TYPE_CHECKING:
    from cracklens.api.inspecting import inspect
    from cracklens.api.regrading import regrade
    from cracklens.api.reviewing import report

__all__ = [
    "Model",
    "audit",
    "inspect",
    "load_model",
    "regrade",
    "report",
    "require_training",
    "train",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    # Measuring and grading import SciPy, half a second that `predict` and `audit` do not need.
    if name == "inspect":
        from cracklens.api.inspecting import inspect

        return inspect
    if name == "regrade":
        from cracklens.api.regrading import regrade

        return regrade
    if name == "report":
        from cracklens.api.reviewing import report

        return report
    raise AttributeError(f"module 'cracklens.api' has no attribute {name!r}")
