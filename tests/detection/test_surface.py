"""Where a photograph shows a surface: the map, its notes, and the embedded model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.detection.surface import SurfaceMap, SurfaceModel, load_surface_model, reduced
from cracklens.errors import ModelError
from cracklens.models.card import Surface, SurfaceSource
from cracklens.models.catalog import find_model
from cracklens.synthesis import render_concrete, render_scene

SETTINGS = Surface(
    longest_px=640,
    threshold=0.1,
    false_exclusion=0.0,
    found_elsewhere=0.5,
    calibration_error=0.0,
    far_distance=20.0,
    false_warnings=0.02,
    sources=(SurfaceSource(name="walls", licence="rendered", pictures=1, surface=True),),
)


def surface_map(known, size_px, distance=1.0, concrete=None):
    return SurfaceMap(np.array(known, np.float32), size_px, distance, SETTINGS, concrete)


@pytest.fixture(scope="module")
def model():
    return load_surface_model(find_model())


def sky_above(pixels, rows, rng):
    """Return a picture whose upper rows are a blue sky with soft clouds."""
    share = np.linspace(0, 1, rows)[:, None, None]
    sky = np.array([90, 150, 220]) * (1 - share) + np.array([200, 220, 245]) * share
    sky = np.broadcast_to(sky, (rows, pixels.shape[1], 3)) + rng.normal(0, 2, (rows, 1, 1))
    above = pixels.copy()
    above[:rows] = np.clip(sky, 0, 255).astype(np.uint8)
    return above


@given(st.integers(1, 1500), st.integers(1, 1500), st.sampled_from([64, 320, 640]))
def test_a_reduced_photograph_fits_the_network(height, width, longest_px):
    found = reduced(np.zeros((height, width, 3), np.uint8), longest_px)
    assert found.shape[0] % 32 == found.shape[1] % 32 == 0
    assert 32 <= max(found.shape[:2]) <= longest_px
    assert max(found.shape[0] - height, found.shape[1] - width) < 32


def test_the_map_is_interpolated_between_the_centres_of_its_cells():
    found = surface_map([[0.0, 1.0]], (100, 200))
    at = np.array([[0, 0], [49.5, 50], [99.5, 50], [149.5, 99], [199, 0]], float)
    assert found.at(at) == pytest.approx([0, 0, 0.5, 1, 1])
    upright = surface_map([[0.0], [1.0]], (200, 100))
    assert upright.at(at[:, ::-1]) == pytest.approx([0, 0, 0.5, 1, 1])


def test_a_photograph_that_is_mostly_something_else_says_so_in_one_sentence():
    (note,) = surface_map([[0.01, 0.01, 0.9]], (32, 96), distance=99).notes
    assert note.startswith("67% of the picture shows no concrete, plaster, masonry or asphalt")
    assert surface_map([[0.01, 0.9, 0.9]], (32, 96)).notes == ()


def test_a_photograph_far_from_the_training_says_so():
    (note,) = surface_map([[0.9]], (32, 32), distance=20.1).notes
    assert note == (
        "unlike the pictures that the model was trained on (distance 20.1, usual up to 20.0): look "
        "at its cracks with care"
    )


def test_what_is_no_concrete_for_another_reason_does_not_count():
    concrete = np.array([[False, False, True]])
    assert surface_map([[0.01, 0.01, 0.9]], (32, 96), concrete=concrete).unknown_share == 0
    assert surface_map([[0.01]], (32, 32), concrete=np.array([[False]])).unknown_share == 0


@pytest.mark.parametrize("kind", ["board-marked wall", "smooth slab", "panels with joints"])
def test_a_wall_is_known(model, kind):
    found = model.look(render_scene(9100, kind, width_px=1000, height_px=750).pixels)
    assert found.unknown_share < 0.01
    assert found.notes == ()


def test_the_sky_above_a_wall_is_not_known_and_the_wall_is(model):
    rng = np.random.default_rng(5)
    wall = np.clip(render_concrete(512, 640, rng), 0, 255).astype(np.uint8)
    found = model.look(sky_above(wall, 256, rng))
    below = found.known < found.settings.threshold
    assert below[:6].mean() > 0.6
    assert not below[10:].any()
    masked = model.look(sky_above(wall, 256, rng), np.arange(512)[:, None] < np.full(640, 256))
    assert found.unknown_share > 0.3
    assert masked.unknown_share < 0.02


def test_a_folder_without_a_surface_model_has_none(segmenter_folder):
    from cracklens.models import read_model_folder

    folder = read_model_folder(segmenter_folder)
    assert load_surface_model(folder) is None
    with pytest.raises(ModelError, match="holds no surface model"):
        SurfaceModel(folder)


def test_values_that_are_no_numbers_are_refused(model, monkeypatch):
    class Broken:
        def run(self, _pixels):
            return {"surface": np.full((1, 1, 1), np.nan), "distance": np.ones(1)}

    monkeypatch.setattr(model, "_engine", Broken())
    with pytest.raises(ModelError, match="not numbers"):
        model.look(np.zeros((32, 32, 3), np.uint8))
