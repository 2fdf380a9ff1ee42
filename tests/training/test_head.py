import itertools
import math

import pytest
import torch

from cracklens.errors import UsageError
from cracklens.training.head import Head, Output
from cracklens.training.resolve import resolve_config


def parameters(head):
    return sum(p.numel() for p in head.parameters())


def test_the_published_head_has_the_published_number_of_parameters():
    config = resolve_config()
    assert parameters(Head(2048, config.hidden, config.dropout, 2)) == 557_698


@pytest.mark.parametrize("hidden", [(), (7,), (5, 4, 3)])
def test_shape_and_number_of_parameters(hidden):
    head = Head(11, hidden, [0.1] * len(hidden), 3)
    widths = [11, *hidden, 3]
    assert parameters(head) == sum(a * b + b for a, b in itertools.pairwise(widths))
    assert head(torch.zeros(2, 11)).shape == (2, 3)


def test_weights_start_as_in_keras():
    torch.manual_seed(0)
    head = Head(400, (300,), (0.5,), 2)
    first = head.layers[0]
    limit = math.sqrt(6 / (400 + 300))  # Glorot and Bengio 2010, equation 16
    assert first.weight.abs().max() <= limit
    assert first.weight.abs().max() > 0.99 * limit
    assert first.weight.std().item() == pytest.approx(limit / math.sqrt(3), rel=0.01)
    assert not first.bias.any()


def test_dropout_stands_after_each_layer_and_only_while_training():
    head = Head(50, (40,), (0.5,), 2)
    x = torch.ones(1, 50)
    assert len({tuple(head.train()(x).tolist()[0]) for _ in range(5)}) > 1
    assert len({tuple(head.eval()(x).tolist()[0]) for _ in range(5)}) == 1
    assert head.description == "40 ReLU, dropout 0.5 - 2 softmax"


def test_the_output_is_a_softmax_at_a_temperature():
    head = Head(6, (), (), 3).eval()
    x = torch.randn(4, 6)
    probabilities, logits = Output(head, 2.5)(x)
    raised = torch.exp(logits / 2.5)
    torch.testing.assert_close(probabilities, raised / raised.sum(1, keepdim=True))
    torch.testing.assert_close(logits, head(x))


def test_a_list_of_hidden_widths_needs_as_many_dropouts():
    with pytest.raises(ValueError, match="zip"):
        Head(6, (3, 2), (0.1,), 2)
    with pytest.raises(UsageError):
        resolve_config(None, None, {"hidden": (3,)})
