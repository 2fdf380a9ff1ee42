import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import jaccard_score

from cracklens.evaluation.masks import MaskCounts, added, compare_masks, dilated


def masks(seed, share=0.1, shape=(40, 50)):
    rng = np.random.default_rng(seed)
    return rng.random(shape) < share, rng.random(shape) < share


@given(st.integers(0, 10_000), st.integers(0, 4))
@settings(max_examples=30, deadline=None)
def test_tolerant_figures_agree_with_a_distance_transform(seed, tolerance):
    claimed, truth = masks(seed)
    counts = compare_masks(claimed, truth, tolerance_px=tolerance)
    to_truth, to_claimed = distance_transform_edt(~truth), distance_transform_edt(~claimed)
    assert counts.precision == pytest.approx((to_truth[claimed] <= tolerance).mean())
    assert counts.recall == pytest.approx((to_claimed[truth] <= tolerance).mean())
    assert counts.iou == pytest.approx(jaccard_score(truth.ravel(), claimed.ravel()))


def test_the_line_figures_see_lines_and_not_widths():
    truth = np.zeros((60, 100), bool)
    truth[30] = True
    thick = np.zeros_like(truth)
    thick[27:34] = True
    counts = compare_masks(thick, truth)
    assert counts.iou == pytest.approx(1 / 7)
    assert counts.cl_iou > 0.93
    half = truth.copy()
    half[:, 50:] = False
    assert compare_masks(half, truth).cl_iou == pytest.approx(0.54, abs=0.02)
    elsewhere = np.roll(truth, 12, axis=0)
    assert compare_masks(elsewhere, truth).cl_iou == 0


def test_empty_masks():
    nothing, something = np.zeros((9, 9), bool), np.eye(9, dtype=bool)
    agreed = compare_masks(nothing, nothing)
    assert (agreed.f1, agreed.iou, agreed.cl_iou) == (1, 1, 1)
    missed = compare_masks(nothing, something)
    assert (missed.precision, missed.recall, missed.f1, missed.iou) == (1, 0, 0, 0)
    invented = compare_masks(something, nothing)
    assert (invented.precision, invented.recall, invented.f1) == (0, 1, 0)


def test_pictures_add_up_pixel_by_pixel():
    first, second = (compare_masks(*masks(seed)) for seed in (1, 2))
    together = compare_masks(
        np.concatenate([masks(1)[0], np.zeros((30, 50), bool), masks(2)[0]]),
        np.concatenate([masks(1)[1], np.zeros((30, 50), bool), masks(2)[1]]),
    )
    total = added([first, second])
    assert isinstance(total, MaskCounts)
    assert (total.claimed, total.true, total.both) == (
        together.claimed, together.true, together.both,
    )  # fmt: skip
    assert (total.precision, total.recall) == (together.precision, together.recall)


def test_dilation_is_round():
    point = np.zeros((21, 21), bool)
    point[10, 10] = True
    y, x = np.mgrid[-10:11, -10:11]
    for radius in (0, 1, 2, 5):
        assert (dilated(point, radius) == (x * x + y * y <= radius * radius)).all()
