"""A trained model, ready to label pictures."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from cracklens.datasets import load_dataset, split_dataset
from cracklens.datasets.annotations import find_annotations
from cracklens.detection import Classifier, Predictions
from cracklens.errors import DataError, ModelError, PhotoError, UsageError
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.models import ModelCard
from cracklens.models.catalog import find_model
from cracklens.photos import Picture, given_pictures
from cracklens.photos.find import LeftOut
from cracklens.progress import SILENT, Progress

if TYPE_CHECKING:
    from cracklens.evaluation.evaluate import Evaluation
    from cracklens.evaluation.segmentation import MaskEvaluation

Part = Literal["all", "train", "validation", "test"]


class Model:
    """A trained model, ready to label pictures. Made by `load_model` or `train`."""

    unreadable: Mapping[Path, str]
    """Pictures that its training left out, with the reason; empty for a loaded model."""

    def __init__(
        self, classifier: Classifier, unreadable: Mapping[Path, str] = MappingProxyType({})
    ) -> None:
        self._classifier = classifier
        self.unreadable = unreadable

    def __repr__(self) -> str:
        return f"<cracklens model {self.card.name!r}: {', '.join(self.card.labels)}>"

    @property
    def card(self) -> ModelCard:
        """What it was trained on, how good it is, how it was made."""
        return self._classifier.card

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._classifier.folder.path

    def predict(
        self,
        pictures: Picture | Iterable[Picture],
        *,
        on_error: Callable[[PhotoError], None] | None = None,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        progress: Progress = SILENT,
    ) -> Predictions:
        """Label pictures of any size.

        Args:
            pictures: files, folders or patterns such as `"site/*.jpg"`; NumPy arrays, uint8, RGB of
                height x width x 3 (OpenCV reads BGR: turn it with `[..., ::-1]`) or grey of height
                x width; images of PIL. One or many, mixed as you like.
            on_error: called for each picture that cannot be read; without it the first one raises.
            max_pixels: refuse pictures larger than this.
            progress: listener.

        Returns:
            One prediction per readable picture, in the order in which they were found: a list that
            prints itself in one line. The path of a picture in memory is `<picture 3>`, its place
            among those given, from 0.

        Raises:
            PhotoError: a picture cannot be read and there is no `on_error`.
            UsageError: an input names nothing, or is an array of another type or shape.

        >>> model = cracklens.load_model(model_folder)
        >>> for said in model.predict(tiles / "Positive" / "00001.jpg"):
        ...     print(said.path.name, said.label in model.card.labels, 0.5 <= said.probability <= 1)
        00001.jpg True True
        >>> import numpy as np
        >>> model.predict(np.zeros((227, 227, 3), np.uint8))[0].path.name
        '<picture 0>'
        """
        predictions = Predictions()
        left_out = LeftOut()
        given = given_pictures(pictures, left_out=left_out)
        for told in left_out.lines():
            progress.say(told)
        for answer in self._classifier.predict(given, max_pixels=max_pixels, progress=progress):
            if not isinstance(answer, PhotoError):
                predictions.append(answer)
            elif on_error is None:
                raise answer
            else:
                on_error(answer)
        return predictions

    def evaluate(
        self,
        data: str | Path,
        *,
        part: Part = "all",
        group: str | None = None,
        mapping: dict[str, str] | None = None,
        positive: str | None = None,
        strict: bool = False,
        replicates: int = 1000,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        progress: Progress = SILENT,
    ) -> "Evaluation":
        """Compare the model's answers with labelled pictures.

        Args:
            data: a folder in one of the layouts of `load_dataset`.
            part: all pictures, or one part of the split that the model was trained with.
            group: what tiles were cut from, such as `<photo>-<tile>`: intervals then resample
                whole photographs, since tiles of one photograph are not independent.
            mapping: class of the data to class of the model, for names that differ.
            positive: class of the data that means a crack, where the names do not say so.
            strict: refuse data with unreadable pictures.
            replicates: bootstrap resamples.
            max_pixels: refuse pictures larger than this.
            progress: listener.

        Raises:
            DataError: nothing there, a class unknown to the model, or an empty part.

        >>> model = cracklens.load_model(model_folder)
        >>> evaluation = model.evaluate(tiles, part="validation", replicates=100)
        >>> evaluation.summary.count
        24
        >>> evaluation.summary.accuracy.low <= evaluation.summary.accuracy.value
        True
        """
        from cracklens.evaluation.evaluate import evaluate

        settings = self.card.configuration
        if part != "all" and "split" not in settings:
            raise ModelError(f"the card of {self.card.name} names no split: leave the part out")
        if part != "all" and group is None:
            group = settings.get("group")  # the split needs it; other data may have other names
        dataset = load_dataset(data, group=group, positive=positive)
        if part != "all":
            split = split_dataset(
                dataset,
                settings["split"],
                validation_fraction=settings["validation_fraction"],
                seed=settings["seed"],
            )
            indices = split.part(part)
            if not len(indices):
                raise DataError(f"the split '{settings['split']}' of {data} has no {part} part")
            dataset = dataset.subset(indices)
        return evaluate(
            self._classifier,
            dataset,
            part=None if part == "all" else part,
            mapping=mapping,
            positive=positive,
            strict=strict,
            replicates=replicates,
            max_pixels=max_pixels,
            progress=progress,
        )

    def evaluate_masks(
        self,
        data: str | Path,
        *,
        positive: str | None = None,
        strict: bool = False,
        replicates: int = 1000,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        progress: Progress = SILENT,
    ) -> "MaskEvaluation":
        """Compare the pixels that a segmenter marks with drawn masks.

        Args:
            data: pictures with masks, or polygons and masks of COCO, or polygons of YOLO.
            positive: the annotated class (of a mask, the value) that means a crack, where the names
                do not say so.
            strict: refuse data with unreadable pictures.
            replicates: bootstrap resamples.
            max_pixels: refuse pictures larger than this.
            progress: listener.

        Raises:
            DataError: no masks there, or boxes alone.
            ModelError: the model labels tiles and marks no pixels.
        """
        from cracklens.detection.detector import Detector
        from cracklens.evaluation.segmentation import evaluate_masks

        detector = Detector(self._classifier.folder)
        annotations = find_annotations(Path(data), positive)
        if annotations is None:
            raise DataError(f"{data} holds no masks or annotations: see the page on labelled data")
        return evaluate_masks(
            detector,
            annotations,
            strict=strict,
            replicates=replicates,
            max_pixels=max_pixels,
            progress=progress,
        )


def load_model(
    path: str | Path,
    *,
    precision: Literal["auto", "f32", "bf16"] = "auto",
    engine: Literal["openvino", "onnxruntime"] = "openvino",
    batch_size: int | None = None,
    threshold: float | None = None,
) -> Model:
    """Load a model; every file is checked against the hash in its card. No PyTorch needed.

    Args:
        path: the folder that `train` wrote, or the name of a model of the package. A folder of the
            same name as one of the package is meant by `./NAME`.
        precision: `auto` is bf16 where the processor has it and the card says that it agrees with
            f32, else f32.
        engine: `onnxruntime` needs the extra of that name.
        batch_size: pictures per call of the network; 1 answers a single picture soonest, the
            default is the fastest for many.
        threshold: probability of a crack from which a picture is labelled cracked; default: that of
            the card.

    Raises:
        UsageError: the name is empty, or a threshold out of range.
        ModelError: no such model, or a folder that is incomplete, altered, or written by a newer
            cracklens.

    >>> cracklens.load_model(model_folder).card.labels
    ['Negative', 'Positive']
    """
    if path == "":  # pathlib would take it for the folder that we are in
        raise UsageError("the name of the model is empty: name a model folder, such as ./mine")
    folder = find_model(path)
    return Model(
        Classifier(
            folder, precision=precision, engine=engine, batch_size=batch_size, threshold=threshold
        )
    )
