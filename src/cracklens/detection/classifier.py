"""Classification of pictures: one label and its probability for each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from cracklens.errors import ModelError, PhotoError, UsageError
from cracklens.machine import DEFAULT_MAX_PIXELS
from cracklens.models import Engine, ModelCard, ModelFolder, load_engine
from cracklens.models.engines import Precision, has_bf16
from cracklens.photos import Photo, PictureInMemory, stream_photos
from cracklens.progress import SILENT, Progress

MIN_BF16_AGREEMENT = 0.999
"""Smallest share of equal decisions in bf16 and f32 at which `auto` chooses bf16."""

_OUTPUTS = ("probabilities", "logits")
_STRETCH = 1.5
_CHUNK = 32
_WRITTEN_OUT = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Prediction:
    """Result of the model for one picture.

    Attributes:
        path: the picture; of one in memory `<picture 3>`, its place among those given, from 0.
        label: the class with the highest probability; of two classes, the positive one from the
            decision threshold on.
        probability: calibrated probability of `label`.
        probabilities: probability of each class, in the order of the card's labels.
        logits: values before calibration, same order.
        sha256: hash of the file; for a picture in memory, of its pixels.
        notes: remarks on the picture for the user.
    """

    path: Path
    label: str
    probability: float
    probabilities: tuple[float, ...]
    logits: tuple[float, ...]
    sha256: str
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<{self.path.name}: {self.label} {self.probability:.3f}>"


class Predictions(list[Prediction]):
    """A list of predictions that is printed as one line.

    >>> said = Prediction(Path("a.jpg"), "crack", 0.98, (0.02, 0.98), (-2.0, 2.0), "", ())
    >>> Predictions([said])
    [<a.jpg: crack 0.980>]
    >>> Predictions([said] * 220)
    <220 predictions: crack 220>
    """

    def __repr__(self) -> str:
        if len(self) <= _WRITTEN_OUT:
            return super().__repr__()
        counts = Counter(said.label for said in self)
        told = ", ".join(f"{label} {count:,}" for label, count in sorted(counts.items()))
        return f"<{len(self):,} predictions: {told}>"


class Classifier:
    """A model folder ready to label pictures.

    A segmenter labels pictures as well; its probability map is then not computed.
    """

    def __init__(
        self,
        folder: ModelFolder,
        *,
        precision: Literal["auto", "f32", "bf16"] = "auto",
        engine: str = "openvino",
        batch_size: int | None = None,
        threshold: float | None = None,
    ) -> None:
        """Load the network.

        Args:
            folder: model folder.
            precision: `auto` uses bf16 if it agrees with f32 by the card.
            engine: `openvino` or `onnxruntime`.
            batch_size: pictures per call of the network.
            threshold: probability of the positive class from which a picture gets this label;
                default: that of the card.

        Raises:
            UsageError: a threshold out of range, or for a model without a positive class.
            ModelError: the network does not fit its card.
        """
        self.folder = folder
        self.card = folder.card
        self._threshold = _threshold(folder.card, threshold)
        self.engine: Engine = load_engine(
            folder.network,
            engine=engine,
            precision=choose_precision(self.card, precision, engine),
            batch_size=batch_size,
            size_px=(self.card.preprocessing.height_px, self.card.preprocessing.width_px),
            outputs=_OUTPUTS,
        )
        self._check_network()

    def _check_network(self) -> None:
        """Run the network once on zeros: a valid card may belong to another network."""
        size = self.card.preprocessing
        expected = (1, len(self.card.labels))
        try:
            outputs = self.engine.run(np.zeros((1, size.height_px, size.width_px, 3), np.uint8))
            shapes = {outputs[name].shape for name in _OUTPUTS}
        except Exception as error:  # engines raise exceptions of many types
            raise ModelError(f"{self.folder.path}: the network does not fit its card") from error
        if shapes != {expected}:
            raise ModelError(
                f"{self.folder.path}: the card has {expected[1]} labels, the network gives "
                f"{', '.join(map(str, shapes))}"
            )

    def predict(
        self,
        paths: Sequence[Path | PictureInMemory],
        *,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        progress: Progress = SILENT,
    ) -> Iterator[Prediction | PhotoError]:
        """Label pictures of any size, in order; yield the error of a picture that is unreadable."""
        with progress.step("predict", len(paths)) as step:
            photos = stream_photos(paths, self._prepare, max_pixels=max_pixels)
            pending: list[list[_Prepared | PhotoError]] = []

            def batches() -> Iterator[NDArray[np.uint8]]:
                for chunk in chunked(photos, _CHUNK):
                    pending.append(chunk)
                    readable = [item.pixels for item in chunk if isinstance(item, _Prepared)]
                    yield np.stack(readable) if readable else self._empty_batch()

            for outputs in self.engine.map(batches()):
                chunk = pending.pop(0)
                row = 0
                for item in chunk:
                    if isinstance(item, PhotoError):
                        yield item
                        continue
                    yield self._prediction(
                        item, outputs["probabilities"][row], outputs["logits"][row]
                    )
                    row += 1
                step.advance(len(chunk))

    def _empty_batch(self) -> NDArray[np.uint8]:
        size = self.card.preprocessing
        return np.zeros((0, size.height_px, size.width_px, 3), np.uint8)

    def _prepare(self, photo: Photo) -> "_Prepared":
        size = self.card.preprocessing
        notes = photo.notes
        stretch = (photo.width_px / photo.height_px) / (size.width_px / size.height_px)
        if not 1 / _STRETCH <= stretch <= _STRETCH:
            notes = (*notes, f"shape changed by a factor of {max(stretch, 1 / stretch):.1f}")
        shrink = max(photo.width_px / size.width_px, photo.height_px / size.height_px)
        if shrink > 4:  # noqa: PLR2004 - a crack of 4 px is then below 1 px
            notes = (*notes, f"shrunk {shrink:.0f} times: thin cracks vanish; cut it into tiles")
        return _Prepared(photo.path, photo.sha256, notes, self.card.preprocessing.fit(photo.pixels))

    def _prediction(
        self, item: "_Prepared", probabilities: NDArray[np.float32], logits: NDArray[np.float32]
    ) -> Prediction:
        best = int(probabilities.argmax())
        if self._threshold is not None and self.card.positive is not None:
            positive = self.card.labels.index(self.card.positive)
            above = probabilities[positive] >= self._threshold
            best = positive if above else 1 - positive
        return Prediction(
            item.path,
            self.card.labels[best],
            float(probabilities[best]),
            tuple(map(float, probabilities)),
            tuple(map(float, logits)),
            item.sha256,
            item.notes,
        )


def _threshold(card: ModelCard, wanted: float | None) -> float | None:
    """Return the decision threshold; None for a model without two classes, one of them positive."""
    decides = card.positive is not None and len(card.labels) == 2  # noqa: PLR2004
    if wanted is None:
        return card.decision_threshold if decides else None
    if not decides:
        raise UsageError(
            f"{card.name} has the classes {', '.join(card.labels)}: a threshold needs two, one of "
            "them positive"
        )
    if not 0 < wanted < 1:
        raise UsageError(f"a threshold is above 0 and below 1, not {wanted:g}")
    return wanted


def choose_precision(
    card: ModelCard, wanted: Literal["auto", "f32", "bf16"], engine: str
) -> Precision:
    """Resolve `auto`: bf16 if it agrees with f32 by the card and the processor supports it."""
    if wanted != "auto":
        return wanted
    check = card.agreement
    shares = (check.bf16_decisions_equal, check.export_bf16_decisions_equal)
    agrees = all((share or 0.0) >= MIN_BF16_AGREEMENT for share in shares)
    return "bf16" if engine == "openvino" and agrees and has_bf16() else "f32"


@dataclass(frozen=True, slots=True)
class _Prepared:
    path: Path
    sha256: str
    notes: tuple[str, ...]
    pixels: NDArray[np.uint8]


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` items; the last may be shorter."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
