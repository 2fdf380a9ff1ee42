"""One small tree of errors, and hints for names that are nearly right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cracklens
from cracklens import errors
from cracklens.errors import CracklensError, MissingExtraError, did_you_mean

KNOWN = ["openvino", "onnxruntime", "resnet101", "small"]


def test_every_error_is_a_cracklens_error_and_public():
    own = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert own <= set(cracklens.__all__)
    assert all(issubclass(getattr(errors, name), CracklensError) for name in own)
    assert CracklensError.__bases__ == (Exception,)


def test_a_missing_extra_says_what_to_install():
    assert "pip install 'cracklens[train]'" in str(MissingExtraError("training", "train"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resnet11", "did you mean 'resnet101'?"),
        ("Small", "did you mean 'small'?"),
        ("onnx-runtime", "did you mean 'onnxruntime'?"),
        ("", "known: onnxruntime, openvino, resnet101, small"),
        ("tensorflow-lite", "known: onnxruntime, openvino, resnet101, small"),
    ],
)
def test_hints(name, hint):
    assert did_you_mean(name, KNOWN) == hint


@given(st.sampled_from(KNOWN), st.data())
def test_one_wrong_letter_is_forgiven(name, data):
    place = data.draw(st.integers(0, len(name) - 1))
    misspelt = name[:place] + name[place + 1 :]
    assert did_you_mean(misspelt, iter(KNOWN)) == f"did you mean '{name}'?"
