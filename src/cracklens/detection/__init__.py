"""Photograph and model to probabilities."""

from cracklens.detection.classifier import Classifier, Prediction

__all__ = ["Classifier", "Prediction"]
