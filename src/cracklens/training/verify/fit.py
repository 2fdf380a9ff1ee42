"""The training loop of a verifier."""

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cracklens.errors import DataError
from cracklens.progress import SILENT, Progress
from cracklens.training.checkpoint import load_checkpoint, save_checkpoint
from cracklens.training.verify.augment import varied
from cracklens.training.verify.config import VerifyConfig
from cracklens.training.verify.labelled import NO_CRACK, UNKNOWN, LabelledPieces
from cracklens.training.verify.network import VerifierNetwork, given
from cracklens.verification.kinds import KINDS

_CHECKPOINT_STEPS, _NOTE_STEPS, _WARM_STEPS = 250, 100, 100
_CRACK_SHARE, _UNKNOWN_SHARE = 0.45, 0.12
_CLIP, _WEIGHT_DECAY, _SMOOTHING = 2.0, 2e-2, 0.02
_SPREAD_LEAST = 1e-2


def fit(
    pieces: LabelledPieces,
    config: VerifyConfig,
    checkpoint: Path,
    progress: Progress = SILENT,
) -> VerifierNetwork:
    """Train a verifier; a run that was interrupted continues at its checkpoint.

    Raises:
        DataError: there are no cracks or nothing else among the pieces, or the loss is no number.
    """
    torch.manual_seed(config.seed)
    network = VerifierNetwork()
    network.centre.copy_(torch.from_numpy(pieces.descriptors.mean(axis=0)))
    spread = np.maximum(pieces.descriptors.std(axis=0), _SPREAD_LEAST).astype(np.float32)
    network.spread.copy_(torch.from_numpy(spread))
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.learning_rate, weight_decay=_WEIGHT_DECAY
    )
    modules: dict[str, nn.Module] = {"network": network}
    start = load_checkpoint(checkpoint, modules, optimiser, torch.device("cpu"))
    chance = chances(pieces.labels)
    total = 0.0
    network.train()
    with progress.step("train", config.steps, "steps") as step:
        step.advance(start)
        for number, batch in _batches(pieces, chance, spread, config, start):
            rate = config.learning_rate * min(1.0, (number + 1) / _WARM_STEPS)
            rate *= 0.02 + 0.49 * (1 + math.cos(math.pi * number / config.steps))
            for group in optimiser.param_groups:
                group["lr"] = rate
            torch.manual_seed(config.seed * 1_000_003 + number)  # dropout of a resumed run
            loss = verify_loss(network(*given(batch)), batch["labels"])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
            optimiser.step()
            total += loss.item()
            step.advance()
            if (number + 1) % _NOTE_STEPS == 0:
                if not math.isfinite(total):
                    raise DataError("the loss is no longer a number: lower --learning-rate")
                step.note(f"step {number + 1:,}, loss {total / _NOTE_STEPS:.4f}")
                total = 0.0
            if (number + 1) % _CHECKPOINT_STEPS == 0:
                save_checkpoint(checkpoint, modules, optimiser, number + 1)
    return network.eval()


def chances(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the chance of each piece to be drawn, (N,); rare look-alikes are drawn more often.

    Raises:
        DataError: there are no cracks, or no pieces that are known to be something else.
    """
    chance = np.zeros(len(labels))
    counts = np.bincount(labels[labels >= 0], minlength=len(KINDS))
    unknown = int((labels == NO_CRACK).sum())
    if counts[0] == 0 or counts[1:].sum() + unknown == 0:
        raise DataError(
            f"the segmenter finds {counts[0]:,} pieces of cracks and "
            f"{counts[1:].sum() + unknown:,} others: a verifier needs both"
        )
    chance[labels == 0] = _CRACK_SHARE / counts[0]
    share = _UNKNOWN_SHARE if unknown else 0.0
    if unknown:
        chance[labels == NO_CRACK] = share / unknown
    roots = np.sqrt(counts[1:])
    for kind in range(1, len(KINDS)):
        if counts[kind]:
            of_kind = (1 - _CRACK_SHARE - share) * roots[kind - 1] / roots.sum()
            chance[labels == kind] = of_kind / counts[kind]
    chance[labels == UNKNOWN] = 0.0
    total: float = chance.sum()
    return chance / total


def _batches(
    pieces: LabelledPieces,
    chance: NDArray[np.float64],
    spread: NDArray[np.float32],
    config: VerifyConfig,
    start: int,
) -> Iterator[tuple[int, dict[str, Tensor]]]:
    """Yield batches; each is a function of the seed and of its number."""
    cumulated = np.cumsum(chance)

    def batch(number: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([config.seed, number])
        drawn = np.searchsorted(cumulated, rng.random(config.batch_size) * cumulated[-1])
        chosen = pieces.chosen(np.sort(np.minimum(drawn, len(pieces) - 1)))
        views, numbers = varied(chosen.views, chosen.descriptors, spread, rng)
        made = {name: torch.from_numpy(view) for name, view in views.items()}
        return made | {
            "descriptors": torch.from_numpy(numbers.astype(np.float32)),
            "labels": torch.from_numpy(chosen.labels),
        }

    with ThreadPoolExecutor(1, "pieces") as pool:
        ahead: Future[dict[str, Tensor]] = pool.submit(batch, start)
        for number in range(start, config.steps):
            current = ahead.result()
            if number + 1 < config.steps:
                ahead = pool.submit(batch, number + 1)
            yield number, current


def verify_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy; a piece that is only known to be no crack counts as that.

    Args:
        logits: N x kinds.
        labels: N, index in `KINDS`, or `NO_CRACK`.
    """
    known = labels >= 0
    log_share = torch.log_softmax(logits, 1)
    loss = logits.new_zeros(())
    if known.any():
        loss = loss + nn.functional.cross_entropy(
            logits[known], labels[known], reduction="sum", label_smoothing=_SMOOTHING
        )
    if (~known).any():
        loss = loss - torch.logsumexp(log_share[~known][:, 1:], 1).sum()
    return loss / len(labels)
