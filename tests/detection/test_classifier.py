import hashlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cracklens.detection.classifier import Classifier, Prediction, chunked
from cracklens.errors import ModelError, PhotoError, UsageError
from cracklens.models import read_model_folder
from cracklens.models.engines import has_bf16


@pytest.fixture(scope="module")
def classifier(model_folder):
    return Classifier(read_model_folder(model_folder), precision="f32")


@pytest.fixture(scope="module")
def some(tiles):
    return [*sorted(tiles.glob("Positive/*.jpg"))[:20], *sorted(tiles.glob("Negative/*.jpg"))[:20]]


def test_answers_come_in_the_order_of_the_pictures(classifier, some):
    mixed = [some[i] for i in np.random.default_rng(0).permutation(len(some))]
    answers = list(classifier.predict(mixed))
    assert [answer.path for answer in answers] == mixed
    straight = {a.path: a.probabilities for a in classifier.predict(some)}
    for answer in answers:
        assert answer.probabilities == pytest.approx(straight[answer.path], abs=1e-5)


def test_an_answer_is_consistent(classifier, some):
    for answer in classifier.predict(some):
        assert isinstance(answer, Prediction)
        assert sum(answer.probabilities) == pytest.approx(1, abs=1e-5)
        best = int(np.argmax(answer.probabilities))
        assert answer.label == classifier.card.labels[best]
        assert answer.probability == answer.probabilities[best]
        raised = np.exp(np.array(answer.logits) / classifier.card.temperature)
        assert answer.probabilities == pytest.approx(raised / raised.sum(), abs=1e-4)
        assert answer.sha256 == hashlib.sha256(answer.path.read_bytes()).hexdigest()
        assert answer.notes == ()


@pytest.mark.parametrize("place", [0, 7, 8, 33])
def test_a_picture_alone_and_among_others_is_the_same(classifier, some, place):
    alone = next(iter(classifier.predict([some[place]])))
    among = list(classifier.predict(some))[place]
    assert alone.probabilities == pytest.approx(among.probabilities, abs=1e-5)
    assert alone.logits == pytest.approx(among.logits, abs=1e-4)


@pytest.mark.parametrize("batch_size", [1, 3, 32])
def test_the_batch_size_changes_nothing(classifier, model_folder, some, batch_size):
    other = Classifier(read_model_folder(model_folder), precision="f32", batch_size=batch_size)
    ours = np.array([a.probabilities for a in other.predict(some)])
    theirs = np.array([a.probabilities for a in classifier.predict(some)])
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_pictures_that_cannot_be_read_come_as_errors_in_their_place(classifier, some, tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    bad = [tmp_path / "empty.jpg", tmp_path / "text.jpg", tmp_path / "gone.jpg"]
    paths = [bad[0], *some[:2], bad[1], *some[2:33], bad[2]]
    answers = list(classifier.predict(paths))
    assert len(answers) == len(paths)
    for path, answer in zip(paths, answers, strict=True):
        if path in bad:
            assert isinstance(answer, PhotoError)
            assert str(path) in str(answer)
        else:
            assert answer.path == path


def test_nothing_but_unreadable_pictures(classifier, tmp_path):
    answers = list(classifier.predict([tmp_path / f"{n}.jpg" for n in range(40)]))
    assert len(answers) == 40
    assert all(isinstance(answer, PhotoError) for answer in answers)


def test_no_pictures(classifier):
    assert list(classifier.predict([])) == []


def notes_of(classifier, path, size):
    Image.new("RGB", size, "grey").save(path)
    return next(iter(classifier.predict([path]))).notes


@pytest.mark.parametrize(
    ("size", "notes"),
    [
        ((128, 128), ()),
        ((180, 128), ()),
        ((300, 128), ("shape changed by a factor of 2.3",)),
        ((128, 300), ("shape changed by a factor of 2.3",)),
        ((32, 32), ()),
        ((512, 512), ()),
        ((1280, 1280), ("shrunk 10 times: thin cracks vanish; cut it into tiles",)),
        (
            (1280, 640),
            (
                "shape changed by a factor of 2.0",
                "shrunk 10 times: thin cracks vanish; cut it into tiles",
            ),
        ),
    ],
)
def test_shape_and_size_are_noted(classifier, tmp_path, size, notes):
    assert notes_of(classifier, tmp_path / "wall.png", size) == notes


def test_what_the_reader_notes_comes_first(classifier, tmp_path):
    path = tmp_path / "wall.jpg"
    Image.new("RGB", (300, 128), "grey").save(path, "PNG")
    assert next(iter(classifier.predict([path]))).notes == (
        "PNG named '.jpg'",
        "shape changed by a factor of 2.3",
    )


def test_the_pixel_budget_holds(classifier, some):
    answer = next(iter(classifier.predict(some[:1], max_pixels=100)))
    assert isinstance(answer, PhotoError)


def test_probabilities_of_pixels_in_memory(classifier, some):
    pixels = np.stack([np.asarray(Image.open(path)) for path in some[:3]])
    said = [a.probabilities for a in classifier.predict(some[:3])]
    np.testing.assert_allclose(
        classifier.engine.run(pixels)["probabilities"], said, atol=0.02
    )  # two decoders


@pytest.mark.parametrize(
    ("features", "export", "wanted"),
    [
        (None, None, "f32"),
        (0.9989, 1.0, "f32"),
        (1.0, 0.9989, "f32"),
        (1.0, None, "f32"),
        (0.999, 0.999, "bf16"),
    ],
)
def test_auto_follows_the_card(model_folder, features, export, wanted):
    folder = read_model_folder(model_folder)
    found = {"bf16_decisions_equal": features, "export_bf16_decisions_equal": export}
    agreement = folder.card.agreement.model_copy(update=found)
    card = folder.card.model_copy(update={"agreement": agreement})
    chosen = Classifier(type(folder)(folder.path, card)).engine.precision
    assert chosen == (wanted if has_bf16() else "f32")


@pytest.mark.skipif(has_bf16(), reason="this processor has bf16")
def test_bf16_where_there_is_none(model_folder):
    with pytest.raises(ModelError, match="does not compute in bf16: use --precision f32"):
        Classifier(read_model_folder(model_folder), precision="bf16")


def test_chunks():
    assert list(chunked(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(chunked([], 3)) == []


@pytest.mark.parametrize("threshold", [0.001, 0.3, 0.999])
def test_a_threshold_decides_the_label_and_not_the_probability(model_folder, some, threshold):
    folder = read_model_folder(model_folder)
    positive = folder.card.labels.index(folder.card.positive)
    natural = list(Classifier(folder).predict(some))
    found = list(Classifier(folder, threshold=threshold).predict(some))
    for before, said in zip(natural, found, strict=True):
        assert said.probabilities == before.probabilities
        cracked = said.probabilities[positive] >= threshold
        assert (said.label == folder.card.positive) is cracked
        assert said.probability == said.probabilities[folder.card.labels.index(said.label)]


def test_the_threshold_of_the_card_is_the_default(model_folder, some):
    folder = read_model_folder(model_folder)
    strict = replace(folder, card=folder.card.model_copy(update={"decision_threshold": 0.999999}))
    assert {said.label for said in Classifier(strict).predict(some)} == {"Negative"}


@pytest.mark.parametrize("threshold", [0, 1, -0.2, float("nan")])
def test_a_threshold_out_of_range_is_refused(model_folder, threshold):
    with pytest.raises(UsageError, match="above 0 and below 1"):
        Classifier(read_model_folder(model_folder), threshold=threshold)
