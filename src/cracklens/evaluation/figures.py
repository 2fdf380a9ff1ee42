"""Records of an evaluation: figures with their intervals; undefined figures are None."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Drawn = Literal["pictures", "groups"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Record):
    """A figure with its 95 % bootstrap interval, low <= value <= high.

    Both limits are None if there were too few pictures or groups to resample.
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

    A class without pictures has no figures. If only this class has pictures, every prediction of it
    is correct for any model: precision and F1 are None.
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
        positive: The class that AUROC and average precision rank; None if they are averaged over
            all classes, one against the rest.
        accuracy: Share of correct predictions.
        log_loss: Mean cross-entropy in nats.
        per_class: Figures of each class by its name.
        macro: Averages with equal weight for each class; None if a class has no picture.
        weighted: Averages weighted by the support of the classes; None if only one class has
            pictures.
        auroc: Area under the ROC curve; None if a class has no picture.
        average_precision: Area under the precision-recall steps; None if a class has no picture.
        ece: Expected calibration error, 15 bins.
        confusion: (K, K) counts, rows are true classes.
        majority_baseline: Accuracy of always predicting the most frequent class.
        replicates: Number of bootstrap resamples.
        resampled: Units of the resampling: single pictures, or whole groups (photographs).
        units: Number of these pictures or groups.
        seed: Seed of the resampling.
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
        """The classes without pictures in the data."""
        return [name for name, figures in self.per_class.items() if not figures.support]
