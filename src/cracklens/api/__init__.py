"""The verbs of cracklens for Python: what the command line does, as functions and one class."""

from cracklens.api.inspecting import inspect
from cracklens.api.model import Model, load_model
from cracklens.api.training import audit, require_training, train

__all__ = ["Model", "audit", "inspect", "load_model", "require_training", "train"]
