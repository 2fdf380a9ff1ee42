"""Models are found by name and by path, and what is not found is named."""

import shutil

import pytest

from cracklens.errors import ModelError
from cracklens.models import catalog
from cracklens.models.catalog import embedded_models, find_model, is_embedded


@pytest.fixture
def package(segmenter_folder, tmp_path, monkeypatch):
    """A package with two models."""
    for name in (catalog.DEFAULT_MODEL, "concrete-large"):
        shutil.copytree(segmenter_folder, tmp_path / "embedded" / name)
    (tmp_path / "embedded" / "notes").mkdir()
    monkeypatch.setattr(catalog, "EMBEDDED", tmp_path / "embedded")
    return tmp_path / "embedded"


def test_names_are_listed(package):
    assert embedded_models() == sorted([catalog.DEFAULT_MODEL, "concrete-large"])


@pytest.mark.slow
def test_none_is_the_default_and_a_name_is_that_model(package):
    assert find_model(None).path == find_model().path == package / catalog.DEFAULT_MODEL
    found = find_model("concrete-large")
    assert found.path == package / "concrete-large"
    assert is_embedded(found)


def test_a_path_is_that_folder(package, segmenter_folder, tmp_path, monkeypatch):
    assert find_model(segmenter_folder).path == segmenter_folder
    assert not is_embedded(find_model(str(segmenter_folder)))
    shutil.copytree(segmenter_folder, tmp_path / "concrete-large")
    monkeypatch.chdir(tmp_path)
    assert is_embedded(find_model("concrete-large"))
    assert not is_embedded(find_model("./concrete-large"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("concrete-larg", "did you mean 'concrete-large'?"),
        ("zzz", "known: concrete, concrete-large"),
        ("some/where", "some/where does not exist"),
    ],
)
def test_what_is_not_there_is_named(package, name, said):
    with pytest.raises(ModelError) as found:
        find_model(name)
    assert said in str(found.value)


def test_a_package_without_models_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "EMBEDDED", tmp_path)
    assert embedded_models() == []
    with pytest.raises(ModelError, match="--model FOLDER"):
        find_model()
    with pytest.raises(ModelError, match="the package holds none"):
        find_model("concrete")


def test_an_altered_model_of_the_package_is_refused(package):
    (package / catalog.DEFAULT_MODEL / "model.onnx").write_bytes(b"other")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        find_model()
