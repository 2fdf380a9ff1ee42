import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.filters import apply_hysteresis_threshold
from skimage.measure import euler_number, label, regionprops

from cracklens.synthesis import line_coverage
from cracklens.tracing.mask import hysteresis_mask
from cracklens.tracing.thinning import thin


def blotches(seed, shape=(60, 80)):
    """Smooth noise, 0 to 255, whose regions are of all shapes, with holes."""
    rng = np.random.default_rng(seed)
    noise = rng.random((shape[0] // 6 + 2, shape[1] // 6 + 2))
    y, x = np.meshgrid(np.arange(shape[0]) / 6, np.arange(shape[1]) / 6, indexing="ij")
    top, left = y.astype(int), x.astype(int)
    down, right = y - top, x - left
    upper = noise[top, left] * (1 - right) + noise[top, left + 1] * right
    lower = noise[top + 1, left] * (1 - right) + noise[top + 1, left + 1] * right
    return np.rint(255 * (upper * (1 - down) + lower * down)).astype(np.uint8)


def mask_of(probability, least_extent_px=1, **thresholds):
    thresholds = {"seed_threshold": 0.6, "grow_threshold": 0.45, **thresholds}
    return hysteresis_mask(probability, least_extent_px=least_extent_px, **thresholds)


def without_small_holes(image):
    """Fill holes that the mask fills: at most 20 px² within the contour through their rim."""
    filled = image.copy()
    outside = label(~np.pad(image, 1), connectivity=1)
    for hole in regionprops(outside):
        if hole.label != outside[0, 0] and hole.area <= 3:
            filled[tuple(hole.coords.T - 1)] = True
    return filled


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_mask_is_that_of_scikit_image(seed):
    probability = blotches(seed)
    # The reference reads "greater than", 8-connected as ndimage.label does with a full structure.
    low, high = probability >= 0.45 * 255, probability >= 0.6 * 255
    regions = label(low, connectivity=2)
    reference = np.isin(regions, np.unique(regions[high & low])) & low
    found = mask_of(probability).image[1:-1, 1:-1] > 0
    assert not (reference & ~found).any()
    grown = found & ~reference  # filled holes alone
    assert (without_small_holes(reference) <= found).all()
    assert (
        not grown.any()
        or label(~found, connectivity=1).max() < label(~reference, connectivity=1).max()
    )
    four = apply_hysteresis_threshold(probability.astype(float), 0.45 * 255 - 0.5, 0.6 * 255 - 0.5)
    assert not (four & ~found).any()


def test_specks_go_and_lines_stay():
    probability = np.zeros((40, 60), np.uint8)
    probability[5, 3:10] = 255  # 7 px
    probability[20, 3:11] = 255  # 8 px
    probability[30:38, 40] = 255
    found = mask_of(probability, least_extent_px=8).image[1:-1, 1:-1]
    assert found[5].sum() == 0
    assert found[20].sum() == 8
    assert found[:, 40].sum() == 8


def test_a_region_without_a_seed_goes():
    probability = np.zeros((20, 60), np.uint8)
    probability[5, 3:50] = 120
    probability[12, 3:50] = 120
    probability[12, 20] = 160
    found = mask_of(probability).image[1:-1, 1:-1]
    assert found[5].sum() == 0
    assert found[12].sum() == 47


def test_of_ten_thousand_spots_two_thousand_are_followed():
    probability = np.zeros((1000, 1200), np.uint8)
    for left in range(9):
        probability[5::10, left : left + 1200 : 12] = 255
    assert mask_of(probability, least_extent_px=8).image.sum() == 2000 * 9


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_thinning_keeps_regions_and_holes(seed):
    mask = mask_of(blotches(seed))
    skeleton = np.zeros_like(mask.image)
    skeleton.reshape(-1)[thin(mask)] = 1
    assert not (skeleton & ~mask.image).any()
    assert label(skeleton, connectivity=2).max() == label(mask.image, connectivity=2).max()
    assert euler_number(skeleton > 0, connectivity=2) == euler_number(
        mask.image > 0, connectivity=2
    )
    squares = skeleton[:-1, :-1] & skeleton[1:, :-1] & skeleton[:-1, 1:] & skeleton[1:, 1:]
    assert squares.sum() <= 0.02 * skeleton.sum() + 1


@pytest.mark.parametrize("width_px", [1, 2, 3, 8, 15])
def test_thinning_leaves_one_pixel_across_a_band(width_px):
    ends = np.array([[30.0, 40.0], [270.0, 40.0]])
    mask = mask_of(
        np.rint(255 * line_coverage(ends, np.full(2, width_px), 80, 300)).astype(np.uint8)
    )
    skeleton = np.zeros_like(mask.image)
    skeleton.reshape(-1)[thin(mask)] = 1
    middle = skeleton[1:-1, 1:-1][:, 60:240]
    assert (middle.sum(axis=0) == 1).all()
    assert np.abs(np.argmax(middle, axis=0) - 40).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 3), (40, 60)])
def test_an_empty_and_a_full_map_thin_to_nothing_and_to_one_piece(shape):
    assert thin(mask_of(np.zeros(shape, np.uint8))).size == 0
    mask = mask_of(np.full(shape, 255, np.uint8))
    skeleton = np.zeros_like(mask.image)
    skeleton.reshape(-1)[thin(mask)] = 1
    assert label(skeleton, connectivity=2).max() == 1


@pytest.mark.parametrize("rows", [30, 40, 500])
def test_holes_are_filled_in_strips_as_in_the_whole(monkeypatch, rows):
    monkeypatch.setattr("cracklens.tracing.mask._STRIP_PX", rows)
    mask = np.random.default_rng(rows).random((300, 200)) < 0.6
    found = hysteresis_mask(
        np.where(mask, 200, 0).astype(np.uint8),
        seed_threshold=0.5,
        grow_threshold=0.5,
        least_extent_px=1,
    ).image[1:-1, 1:-1]
    for gap in regionprops(label(np.pad(~mask, 1, constant_values=True), connectivity=1)):
        top, left, bottom, right = (edge - 1 for edge in gap.bbox)
        inside = top > 0 and left > 0 and bottom < 300 and right < 200
        own = found[tuple(gap.coords.T - 1)] if inside else np.zeros(1)
        if inside and gap.area <= 3:
            assert own.all()
        if gap.area >= 20:  # the contour on its border has a larger area than the hole
            assert not own.any()
