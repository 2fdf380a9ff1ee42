"""Which class of the data is compared with which class of the model."""

import shutil

import pytest

from cracklens import load_model
from cracklens.errors import CracklensError


@pytest.fixture
def named(tiles, tmp_path):
    """A few pictures in classes of any two names; returns the folder."""

    def make(cracked: str, sound: str):
        for ours, theirs in ((cracked, "Positive"), (sound, "Negative")):
            (tmp_path / "data" / ours).mkdir(parents=True)
            for picture in sorted((tiles / theirs).glob("*.jpg"))[:12]:
                shutil.copy(picture, tmp_path / "data" / ours)
        return tmp_path / "data"

    return make


def test_positive_names_the_class_of_the_data_that_means_a_crack(model_folder, named):
    data = named("b", "a")
    found = load_model(model_folder).evaluate(data, positive="b", replicates=10)
    assert found.mapping == {"a": "Negative", "b": "Positive"}
    swapped = load_model(model_folder).evaluate(data, positive="a", replicates=10)
    assert swapped.summary.accuracy.value == pytest.approx(1 - found.summary.accuracy.value)


def test_classes_whose_names_say_nothing_are_not_guessed(model_folder, named):
    with pytest.raises(CracklensError, match=r"class 'a' .* is unknown to the model"):
        load_model(model_folder).evaluate(named("b", "a"))


def test_names_in_another_language_are_matched(model_folder, named):
    data = named("mit Riss", "ohne Riss")
    found = load_model(model_folder).evaluate(data, replicates=10)
    assert found.mapping == {"mit Riss": "Positive", "ohne Riss": "Negative"}
