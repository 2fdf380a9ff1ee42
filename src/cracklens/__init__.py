"""cracklens: from photographs of concrete to an inspection that an engineer can check and sign.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cracklens.version import __version__ as __version__

_HOMES = {
    "Audit": "cracklens.datasets",
    "CracklensError": "cracklens.errors",
    "DataError": "cracklens.errors",
    "DataNotFoundError": "cracklens.errors",
    "Evaluation": "cracklens.evaluation.evaluate",
    "Inspection": "cracklens.record.schema",
    "MissingExtraError": "cracklens.errors",
    "Model": "cracklens.api",
    "ModelCard": "cracklens.models",
    "ModelError": "cracklens.errors",
    "ModelNotFoundError": "cracklens.errors",
    "OutputError": "cracklens.errors",
    "PhotoError": "cracklens.errors",
    "Prediction": "cracklens.detection",
    "UsageError": "cracklens.errors",
    "audit": "cracklens.api",
    "inspect": "cracklens.api",
    "load_model": "cracklens.api",
    "regrade": "cracklens.api",
    "report": "cracklens.api",
    "train": "cracklens.api",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605 - one list, fixed by tests/test_public_names.py

if TYPE_CHECKING:  # "as" exports a name under mypy --strict
    from cracklens.api import Model as Model
    from cracklens.api import audit as audit
    from cracklens.api import inspect as inspect
    from cracklens.api import load_model as load_model
    from cracklens.api import regrade as regrade
    from cracklens.api import report as report
    from cracklens.api import train as train
    from cracklens.datasets import Audit as Audit
    from cracklens.detection import Prediction as Prediction
    from cracklens.errors import CracklensError as CracklensError
    from cracklens.errors import DataError as DataError
    from cracklens.errors import DataNotFoundError as DataNotFoundError
    from cracklens.errors import MissingExtraError as MissingExtraError
    from cracklens.errors import ModelError as ModelError
    from cracklens.errors import ModelNotFoundError as ModelNotFoundError
    from cracklens.errors import OutputError as OutputError
    from cracklens.errors import PhotoError as PhotoError
    from cracklens.errors import UsageError as UsageError
    from cracklens.evaluation.evaluate import Evaluation as Evaluation
    from cracklens.models import ModelCard as ModelCard
    from cracklens.record.schema import Inspection as Inspection


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cracklens' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
