"""The records of an evaluation: figures with their intervals, undefined ones left out."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Drawn = Literal["pictures", "groups"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Record):
    """A figure with its 95 % bootstrap interval, low <= value <= high.

    Without an interval (both None) too few pictures or groups were there to draw from.
    """

    value: float
    low: float | None = None
    high: float | None = None


class AverageFigures(_Record):
    """Precision, recall and F1 averaged over the classes."""

    precision: Figure
    recall: Figure
    f1: Figure


class ClassFigures(_Record):
    """Precision, recall and F1 of one class; `support` is its number of pictures.

    A class without pictures has no figures. Where it is the only one with pictures, every answer
    of it is right whatever the model does: precision and F1 are None.
    """

    precision: Figure | None
    recall: Figure | None
    f1: Figure | None
    support: int


class SummaryRecord(_Record):
    """All figures of one evaluation.

    Attributes:
        count: Number of pictures.
        classes: Class names, in the order of the confusion matrix.
        positive: The class that AUROC and average precision rank; None where they are
            averaged over all classes, one against the rest.
        accuracy: Share of right answers.
        log_loss: Mean cross-entropy in nats.
        per_class: Figures of each class by its name.
        macro: Averages with equal say for each class; None where a class has no picture.
        weighted: Averages in proportion to the classes' support; None where one class alone has
            pictures.
        auroc: Area under the ROC curve; None where a class has no picture.
        average_precision: Area under the precision-recall steps; None as above.
        ece: Expected calibration error, 15 bins.
        confusion: (K, K) counts, rows the truth.
        majority_baseline: Accuracy of always answering the most frequent class.
        replicates: Number of bootstrap resamples.
        resampled: What was drawn: single pictures, or whole groups (photographs).
        units: Number of pictures or groups to draw from.
        seed: Of the resampling.
    """

    count: int
    classes: list[str]
    positive: str | None
    accuracy: Figure
    log_loss: Figure
    per_class: dict[str, ClassFigures]
    macro: AverageFigures | None
    weighted: AverageFigures | None
    auroc: Figure | None
    average_precision: Figure | None
    ece: Figure | None
    confusion: list[list[int]]
    majority_baseline: float
    replicates: int
    resampled: Drawn
    units: int
    seed: int

    @property
    def without_pictures(self) -> list[str]:
        """The classes that the data holds no picture of."""
        return [name for name, figures in self.per_class.items() if not figures.support]
