"""Judged pieces become lines with probabilities; a crack is separated from a joint."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.errors import ModelError
from cracklens.tracing.crack import Verdict
from cracklens.verification.descriptors import NAMES
from cracklens.verification.kinds import KINDS, LOOKALIKES, OF_DISTRACTOR
from cracklens.verification.lines import JudgedPieces, branches_of, lines_of, verdict_of
from cracklens.verification.pieces import pieces_of, runs_of
from cracklens.verification.verify import described, verify
from drawn_candidates import SaidVerifier, branch, crack, cross

PIXELS, MAP = np.full((300, 400, 3), 150, np.uint8), np.zeros((300, 400), np.uint8)


def judged(candidates, logit_of):
    runs = runs_of(candidates)
    pieces = pieces_of(runs)
    logits = np.zeros((len(pieces), len(KINDS)))
    for place, piece in enumerate(pieces):
        logits[place, 0] = logit_of(runs[piece.run])
        logits[place, 1] = 2.0
    return JudgedPieces(runs, pieces, logits)


def test_a_crack_that_crosses_a_joint_is_separated_from_it():
    candidates = [cross()]
    found = judged(candidates, lambda run: 9.0 if set(run.branches) == {0, 2} else -9.0)
    lines = lines_of(candidates, branches_of(found, candidates), 0.0)
    assert sorted(line.branches for line in lines) == [(0, 2), (1, 3)]
    crack_line, joint = sorted(lines, key=lambda line: -line.logit)
    assert verdict_of(crack_line, (0.0, 1.0, 0.0)).crack > 0.99
    said = verdict_of(joint, (0.0, 1.0, 0.0))
    assert said.likeliest[0] == "joint"


def test_a_short_branch_is_judged_with_its_neighbour():
    """A spur of 10 px at a crack says too little of itself."""
    line = crack(
        branch([(0, 100), (200, 100)], 0, 1),
        branch([(200, 100), (390, 110)], 1, 2),
        branch([(200, 100), (203, 91)], 1, 3),
        nodes=[(0, 100), (200, 100), (390, 110), (203, 91)],
    )
    found = judged([line], lambda run: -9.0 if run.branches == (2,) else 9.0)
    lines = lines_of([line], branches_of(found, [line]), 0.0)
    assert [one.branches for one in lines] == [(0, 1, 2)]


@given(
    logits=st.lists(st.floats(-20, 20), min_size=4, max_size=4),
    cut=st.floats(-5, 5),
    slope=st.floats(0.1, 3),
    per_length=st.floats(-1, 1),
)
def test_every_branch_is_in_one_line_and_probabilities_sum_to_one(logits, cut, slope, per_length):
    candidates = [cross()]
    found = judged(candidates, lambda run: logits[run.branches[0]])
    lines = lines_of(candidates, branches_of(found, candidates), cut)
    assert sorted(b for line in lines for b in line.branches) == [0, 1, 2, 3]
    for line in lines:
        verdict = verdict_of(line, (0.3, slope, per_length))
        assert verdict.crack + sum(verdict.kinds.values()) == pytest.approx(1)
        assert set(verdict.kinds) == set(LOOKALIKES)


def test_verified_lines_keep_their_geometry_and_lose_none():
    candidates = [cross(), cross(x=60, y=60, reach=40)]

    def say(numbers):
        logits = np.zeros((len(numbers), len(KINDS)))
        long = numbers[:, NAMES.index("length of the run, log px")] > np.log1p(100)
        logits[:, 0] = np.where(long, 8.0, -8.0)
        logits[:, 5] = 30.0
        logits[:, 0] += 30
        return logits

    tracing = verify(PIXELS, MAP, candidates, SaidVerifier(say))
    assert [round(c.length_px) for c in tracing.cracks] == [480]
    assert [round(one.crack.length_px) for one in tracing.rejected] == [160]
    assert tracing.rejected[0].reason == "probably not a crack"
    assert tracing.rejected[0].detail == "probably an edge of a stain or damp (1.00)"
    assert tracing.cracks[0].verdict.crack > 0.99


def test_half_of_a_candidate_has_its_own_nodes_and_widths():
    wide = crack(
        branch([(0, 100), (200, 100)], 0, 1, width=9),
        branch([(200, 100), (200, 280)], 1, 2, width=2),
        nodes=[(0, 100), (200, 100), (200, 280)],
    )

    def say(numbers):
        logits = np.zeros((len(numbers), len(KINDS)))
        logits[:, 0] = np.where(numbers[:, NAMES.index("width, log px")] > np.log(5), 9.0, -9.0)
        return logits

    tracing = verify(PIXELS, MAP, [wide], SaidVerifier(say))
    (found,) = tracing.cracks
    assert found.nodes_px.tolist() == [[0, 100], [200, 100]]
    assert (found.branches[0].start, found.branches[0].end) == (0, 1)
    assert found.max_width_px == 9
    assert tracing.rejected[0].crack.max_width_px == 2
    assert found.touches_border
    assert not tracing.rejected[0].crack.touches_border
    assert found.confidence == 0  # of the empty map, and not of the whole candidate


def test_a_verifier_that_gives_no_numbers_is_an_error(tmp_path, monkeypatch):
    from cracklens.verification import verifier as module

    class Broken:
        def __init__(self, network, engine):
            self.calls = 0

        def run(self, arrays):
            self.calls += 1
            value = 0.0 if self.calls == 1 else np.nan
            return {"logits": np.full((len(arrays["descriptors"]), len(KINDS)), value, np.float32)}

    monkeypatch.setattr(module, "NamedEngine", Broken)
    settings = SaidVerifier(lambda n: n).settings
    broken = module.Verifier(tmp_path / "verifier.onnx", settings)
    with pytest.raises(ModelError, match="not numbers"):
        verify(PIXELS, MAP, [cross()], broken)


def test_a_verifier_of_another_version_is_refused(tmp_path):
    from cracklens.verification.verifier import Verifier

    settings = SaidVerifier(lambda n: n).settings.model_copy(update={"version": 99})
    with pytest.raises(ModelError, match=r"version 99.*--task verify"):
        Verifier(tmp_path / "verifier.onnx", settings)


def test_no_candidates_are_no_cracks():
    tracing = verify(PIXELS, MAP, [], SaidVerifier(lambda n: np.zeros((len(n), len(KINDS)))))
    assert (tracing.cracks, tracing.rejected) == ((), ())


def test_every_rendered_lookalike_has_a_name():
    from cracklens.synthesis import DISTRACTORS

    assert set(DISTRACTORS) <= set(OF_DISTRACTOR)
    assert set(OF_DISTRACTOR.values()) <= set(LOOKALIKES)


def test_what_a_line_probably_is_is_said_in_words():
    assert described(Verdict(0.02, {"hair or straw": 0.9})) == "probably hair or straw (0.90)"
    assert (
        described(Verdict(0.02, {"edge of a shadow": 0.7})) == "probably an edge of a shadow (0.70)"
    )
    assert described(Verdict(0.4)) == "a crack with probability 0.40"
