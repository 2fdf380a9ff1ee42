"""Training a verifier from the command line to verdicts, in seconds."""

import json

import numpy as np
import pytest
import torch

from cracklens.errors import DataError, UsageError
from cracklens.models import read_model_folder
from cracklens.tracing.crack import Branch, Crack
from cracklens.training.resolve import resolve_config
from cracklens.training.verify.calibrate import (
    KnownLine,
    calibrate,
    calibration_error,
)
from cracklens.training.verify.config import VerifyConfig
from cracklens.training.verify.fit import chances, fit, verify_loss
from cracklens.training.verify.labelled import (
    NO_CRACK,
    UNKNOWN,
    LabelledPieces,
    Truth,
    labels_of,
)
from cracklens.verification.descriptors import NAMES
from cracklens.verification.kinds import KINDS
from cracklens.verification.pieces import pieces_of, runs_of
from cracklens.verification.verifier import load_verifier
from cracklens.verification.views import VIEWS

JOINT = KINDS.index("joint")


def line(*points):
    at = np.array(points, np.float64)
    branch = Branch(at, np.full(len(at), 3.0), 0, 1)
    return Crack((branch,), at[[0, -1]], 0.9, 3.0, 3.0, (0.0, 0.0), touches_border=False)


def label(labels, *points, exact=True):
    runs = runs_of([line(*points)])
    return labels_of(runs, pieces_of(runs), Truth(labels, exact=exact)).tolist()


def test_a_piece_is_what_it_lies_on():
    labels = np.zeros((200, 200), np.uint8)
    labels[50, 20:180] = 1  # a crack
    labels[:, 100] = 1 + JOINT
    labels[50, 100] = 1
    assert label(labels, (20, 51), (180, 51)) == [0]
    assert label(labels, (101, 60), (101, 199)) == [JOINT]
    assert label(labels, (10, 120), (90, 120)) == [KINDS.index("surface texture")]
    assert label(labels, (10, 120), (90, 120), exact=False) == [NO_CRACK]
    assert label(None, (20, 51), (180, 51), exact=False) == [NO_CRACK]


def test_a_piece_that_is_partly_crack_is_not_trained_on():
    labels = np.zeros((200, 200), np.uint8)
    labels[50, 20:80] = 1
    assert label(labels, (20, 50), (180, 50)) == [UNKNOWN]


def made(count, seed=0):
    """Pieces whose label follows from a descriptor alone."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count).astype(np.int64)
    labels[labels == 2] = NO_CRACK
    numbers = rng.standard_normal((count, len(NAMES))).astype(np.float32)
    numbers[:, 4] += np.where(labels == 0, 2.5, -2.5)
    views = {n: rng.integers(0, 255, (count, *s), dtype=np.uint8) for n, s in VIEWS.items()}
    return LabelledPieces(views, numbers, labels, np.arange(count))


def test_rare_kinds_are_drawn_more_often_and_unknown_ones_never():
    labels = np.array([0] * 100 + [1] * 900 + [2] * 9 + [NO_CRACK] * 50 + [UNKNOWN] * 10)
    chance = chances(labels)
    assert chance.sum() == pytest.approx(1)
    assert chance[labels == 0].sum() == pytest.approx(0.45)
    assert chance[labels == UNKNOWN].sum() == 0
    assert chance[labels == 2][0] > 5 * chance[labels == 1][0]
    with pytest.raises(DataError, match="needs both"):
        chances(np.zeros(10, np.int64))


def test_no_crack_of_unknown_kind_counts_as_no_crack():
    logits = torch.tensor([[5.0, *[0.0] * (len(KINDS) - 1)]])
    surely = torch.tensor([[-9.0, *[0.0] * (len(KINDS) - 1)]])
    unknown = torch.tensor([NO_CRACK])
    assert verify_loss(logits, unknown) > 2
    assert verify_loss(surely, unknown) < 0.01


@pytest.mark.slow
def test_a_broken_fit_goes_on_as_if_it_had_not_been(tmp_path, monkeypatch):
    from cracklens.training.verify import fit as module

    monkeypatch.setattr(module, "_CHECKPOINT_STEPS", 3)
    pieces = made(60)
    config = VerifyConfig(steps=6, batch_size=8)
    whole = fit(pieces, config, tmp_path / "whole.safetensors")

    class StopError(Exception):
        pass

    real, done = module.verify_loss, []

    def stops(*given):
        done.append(1)
        if len(done) > 4:
            raise StopError
        return real(*given)

    monkeypatch.setattr(module, "verify_loss", stops)
    with pytest.raises(StopError):
        fit(pieces, config, tmp_path / "broken.safetensors")
    monkeypatch.setattr(module, "verify_loss", real)
    resumed = fit(pieces, config, tmp_path / "broken.safetensors")
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_calibration_recovers_known_probabilities():
    """Logits that are twice too sure, with an offset, become probabilities again."""
    rng = np.random.default_rng(0)
    true_logit = rng.normal(0, 2, 4000)
    is_crack = rng.random(4000) < 1 / (1 + np.exp(-true_logit))
    lines = [
        KnownLine(float(2 * logit + 1), float(rng.uniform(20, 400)), bool(known))
        for logit, known in zip(true_logit, is_crack, strict=True)
    ]
    found = calibrate(lines)
    assert found.coefficients[1] == pytest.approx(0.5, abs=0.06)
    assert found.coefficients[0] == pytest.approx(-0.5, abs=0.4)
    assert found.error < 0.03
    assert 0.5 <= found.threshold <= 0.8


def test_the_calibration_error_of_overconfidence_is_seen():
    truth = np.tile([1.0, 0.0], 500)
    assert calibration_error(np.full(1000, 0.5), truth) == pytest.approx(0, abs=0.02)
    assert calibration_error(np.full(1000, 0.9), truth) == pytest.approx(0.4, abs=0.02)


@pytest.mark.slow
def test_the_command_gives_a_segmenter_a_verifier(cracklens, tiles, tmp_path):
    done = cracklens(
        "train", tiles, "-o", tmp_path / "model", "--task", "verify", "--walls", 40, "--scenes", 0, "--masonry", 8,
        "--tiles", 24, "--steps", 4, "--batch-size", 16, "--json",
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert 0 <= told["calibration_error"] <= 1
    folder = read_model_folder(tmp_path / "model")
    settings = folder.card.verification
    assert settings is not None
    assert settings.kinds == KINDS
    assert settings.counts["walls"]["crack"] > 0
    assert "masonry" in settings.counts
    assert folder.card.name == "model"
    assert folder.card.segmentation == read_model_folder(folder.path).card.segmentation
    assert "--segmenter" not in done.stderr
    verifier = load_verifier(folder)
    zeros = {name: np.zeros((70, *shape), np.uint8) for name, shape in VIEWS.items()}
    assert verifier.logits(zeros, np.zeros((70, len(NAMES)), np.float32)).shape == (70, len(KINDS))


def test_settings_of_another_task_are_refused():
    with pytest.raises(UsageError, match="--task verify"):
        resolve_config(overrides={"task": "segment", "walls": 5})
    assert resolve_config("verifier") == VerifyConfig()


def test_photographs_and_rendered_pictures_weigh_the_same():
    """Ten sure photographs pull the calibration as far as a thousand rendered lines."""
    rng = np.random.default_rng(1)

    def many(count, *, right, exact):
        return [
            KnownLine(float(rng.normal(2, 0.5)), 100.0, bool(rng.random() < right), exact)
            for _ in range(count)
        ]

    def share(found, logit=2.0):
        a, b, c = found.coefficients
        return 1 / (1 + np.exp(-(a + b * logit + c * np.log1p(100.0))))

    rendered = many(2000, right=0.95, exact=True)
    photographs = many(100, right=0.6, exact=False)
    assert share(calibrate(rendered)) == pytest.approx(0.95, abs=0.03)
    assert share(calibrate([*rendered, *photographs])) == pytest.approx(0.775, abs=0.05)


def test_the_threshold_is_that_of_pictures_whose_cracks_are_all_known():
    """Masks leave cracks out: what is right there looks false and must not raise the threshold."""
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 3, 3000)
    truth = rng.random(3000) < 1 / (1 + np.exp(-logits))
    rendered = [KnownLine(float(x), 80.0, bool(t)) for x, t in zip(logits, truth, strict=True)]
    masks = [KnownLine(4.0, 80.0, is_crack=n % 3 > 0, exact=False) for n in range(30)]
    found = calibrate([*rendered, *masks])
    constant, slope, of_length = found.coefficients
    said = 1 / (1 + np.exp(-(constant + slope * logits + of_length * np.log1p(80.0))))
    assert found.right == pytest.approx(truth[said >= found.threshold].mean())
    assert found.found == pytest.approx(truth[said >= found.threshold].sum() / truth.sum())
