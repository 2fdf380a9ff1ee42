import numpy as np
import pytest

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.tracing import TraceSettings, trace


def as_map(coverage, kind="pixels", boxes=None):
    probability = np.asarray(coverage)
    if probability.dtype != np.uint8:
        probability = np.rint(probability * 255).astype(np.uint8)
    boxes = np.zeros((0, 4), np.int32) if boxes is None else np.asarray(boxes, np.int32)
    return ProbabilityMap(probability, boxes, np.zeros(len(boxes), np.float32), kind)


@pytest.fixture(scope="session")
def to_map():
    return as_map


@pytest.fixture(scope="session")
def traced():
    """Trace a coverage; straight lines stay cracks unless asked otherwise."""

    def run(coverage, **settings):
        settings = {"reject_straight": False, **settings}
        return trace(as_map(coverage), TraceSettings(**settings))

    return run
