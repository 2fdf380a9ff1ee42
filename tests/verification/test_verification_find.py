"""From a map to cracks: with a verifier its verdict decides, without one the rules do."""

import numpy as np
import pytest

from cracklens.detection.probability_map import ProbabilityMap
from cracklens.tracing import Branch, Crack, TraceSettings, Tracing, trace
from cracklens.verification.descriptors import NAMES
from cracklens.verification.find import Finder, candidate_settings, forced
from cracklens.verification.kinds import KINDS
from drawn_candidates import SaidVerifier

BOXES = np.zeros((0, 4), np.int32), np.zeros(0, np.float32)


def wavy_map(peak=230, faint=90):
    """A long wavy line, a faint one below it that no seed reaches, and a short one."""
    probability = np.zeros((220, 400), np.uint8)
    x = np.arange(30, 370)
    for y0, value in ((60, peak), (130, faint)):
        y = np.rint(y0 + 8 * np.sin(x / 17)).astype(int)
        for step in (-1, 0, 1):
            probability[y + step, x] = value
    probability[190:193, 60:90] = peak
    return ProbabilityMap(probability, *BOXES)


def all_cracks(numbers):
    logits = np.zeros((len(numbers), len(KINDS)))
    logits[:, 0] = 9
    return logits


PIXELS = np.full((220, 400, 3), 150, np.uint8)


def test_without_a_verifier_the_rules_decide():
    found = wavy_map()
    with_rules = Finder(TraceSettings())(found, PIXELS)
    same = trace(found, TraceSettings(), PIXELS)
    assert [c.length_px for c in with_rules.cracks] == [c.length_px for c in same.cracks]
    assert len(with_rules.cracks) == 1
    assert with_rules.cracks[0].verdict is None


def test_with_a_verifier_short_and_faint_lines_are_judged_too():
    tracing = Finder(TraceSettings(), SaidVerifier(all_cracks))(wavy_map(), PIXELS)
    assert len(tracing.cracks) == 3
    assert all(crack.verdict is not None for crack in tracing.cracks)


def test_what_the_verifier_says_decides():
    def only_long(numbers):
        logits = all_cracks(numbers)
        short = numbers[:, NAMES.index("length of the candidate, log px")] < np.log1p(100)
        logits[short, 0] = -9
        return logits

    tracing = Finder(TraceSettings(), SaidVerifier(only_long))(wavy_map(), PIXELS)
    assert len(tracing.cracks) == 2
    assert [one.reason for one in tracing.rejected] == ["probably not a crack"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"least_length_px": 60}, "too short"), ({"least_confidence": 0.6}, "too faint")],
)
def test_a_setting_that_is_given_still_rejects(given, reason):
    finder = Finder(TraceSettings(**given), SaidVerifier(all_cracks))
    tracing = finder(wavy_map(), PIXELS)
    assert len(tracing.cracks) == 2
    (rejected,) = tracing.rejected
    assert rejected.reason == reason
    assert rejected.crack.verdict.crack > 0.9


def test_a_map_of_tiles_has_no_verdicts():
    found = wavy_map()
    tiles = ProbabilityMap(found.probability, *BOXES, kind="tiles")
    tracing = Finder(TraceSettings(), SaidVerifier(all_cracks))(tiles, PIXELS)
    assert all(crack.verdict is None for crack in tracing.cracks)


def test_candidates_reach_less_than_cracks():
    settings = candidate_settings(TraceSettings(seed_threshold=0.6, grow_threshold=0.4), 0.25)
    assert (settings.seed_threshold, settings.grow_threshold) == (0.25, 0.25)


def test_a_half_that_a_setting_rejects_is_named_by_no_other():
    def level(y, length_px, continues):
        points = np.array([[0.0, y], [length_px, y]])
        branch = Branch(points, np.full(2, 3.0), 0, 1)
        return Crack(
            (branch,), points, 0.9, 3.0, 3.0, (0.0, y), touches_border=False, continues=continues
        )

    cracks = level(0, 90, (1,)), level(20, 50, (0,)), level(40, 80, (3,)), level(60, 70, (2,))
    tracing = forced(Tracing(cracks, ()), {"least_length_px": 60})
    assert [crack.continues for crack in tracing.cracks] == [(), (2,), (1,)]
    assert [one.crack.continues for one in tracing.rejected] == [()]
