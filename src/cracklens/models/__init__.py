"""Trained models: the folder on disk and the engine in memory."""

from cracklens.models.card import ModelCard
from cracklens.models.engines import Engine, load_engine
from cracklens.models.folder import ModelFolder, read_model_folder, write_model_folder
from cracklens.models.preprocessing import Preprocessing

__all__ = [
    "Engine",
    "ModelCard",
    "ModelFolder",
    "Preprocessing",
    "load_engine",
    "read_model_folder",
    "write_model_folder",
]
