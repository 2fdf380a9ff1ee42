"""Every verb knows the models of the package by name, and a folder of that name by its path."""

import json

import pytest

import cracklens as package
from cracklens.errors import ModelError, UsageError
from cracklens.models.catalog import DEFAULT_MODEL, EMBEDDED

pytestmark = pytest.mark.slow


def test_predict_and_evaluate_know_the_model_of_the_package(cracklens, tiles, tmp_path):
    picture = tiles / "Positive" / "00001.jpg"
    done = cracklens("predict", DEFAULT_MODEL, picture, "--json", "-q", cwd=tmp_path)
    by_path = cracklens("predict", EMBEDDED / DEFAULT_MODEL, picture, "--json", "-q", cwd=tmp_path)
    assert json.loads(done.stdout) == json.loads(by_path.stdout)
    data = tmp_path / "data"
    for kind in ("Positive", "Negative"):
        (data / kind).mkdir(parents=True)
        for path in sorted((tiles / kind).iterdir())[:3]:
            (data / kind / path.name).write_bytes(path.read_bytes())
    said = cracklens("evaluate", DEFAULT_MODEL, "data", "--replicates", "10", "-q", cwd=tmp_path)
    assert "6" in said.stdout


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_a_folder_of_that_name_is_meant_by_its_path(cracklens, verb, tiles, tmp_path):
    (tmp_path / DEFAULT_MODEL).mkdir()
    done = cracklens(verb, f"./{DEFAULT_MODEL}", tiles, code=2, cwd=tmp_path)
    assert "holds no card.json" in done.stderr


def test_names_that_mean_nothing():
    assert package.load_model(DEFAULT_MODEL).path == EMBEDDED / DEFAULT_MODEL
    with pytest.raises(UsageError, match="the name of the model is empty"):
        package.load_model("")
    with pytest.raises(ModelError, match="did you mean 'concrete'"):
        package.load_model("concret")
