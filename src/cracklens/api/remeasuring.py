"""What measures lines again for a finished inspection, with its own settings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from cracklens.api.assessing import assessor_of
from cracklens.api.regrading import changed_config
from cracklens.errors import CracklensError, DataError, PhotoError
from cracklens.grading.priority import Weights, load_weights
from cracklens.inspection.inputs import Inputs
from cracklens.inspection.kept.file import kept_path, read_kept
from cracklens.inspection.kept.photograph import KeptPhoto
from cracklens.inspection.recent import Recent
from cracklens.inspection.remeasure import Remeasurer
from cracklens.models import ModelCard
from cracklens.photos import Photo, read_photo
from cracklens.record.decisions import Measure, ToMeasure
from cracklens.record.schema import Inspection, PhotoRecord

PHOTOGRAPHS, KEPT = 2, 16
"""So many photographs stay decoded, 36 MB each at 12 megapixels, and so many kept ones read."""


def remeasurer_of(
    folder: Path, inspection: Inspection, file_of: Callable[[PhotoRecord], Path]
) -> Remeasurer:
    """Return what measures lines of a finished inspection again, for one thread at a time.

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
    photographs, kept = Recent[str, Photo](PHOTOGRAPHS), Recent[str, KeptPhoto](KEPT)

    def load(photo: PhotoRecord) -> Photo:
        return photographs.get(
            photo.sha256, lambda: read_photo(file_of(photo), max_pixels=config.max_pixels)
        )

    def keep(photo: PhotoRecord) -> KeptPhoto:
        return kept.get(photo.sha256, lambda: read_kept(kept_path(folder, photo.id), photo.sha256))

    return Remeasurer(replace(assessor, rows=rows), keep, load)


def measuring_of(
    folder: Path, inspection: Inspection, file_of: Callable[[PhotoRecord], Path]
) -> tuple[Measure, Weights]:
    """Return what measures lines again, or says why it cannot, and the weights of the priority.

    Args:
        folder: of the inspection.
        inspection: its record.
        file_of: as in `remeasurer_of`.
    """
    try:
        found = remeasurer_of(folder, inspection, file_of)
    except CracklensError as error:
        why = str(error)

        def refuse(wanted: ToMeasure) -> PhotoRecord:
            raise PhotoError(Path(wanted.photo.path), f"cannot be measured again: {why}")

        return refuse, load_weights(None)
    return found, found.assessor.weights
