"""The training of the surface model: fit, thresholds of held-out sources, export."""

import numpy as np
import pytest

from cracklens.errors import UsageError
from cracklens.training.surface.drawn import ELSEWHERE, elsewhere, masonry
from cracklens.training.surface.fit import FALSE_EXCLUSION, Features, distance_of, fit
from cracklens.training.surface.pictures import SurfacePicture
from cracklens.training.surface.published import PICTURES

CHANNELS = 8


def features(seed=0, shift=3.0):
    """Pictures of three groups of surfaces and four of other things, apart along one channel."""
    rng = np.random.default_rng(seed)
    items = []
    for number in range(7):
        surface = number < 3
        centre = np.zeros(CHANNELS)
        centre[0] = shift if surface else -shift
        centre[1 + number % 4] = 0.5
        for _ in range(20):
            cells = rng.normal(centre, 1, (30, CHANNELS)).astype(np.float32)
            items.append(Features(f"{'wall' if surface else 'other'} {number}", surface, cells))
    return items


@pytest.fixture(scope="module")
def fitted():
    return fit(features())


def scores(cells, fitted):
    return 1 / (1 + np.exp(-(cells @ fitted.weight + fitted.bias)))


def test_the_threshold_loses_no_more_of_unseen_surfaces_than_stated(fitted):
    assert fitted.false_exclusion <= FALSE_EXCLUSION
    unseen = features(seed=1)
    values = {
        answer: np.concatenate([scores(i.cells, fitted) for i in unseen if i.surface is answer])
        for answer in (True, False)
    }
    assert (values[True] < fitted.threshold).mean() < 3 * FALSE_EXCLUSION
    assert (values[False] < fitted.threshold).mean() > 0.9
    assert fitted.calibration_error < 0.05


def test_sources_that_overlap_lower_the_threshold(fitted):
    close = fit(features(shift=0.5))
    assert close.threshold < fitted.threshold
    assert close.false_exclusion <= FALSE_EXCLUSION
    assert close.found_elsewhere < fitted.found_elsewhere


def test_a_picture_of_another_kind_is_far(fitted):
    usual = [distance_of(item.cells, fitted) for item in features(seed=2) if item.surface]
    assert np.mean(np.array(usual) > fitted.far_distance) <= 0.15
    strange = features(seed=3)[0].cells + np.float32(2)
    assert distance_of(strange, fitted) > fitted.far_distance


def test_the_fit_is_the_same_each_time(fitted):
    again = fit(features())
    assert np.array_equal(again.weight, fitted.weight)
    assert again.far_distance == fitted.far_distance


def test_a_plain_grey_cell_teaches_nothing_and_a_blue_one_does():
    pixels = np.full((32, 96, 3), 128, np.uint8)
    pixels[:, 32:64] = (90, 140, 220)
    pixels[::2, 64:] = 30
    assert SurfacePicture("a", pixels, surface=False).counts().tolist() == [[False, True, True]]
    assert SurfacePicture("a", pixels).counts().all()


def test_no_photograph_trains_and_tests():
    places = [(picture.package, picture.file) for picture in PICTURES]
    assert len(set(places)) == len(places)
    assert {picture.part for picture in PICTURES} == {"train", "test"}
    assert all(picture.licence for picture in PICTURES)


def small_pictures():
    rng = np.random.default_rng(0)
    for number in range(12):
        yield SurfacePicture(f"wall {number % 3}", masonry(96, 128, rng))
        kind = list(ELSEWHERE)[number % len(ELSEWHERE)]
        yield SurfacePicture(kind, elsewhere(kind, 96, 128, rng), surface=False)


@pytest.mark.slow
def test_a_trained_surface_model_runs_in_its_folder(segmenter_folder, tmp_path):
    import shutil

    from cracklens.detection.surface import SurfaceModel
    from cracklens.training.surface.train import fit_pictures

    folder = shutil.copytree(segmenter_folder, tmp_path / "mine")
    pictures = list(small_pictures())
    found = fit_pictures(folder, "random", pictures)
    surface = found.card.surface
    assert (folder / surface.file).stat().st_size < 3_000_000
    assert sum(source.pictures for source in surface.sources) == len(pictures)
    seen = SurfaceModel(found).look(np.zeros((500, 1300, 3), np.uint8))
    assert seen.known.shape == (8, 20)


def test_one_source_is_too_little(segmenter_folder):
    from cracklens.training.surface.train import fit_pictures

    with pytest.raises(UsageError, match="from two sources at least"):
        fit_pictures(segmenter_folder, "random", [next(small_pictures())])
