"""The model of the package does its work, on rendered walls that it was not trained on."""

import cv2
import numpy as np
import pytest

from cracklens.detection import load_detector
from cracklens.evaluation.masks import compare_masks, dilated
from cracklens.models.catalog import embedded_models, find_model
from cracklens.synthesis import Camera, draw_cracks, paint_cracks, photograph, render_concrete
from cracklens.synthesis.drawing import crack_coverage
from cracklens.tracing import TraceSettings
from cracklens.verification.find import Finder
from cracklens.verification.verifier import load_verifier

SIDE_PX = 512
SEEDS = range(900_000, 900_006)
MEGABYTES = 12e6


@pytest.fixture(scope="module")
def folder():
    return find_model()


@pytest.fixture(scope="module")
def detector(folder):
    return load_detector(folder)


def settings(folder):
    chosen = folder.card.segmentation
    return TraceSettings(seed_threshold=chosen.seed_threshold, grow_threshold=chosen.grow_threshold)


def wall(seed, *, cracked):
    rng = np.random.default_rng(seed)
    surface = render_concrete(SIDE_PX, SIDE_PX, rng)
    cracks = draw_cracks(SIDE_PX, SIDE_PX, rng, least_width_px=3.0) if cracked else ()
    pixels = photograph(paint_cracks(surface, cracks, rng), Camera.draw(rng), rng)
    return pixels, crack_coverage(cracks, SIDE_PX, SIDE_PX) > 0.5


def test_it_is_small_complete_and_says_where_it_comes_from(folder):
    assert embedded_models() == ["concrete"]
    card = folder.card
    assert card.name == "concrete"
    assert card.task == "segment"
    assert folder.network.stat().st_size < MEGABYTES
    assert card.data.licence == "CC BY 4.0"
    assert "rendered by cracklens" in card.data.counts
    assert card.architecture.weights_licence == "apache-2.0"
    assert card.validation["auroc"]["value"] > 0.999
    assert card.agreement.export_probability_error < 1e-3


@pytest.mark.slow
def test_it_finds_rendered_cracks(folder, detector):
    """The map misses little; of what is reported of it, little is something else."""
    finder = Finder(settings(folder), load_verifier(folder))
    recall, right = [], []
    for pixels, truth in (wall(seed, cracked=True) for seed in SEEDS):
        found = detector.detect(pixels)
        marked = found.probability >= 255 * folder.card.segmentation.grow_threshold
        recall.append(compare_masks(marked, truth).recall)
        lines = np.zeros(truth.shape, np.uint8)
        for crack in finder(found, pixels).cracks:
            for branch in crack.branches:
                points = [np.rint(branch.points_px).astype(np.int32)]
                cv2.polylines(lines, points, isClosed=False, color=1)
        right.append((dilated(truth, 3) & (lines > 0)).sum() / max(lines.sum(), 1))
    assert np.mean(recall) > 0.85
    assert np.mean(right) > 0.9


@pytest.mark.slow
def test_it_finds_none_on_most_plain_walls(folder, detector):
    finder = Finder(settings(folder), load_verifier(folder))
    walls = (wall(seed, cracked=False)[0] for seed in SEEDS)
    alarmed = [bool(finder(detector.detect(w), w).cracks) for w in walls]
    assert sum(alarmed) <= 1  # a dark stain on the fourth


@pytest.mark.slow
def test_both_precisions_and_engines_tell_the_same(folder):
    pixels = wall(SEEDS[0], cracked=True)[0]
    one = load_detector(folder, precision="f32").detect(pixels).probability.astype(int)
    other = load_detector(folder, precision="f32", engine="onnxruntime").detect(pixels)
    assert np.abs(one - other.probability).max() <= 2
    auto = load_detector(folder).detect(pixels).probability
    assert ((auto > 127) == (one > 127)).mean() > 0.998


@pytest.mark.slow
def test_in_all_orientations_a_turned_wall_has_the_turned_map(folder):
    pixels = wall(SEEDS[0], cracked=True)[0][:300, :417]
    copies = (pixels, np.rot90(pixels), pixels[::-1], pixels.swapaxes(0, 1))

    def spread(count):
        detector = load_detector(folder, precision="f32", orientations=count)
        maps = [detector.detect(np.ascontiguousarray(copy)).probability for copy in copies]
        back = (maps[0], np.rot90(maps[1], -1), maps[2][::-1], maps[3].swapaxes(0, 1))
        return int(np.ptp(np.stack(back).astype(int), axis=0).max())

    assert spread(8) <= 1
    assert spread(1) > 10  # else equality would say nothing
