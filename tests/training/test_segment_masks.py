import cv2
import numpy as np
import pytest

from cracklens.evaluation.masks import compare_masks
from cracklens.synthesis import line_coverage, render_concrete
from cracklens.synthesis.concrete import ConcreteLook
from cracklens.training.segment.thresholds import choose_thresholds, has_crack
from cracklens.training.segment.tiles import encode_mask
from cracklens.training.segment.weak_masks import refined_mask, weak_mask

LOOK = ConcreteLook(
    brightness=170.0, cast=(1.0, 1.0, 1.0), mottle=0.04, grain=0.03, relief=0.02, feature_px=60.0,
    pores_per_kpx=0.1, stain=0.0, gradient=(0.0, 0.0),
)  # fmt: skip


def cracked_tile(width_px, seed=0, side=224):
    rng = np.random.default_rng(seed)
    surface = render_concrete(side, side, rng, look=LOOK)
    line = np.array([[-5.0, 60.0], [90.0, 110.0], [150.0, 100.0], [side + 5.0, 170.0]])
    cover = line_coverage(line, np.full(4, float(width_px)), side, side)
    painted = surface * (1 - 0.75 * cover[..., None])
    return np.clip(painted, 0, 255).astype(np.uint8), cover > 0.5


@pytest.mark.parametrize("width_px", [3, 6, 12, 20])
def test_a_plain_crack_is_found_by_its_darkness(width_px):
    pixels, truth = cracked_tile(width_px)
    mask = weak_mask(pixels)
    assert mask.trusted
    counts = compare_masks(mask.crack > 0, truth, tolerance_px=1)
    assert counts.recall > 0.97
    assert counts.precision > 0.93
    assert not (mask.crack & mask.doubt).any()


def test_a_plain_surface_has_no_mask():
    surface = render_concrete(224, 224, np.random.default_rng(3), look=LOOK)
    mask = weak_mask(np.clip(surface, 0, 255).astype(np.uint8))
    assert not mask.trusted
    assert not mask.crack.any()


def test_a_pore_is_no_crack():
    pixels = cracked_tile(6)[0]
    cv2.circle(pixels, (60, 190), 7, (40, 40, 40), -1)
    mask = weak_mask(pixels)
    assert mask.crack[190, 60] == 0
    assert mask.trusted


def test_a_network_decides_and_disagreement_is_doubt():
    _, truth = cracked_tile(6)
    first = weak_mask(cracked_tile(6)[0])
    other = np.zeros((224, 224), np.float32)
    other[truth] = 0.95
    other[:, :112] = 0  # the network does not see the left half
    mask = refined_mask(other, encode_mask(first))
    assert (mask.crack[:, 120:] > 0)[truth[:, 120:]].mean() > 0.99
    assert not mask.crack[:, :108].any()
    assert (mask.doubt[:, :108] > 0)[truth[:, :108]].mean() > 0.9
    assert mask.trusted
    assert not refined_mask(other * 0.6, None).trusted  # nowhere sure
    assert not refined_mask(other * 0, None).trusted


@pytest.mark.slow
def test_thresholds_come_from_the_pictures():
    rng = np.random.default_rng(0)
    truth = cracked_tile(6)[1]
    maps, truths = [], []
    for _ in range(4):
        noisy = rng.uniform(0, 0.22, truth.shape).astype(np.float32)
        noisy[truth] = 0.65
        noisy[:, 112:][truth[:, 112:]] = 0.35  # half of the crack is faint
        noisy[190:196, 10:80] = 0.45  # a false mark that is never as sure as the crack
        maps.append(noisy)
        truths.append((truth * 255).astype(np.uint8))
    quiet = [np.zeros(truth.shape, np.float32)] * 9
    false = np.zeros(truth.shape, np.float32)
    false[100, 20:90] = 0.72
    chosen = choose_thresholds(maps, truths, [*quiet, false])
    assert 0.22 < chosen.grow_threshold <= 0.35
    assert chosen.seed_threshold == pytest.approx(0.6)  # above the mark, below the crack's best
    assert chosen.f1 > 0.99
    assert chosen.false_alarm_share == pytest.approx(0.1)
    assert choose_thresholds(maps, truths, quiet).false_alarm_share == 0


def test_only_long_regions_that_reach_the_seed_are_cracks():
    found = np.zeros((64, 64), np.float32)
    found[30, 10:20] = 0.9
    assert not has_crack(found, 0.6, 0.3)
    found[30, 10:60] = 0.4
    assert not has_crack(found, 0.6, 0.3)
    found[30, 40] = 0.7
    assert has_crack(found, 0.6, 0.3)
