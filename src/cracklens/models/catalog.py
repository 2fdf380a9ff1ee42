"""The embedded models of the package, and how a model is found by name or path."""

import os
from pathlib import Path

from cracklens.errors import ModelError, ModelNotFoundError, did_you_mean
from cracklens.files import expand_home
from cracklens.models.folder import CARD, ModelFolder, read_model_folder

EMBEDDED = Path(__file__).with_name("embedded")
DEFAULT_MODEL = "concrete"
"""Name of the embedded model that is used by default."""


def embedded_models() -> list[str]:
    """Return the names of the models in the package, sorted."""
    return sorted(file.parent.name for file in EMBEDDED.glob(f"*/{CARD}"))


def find_model(name_or_path: str | Path | None = None) -> ModelFolder:
    """Read a model by name or by path; every file is checked against the hash in its card.

    Args:
        name_or_path: name of an embedded model, or the path of a model folder. None is the default
            model. `./NAME` is a folder even if an embedded model has the same name.

    Raises:
        ModelError: no such model, or a folder that is incomplete, altered or too new.
    """
    known = embedded_models()
    name = DEFAULT_MODEL if name_or_path is None else expand_home(os.fspath(name_or_path))
    if name in known:
        return read_model_folder(EMBEDDED / name)
    if name_or_path is None:
        raise ModelError(
            "this installation holds no model: install cracklens again, or name a model folder "
            "(--model FOLDER)"
        )
    if Path(name).name == name and not Path(name).exists():
        hint = did_you_mean(name, known) if known else "the package holds none"
        raise ModelNotFoundError(
            f"no model {name!r} in the package ({hint}) and no folder of that name here"
        )
    return read_model_folder(name)


def is_embedded(folder: ModelFolder) -> bool:
    """Tell whether a model came with the package."""
    return folder.path.resolve().parent == EMBEDDED.resolve()
