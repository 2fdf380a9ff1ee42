"""cracklens: from photographs of concrete to an inspection that an engineer can check and sign.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Audit": "cracklens.datasets",
    "CracklensError": "cracklens.errors",
    "DataError": "cracklens.errors",
    "Evaluation": "cracklens.evaluation.evaluate",
    "Inspection": "cracklens.inspection.record",
    "MissingExtraError": "cracklens.errors",
    "Model": "cracklens.api",
    "ModelCard": "cracklens.models",
    "ModelError": "cracklens.errors",
    "OutputError": "cracklens.errors",
    "PhotoError": "cracklens.errors",
    "Prediction": "cracklens.detection",
    "UsageError": "cracklens.errors",
    "audit": "cracklens.api",
    "inspect": "cracklens.api",
    "load_model": "cracklens.api",
    "train": "cracklens.api",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605 - one list, fixed by tests/test_public_names.py

if TYPE_CHECKING:
    from cracklens.api import Model, audit, inspect, load_model, train
    from cracklens.datasets import Audit
    from cracklens.detection import Prediction
    from cracklens.errors import (
        CracklensError,
        DataError,
        MissingExtraError,
        ModelError,
        OutputError,
        PhotoError,
        UsageError,
    )
    from cracklens.evaluation.evaluate import Evaluation
    from cracklens.inspection.record import Inspection
    from cracklens.models import ModelCard


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cracklens' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
