"""Parts that are added to a model folder after its training, such as the surface model."""

import shutil
from pathlib import Path
from typing import Any

from cracklens.errors import ModelError
from cracklens.models.card import Surface
from cracklens.models.folder import ModelFolder, read_model_folder, write_extended_folder


def add_surface(folder: str | Path, network: Path, surface: Surface) -> ModelFolder:
    """Add a surface model to a model folder, or replace the one that it has.

    Args:
        folder: any model folder.
        network: ONNX file; it is copied to the name that `surface` gives.
        surface: what the card says of it.

    Raises:
        ModelError: the folder is no model folder, or incomplete, or altered.
        OutputError: it cannot be written; it stays as it was.
    """
    return add_part(folder, {surface.file: network}, {"surface": surface})


def copy_surface(source: ModelFolder, folder: str | Path) -> ModelFolder:
    """Add the surface model of one model folder to another, such as to one just trained.

    Raises:
        ModelError: the source holds none, or the other is no model folder, incomplete or altered.
        OutputError: it cannot be written; it stays as it was.
    """
    if source.card.surface is None:
        raise ModelError(f"{source.path} holds no surface model")
    surface = source.card.surface
    return add_surface(folder, source.path / surface.file, surface)


def add_part(folder: str | Path, files: dict[str, Path], parts: dict[str, Any]) -> ModelFolder:
    """Write files and parts of the card to a model folder, all at once.

    The new folder is made beside the old one and then takes its name, so that no file is ever
    without its hash in the card.

    Args:
        folder: any model folder.
        files: to be copied into it, by the name they get.
        parts: fields of `ModelCard` that change.

    Raises:
        ModelError: the folder is no model folder, or incomplete, or altered.
        OutputError: it cannot be written; it stays as it was.
    """
    found = read_model_folder(folder)

    def make(partial: Path) -> dict[str, Any]:
        for name, source in files.items():
            shutil.copyfile(source, partial / name)
        return parts

    return write_extended_folder(found, found.path, make, overwrite=True)
