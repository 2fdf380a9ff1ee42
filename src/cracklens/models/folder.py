"""The model folder: `model.onnx`, `card.json` and a `README.md` written from the card."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cracklens.errors import ModelError, ModelNotFoundError
from cracklens.files import read_text, sha256_file, write_json, writing_folder
from cracklens.models.card import SCHEMA_VERSION, ModelCard, readme

CARD = "card.json"
NETWORK = "model.onnx"
README = "README.md"
_EXPECTED = f"a model is a folder with {CARD} and {NETWORK}"
_SYSTEM_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model folder whose files were checked against the hashes in its card."""

    path: Path
    card: ModelCard

    @property
    def network(self) -> Path:
        """The ONNX file, from pixels to probabilities."""
        return self.path / NETWORK


def read_model_folder(path: str | Path) -> ModelFolder:
    """Read a model folder and check every file against the hash in its card.

    Raises:
        ModelError: no model folder, a missing or altered file, a card from a newer cracklens, or
            a card that is not valid.
    """
    path = Path(path)
    try:
        return ModelFolder(path, _checked(path))
    except OSError as error:  # no permission, or a name that is too long
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from error


def _checked(path: Path) -> ModelCard:
    card_file = path / CARD
    if not path.exists():
        raise ModelNotFoundError(f"{path} does not exist: {_EXPECTED}")
    if not path.is_dir():
        raise ModelNotFoundError(f"{path} is not a folder: {_EXPECTED}")
    if not card_file.is_file():
        raise ModelNotFoundError(
            f"{path} holds no {CARD}: it is not a model folder (make one: train)"
        )
    card = _read_card(card_file)
    _check_files(path, card)
    return card


def _check_files(path: Path, card: ModelCard) -> None:
    for name, expected in card.files.items():
        if Path(name).name != name:
            raise ModelError(f"{path / CARD} names a file outside the folder: {name!r}")
        if not (path / name).is_file():
            raise ModelError(f"{path} lacks {name}, which its card names: copy the whole folder")
        if sha256_file(path / name) != expected:
            raise ModelError(
                f"{path / name} is not the file that the card was written for (SHA-256 differs): "
                "copy the folder again, or train again"
            )
    if NETWORK not in card.files:
        raise ModelError(f"{path / CARD} names no {NETWORK}")
    for found in sorted(path.iterdir()):  # weights could lie in a file that no hash covers
        if found.name not in {CARD, *card.files, *_SYSTEM_FILES}:
            raise ModelError(f"{found} is not part of the model, by its card: move it elsewhere")


def _read_card(file: Path) -> ModelCard:
    try:
        content = json.loads(read_text(file))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {error}") from error
    version = content.get("schema_version") if isinstance(content, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ModelError(
            f"{file} has schema {version}; this cracklens reads up to {SCHEMA_VERSION}: "
            "upgrade with pip install -U cracklens"
        )
    try:
        return ModelCard.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the card"
        raise ModelError(f"{file} is not a valid card: {place}: {first['msg']}") from error


def write_extended_folder(
    source: ModelFolder,
    path: str | Path,
    make: Callable[[Path], dict[str, Any]],
    *,
    overwrite: bool = False,
) -> ModelFolder:
    """Write a copy of a model folder with more in it, such as a second stage.

    `make` writes files into the new folder and returns the fields of the card that change.

    Raises:
        OutputError: the target exists and `overwrite` is false, or cannot be written.
    """

    def copied(folder: Path) -> ModelCard:
        for name in source.card.files:
            if name != README:
                shutil.copyfile(source.path / name, folder / name)
        return source.card.model_copy(update=make(folder))

    return write_model_folder(path, copied, overwrite=overwrite)


def write_model_folder(
    path: str | Path,
    make: Callable[[Path], ModelCard],
    *,
    overwrite: bool = False,
) -> ModelFolder:
    """Write a model folder atomically: `make` fills a temporary folder, which is then renamed.

    `make` writes at least `model.onnx` and returns the card. This function adds the hashes of the
    files to the card.

    Raises:
        OutputError: the target exists and `overwrite` is false, or cannot be written.
    """
    path = Path(path)
    with writing_folder(path, overwrite=overwrite) as folder:
        card = make(folder)
        (folder / README).write_text(readme(card), encoding="utf-8")
        files = {file.name: sha256_file(file) for file in sorted(folder.iterdir())}
        card = card.model_copy(update={"files": files})
        write_json(folder / CARD, card.model_dump(mode="json"))
    return ModelFolder(path, card)
