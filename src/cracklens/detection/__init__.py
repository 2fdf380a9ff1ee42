"""Crack probabilities of a photograph or picture, computed by a model."""

from cracklens.detection.classifier import Classifier, Prediction, Predictions
from cracklens.detection.detector import Detector, load_detector
from cracklens.detection.probability_map import ProbabilityMap

__all__ = [
    "Classifier",
    "Detector",
    "Prediction",
    "Predictions",
    "ProbabilityMap",
    "load_detector",
]
