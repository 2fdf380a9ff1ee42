"""The verification of the candidate lines of one photograph."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cracklens.tracing.candidate import rank
from cracklens.tracing.crack import NOT_A_CRACK, Crack, Rejected, Verdict
from cracklens.verification.descriptors import descriptors_of
from cracklens.verification.judged import Decision, JudgedLines, JudgedTracing, probable_along
from cracklens.verification.kinds import named
from cracklens.verification.lines import JudgedPieces, branches_of, lines_of, part_of, verdict_of
from cracklens.verification.pieces import pieces_of, runs_of
from cracklens.verification.verifier import Verifier
from cracklens.verification.views import pyramid, views_of

Bytes = NDArray[np.uint8]

MOST_PIECES = 4000
"""Most pieces of one photograph that are judged, those of the longest lines first. A verifier takes
about 0.25 ms for each."""
HARDLY, LISTED = 0.05, 100
"""Of the lines whose probability of a crack is below the first, the longest 100 are listed."""


def verify(
    pixels: Bytes, probability: Bytes, candidates: Sequence[Crack], verifier: Verifier
) -> JudgedTracing:
    """Return the lines that are cracks, and those that are probably something else.

    A candidate that is part crack and part something else, such as a crack that crosses a joint, is
    divided. Lines whose probability of a crack is below the threshold of the card are rejected with
    the likeliest look-alike.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        probability: (H, W) uint8 of the segmenter, 0 to 255.
        candidates: all lines, also short and faint ones.
        verifier: of the model folder.

    Raises:
        ModelError: the verifier gives values that are not numbers.
    """
    settings = verifier.settings
    judged = judge_lines(pixels, probability, candidates, verifier)
    return decide(judged, Decision(settings.threshold, settings.calibration))


def judge_lines(
    pixels: Bytes, probability: Bytes, candidates: Sequence[Crack], verifier: Verifier
) -> JudgedLines:
    """Return what the verifier says of the candidates; arguments as in `verify`."""
    pieces = judge(pixels, probability, candidates, verifier)
    return JudgedLines(
        tuple(candidates),
        tuple(branches_of(pieces, candidates)),
        probable_along(candidates, probability),
        probability.shape[:2],
    )


def decide(judged: JudgedLines, decision: Decision) -> JudgedTracing:
    """Return the lines that are cracks, and the others; it depends on the arguments alone.

    The rules of the decision have no effect here.

    Args:
        judged: all candidates of a photograph.
        decision: threshold and calibration.
    """
    threshold = decision.threshold
    cut = float(np.log(threshold / (1 - threshold)))
    cracks: list[tuple[int, Crack]] = []
    rejected: list[Rejected] = []
    for line in lines_of(judged.candidates, judged.branches, cut):
        verdict = verdict_of(line, decision.calibration)
        own = part_of(
            judged.candidates[line.candidate],
            line.branches,
            verdict,
            judged.probable[line.candidate],
            judged.size_px,
        )
        if verdict.crack >= threshold:
            cracks.append((line.candidate, own))
        else:
            own = replace(own, continues=())
            rejected.append(Rejected(own, NOT_A_CRACK, described(verdict)))
    listed, notes = _listed(rejected)
    return JudgedTracing(
        _continued(cracks), listed, (*judged.notes, *notes), judged=judged, decision=decision
    )


def _continued(cracks: Sequence[tuple[int, Crack]]) -> tuple[Crack, ...]:
    """Return the cracks, sorted, with `continues` pointing to the longest part of each candidate.

    Args:
        cracks: candidate and crack.
    """
    ordered = sorted(cracks, key=lambda one: rank(one[1]))
    place: dict[int, int] = {}
    for number, (candidate, _) in enumerate(ordered):
        place.setdefault(candidate, number)
    return tuple(
        replace(crack, continues=tuple(sorted(place[i] for i in crack.continues if i in place)))
        if place[candidate] == number
        else replace(crack, continues=())
        for number, (candidate, crack) in enumerate(ordered)
    )


def _listed(rejected: Sequence[Rejected]) -> tuple[tuple[Rejected, ...], tuple[str, ...]]:
    """Return the lines that are listed, and a note on the others: noise has thousands of them."""
    likely = [one for one in rejected if _chance(one) >= HARDLY]
    unlikely = sorted(
        (one for one in rejected if _chance(one) < HARDLY), key=lambda one: rank(one.crack)
    )
    shown = sorted([*likely, *unlikely[:LISTED]], key=lambda one: rank(one.crack))
    more = len(unlikely) - LISTED
    if more <= 0:
        return tuple(shown), ()
    note = (
        f"{more:,} more lines that are a crack with a probability below {HARDLY:g} are not listed"
    )
    return tuple(shown), (note,)


def _chance(one: Rejected) -> float:
    return one.crack.verdict.crack if one.crack.verdict else 0.0


def judge(
    pixels: Bytes, probability: Bytes, candidates: Sequence[Crack], verifier: Verifier
) -> JudgedPieces:
    """Return the logits of all pieces of the candidates; arguments as in `verify`."""
    runs = runs_of(candidates)
    pieces = pieces_of(runs)
    if len(pieces) > MOST_PIECES:
        pieces = sorted(pieces, key=lambda piece: -runs[piece.run].length_px)[:MOST_PIECES]
    seen = pyramid(pixels, probability)
    logits = np.zeros((len(pieces), len(verifier.settings.kinds)))
    step = 512  # bounds the memory of the views
    for start in range(0, len(pieces), step):
        part = pieces[start : start + step]
        views = views_of(seen, runs, part)
        numbers = descriptors_of(views["fine"], runs, part, pixels.shape[:2])
        logits[start : start + step] = verifier.logits(views, numbers)
    return JudgedPieces(runs, pieces, logits)


def described(verdict: Verdict) -> str:
    """Return the likeliest look-alike in words, such as "probably a joint (0.86)".

    >>> described(Verdict(0.1, {"joint": 0.86, "scratch": 0.04}))
    'probably a joint (0.86)'
    >>> described(Verdict(0.4, {"joint": 0.35, "scratch": 0.25}))
    'perhaps a joint (0.35), a crack (0.40)'
    """
    name, chance = verdict.likeliest
    if not name:
        return f"a crack with probability {verdict.crack:.2f}"
    noun = named(name)
    if chance > 0.5:  # noqa: PLR2004
        return f"probably {noun} ({chance:.2f})"
    return f"perhaps {noun} ({chance:.2f}), a crack ({verdict.crack:.2f})"
