"""A surface model is added to a model folder whole, or not at all."""

import shutil

import pytest

from cracklens.detection.surface import SurfaceModel
from cracklens.errors import CracklensError, ModelError
from cracklens.models import read_model_folder
from cracklens.models.catalog import find_model
from cracklens.models.parts import add_surface, copy_surface


@pytest.fixture
def folder(segmenter_folder, tmp_path):
    return shutil.copytree(segmenter_folder, tmp_path / "mine")


def embedded():
    found = find_model()
    return found.path / found.card.surface.file, found.card.surface


def test_a_surface_model_gets_its_hash_and_its_part_of_the_card(folder):
    before = read_model_folder(folder).card
    network, surface = embedded()
    added = add_surface(folder, network, surface)
    assert added.card.surface == surface
    assert (folder / surface.file).read_bytes() == network.read_bytes()
    assert added.card.files["model.onnx"] == before.files["model.onnx"]
    assert added.card.model_copy(update={"surface": None, "files": before.files}) == before
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "## What is no surface" in readme
    assert surface.sources[0].licence in readme
    assert SurfaceModel(added) is not None


def test_it_can_be_replaced_and_copied(folder):
    network, surface = embedded()
    add_surface(folder, network, surface)
    other = surface.model_copy(update={"threshold": 0.01})
    assert add_surface(folder, network, other).card.surface.threshold == 0.01
    assert copy_surface(find_model(), folder).card.surface == surface


def test_an_altered_surface_model_is_refused(folder):
    network, surface = embedded()
    add_surface(folder, network, surface)
    (folder / surface.file).write_bytes(b"other")
    with pytest.raises(ModelError, match=r"surface\.onnx is not the file"):
        read_model_folder(folder)
    (folder / surface.file).unlink()
    with pytest.raises(ModelError, match=r"lacks surface\.onnx"):
        read_model_folder(folder)


def test_a_network_of_another_kind_is_refused_when_it_is_loaded(folder):
    _, surface = embedded()
    added = add_surface(folder, folder / "model.onnx", surface)
    with pytest.raises(ModelError):
        SurfaceModel(added)


def test_a_folder_stays_as_it_was_if_nothing_can_be_added(folder):
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(CracklensError):
        add_surface(folder, folder / "nope.onnx", embedded()[1])
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_folder_without_a_surface_model_gives_none(folder):
    with pytest.raises(ModelError, match="holds no surface model"):
        copy_surface(read_model_folder(folder), folder)
