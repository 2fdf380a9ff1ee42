"""What measures lines again for a finished inspection, with its own settings."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from pydantic import ValidationError

from cracklens.api.assessing import assessor_of
from cracklens.api.regrading import changed_config
from cracklens.errors import DataError
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.kept.file import kept_path, read_kept
from cracklens.inspection.kept.photograph import KeptPhoto
from cracklens.inspection.remeasure import Remeasurer
from cracklens.models import ModelCard
from cracklens.photos import Photo, read_photo
from cracklens.record.schema import Inspection, PhotoRecord

PHOTOGRAPHS, KEPT = 2, 16
"""So many photographs stay decoded, 36 MB each at 12 megapixels, and so many kept ones read."""
T = TypeVar("T")


def remeasurer_of(
    folder: Path, inspection: Inspection, file_of: Callable[[PhotoRecord], Path]
) -> Remeasurer:
    """Return what measures lines of a finished inspection again. Threads may share it.

    The network is not loaded.

    Args:
        folder: of the inspection.
        inspection: its record.
        file_of: returns the file of a photograph; raises `PhotoError` if it is not there.

    Raises:
        CracklensError: a setting of the inspection makes no sense any more, or a file that it
            names, such as a table of scales, is not there.
    """
    config = changed_config(inspection, {}, ())
    try:
        card = ModelCard.model_validate(inspection.model.card)
    except ValidationError as error:
        raise DataError("the record does not hold the card of its model") from error
    root = Path(inspection.root)
    paths = {Path(root, photo.path): Path(photo.path) for photo in inspection.photographs}
    assessor = assessor_of(config, Inputs(root, tuple(paths)), card)
    rows = {paths[path]: row for path, row in assessor.rows.items() if path in paths}
    photographs, kept = _Recent[Photo](PHOTOGRAPHS), _Recent[KeptPhoto](KEPT)

    def load(photo: PhotoRecord) -> Photo:
        return photographs.get(
            photo.sha256, lambda: read_photo(file_of(photo), max_pixels=config.max_pixels)
        )

    def keep(photo: PhotoRecord) -> KeptPhoto:
        return kept.get(photo.sha256, lambda: read_kept(kept_path(folder, photo.id), photo.sha256))

    return Remeasurer(replace(assessor, rows=rows), keep, load)


class _Recent(Generic[T]):
    """The values that were used last, by their key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], T]) -> T:
        """Return a value, which is made if it is not known; one at a time."""
        with self._lock:
            if key not in self._known:
                self._known[key] = make()
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]
