from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cracklens.training.resolve import resolve_config
from cracklens.training.schedule import Schedule


@dataclass
class Keras:
    """`EarlyStopping(min_delta=0, restore_best_weights)` and `ReduceLROnPlateau(min_delta=1e-4)`.

    Written from their published definition (Keras 3, `keras.callbacks`); no cooldown.
    """

    rate: float
    patience: int
    lr_patience: int
    factor: float
    min_lr: float
    best: float = float("inf")
    best_epoch: int = 0
    wait: int = 0
    plateau_best: float = float("inf")
    plateau_wait: int = 0

    def on_epoch_end(self, epoch: int, loss: float) -> bool:
        if loss < self.plateau_best - 1e-4:
            self.plateau_best, self.plateau_wait = loss, 0
        else:
            self.plateau_wait += 1
            if self.plateau_wait >= self.lr_patience and self.rate > self.min_lr:
                self.rate = max(self.rate * self.factor, self.min_lr)
                self.plateau_wait = 0
        self.wait += 1
        if loss < self.best:
            self.best, self.best_epoch, self.wait = loss, epoch, 0
        return self.wait >= self.patience and epoch > 1


@pytest.mark.slow
@given(
    losses=st.lists(
        st.one_of(
            st.floats(0.0, 1.0),
            st.sampled_from([0.5, 0.5 - 5e-5, 0.5 - 1e-4, 0.5 - 2e-4, 0.4]),
        ),
        min_size=1,
        max_size=60,
    ),
    patience=st.integers(1, 12),
    lr_patience=st.integers(1, 6),
    factor=st.sampled_from([0.1, 0.5, 0.9, 0.99]),
    rate=st.sampled_from([1e-2, 1e-4, 2e-7, 1.05e-7, 1e-9]),
    lr_min=st.sampled_from([1e-7, 1e-5, 1e-12]),
)
@settings(max_examples=300, deadline=None)
def test_rates_stop_and_best_epoch_are_those_of_keras(
    losses, patience, lr_patience, factor, rate, lr_min
):
    config = resolve_config(
        None,
        None,
        {"stop_patience": patience, "lr_patience": lr_patience, "lr_factor": factor,
         "learning_rate": rate, "lr_min": lr_min},
    )  # fmt: skip
    module = nn.Linear(1, 1, bias=False)
    optimiser = torch.optim.Adam(module.parameters(), rate)
    ours = Schedule(config, optimiser, module)
    keras = Keras(rate, patience, lr_patience, factor, lr_min)
    for epoch, loss in enumerate(losses, start=1):
        with torch.no_grad():
            module.weight.fill_(float(epoch))
        stop = ours.step(epoch, loss)
        assert stop == keras.on_epoch_end(epoch, loss)
        assert optimiser.param_groups[0]["lr"] == pytest.approx(keras.rate, rel=1e-12)
        if stop:
            break
    ours.restore()
    assert ours.best_epoch == keras.best_epoch
    assert module.weight.item() == keras.best_epoch


@pytest.mark.slow
def test_the_published_schedule_on_a_plateau():
    """Loss 1 for ever: halved after epochs 6 and 11, stopped after epoch 11."""
    module = nn.Linear(1, 1)
    optimiser = torch.optim.Adam(module.parameters(), 1e-4)
    schedule = Schedule(resolve_config(), optimiser, module)
    rates, stops = [], []
    for epoch in range(1, 12):
        stops.append(schedule.step(epoch, 1.0))
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([1e-4] * 5 + [5e-5] * 5 + [2.5e-5])
    assert stops == [False] * 10 + [True]
    assert schedule.best_epoch == 1


@pytest.mark.slow
def test_restore_without_a_step_changes_nothing():
    module = nn.Linear(1, 1)
    before = module.weight.item()
    Schedule(resolve_config(), torch.optim.Adam(module.parameters()), module).restore()
    assert module.weight.item() == before
