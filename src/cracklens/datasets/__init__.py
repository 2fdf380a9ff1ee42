"""Labelled pictures: layouts, published sets, splits, duplicates, audit, cached features."""

from cracklens.datasets.audit import Audit, audit
from cracklens.datasets.labelled import Dataset, Item
from cracklens.datasets.layouts import load_dataset
from cracklens.datasets.splits import Split, split_dataset

__all__ = ["Audit", "Dataset", "Item", "Split", "audit", "load_dataset", "split_dataset"]
