"""What the inspector says is taken as it is, and refused where it contradicts itself."""

import pytest
from pydantic import ValidationError

from cracklens.errors import UsageError
from cracklens.grading import Context


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"codes": ("aashto-mbai",)}, "did you mean 'aashto-mbei'"),
        ({"codes": ("jbdpa", "jbdpa")}, "the code 'jbdpa' is given twice"),
        ({"exposure": ("XC3", "XC3")}, "the exposure class 'XC3' is given twice"),
        ({"codes": ("en-1992-1-1",), "exposure": ("XC5",)}, "no exposure class 'XC5': did you"),
        ({"exposure": ("sea-water",)}, "did you mean 'seawater'"),
        (
            {"codes": ("aci-224r",), "exposure": ("XC3",)},
            "class of en-1992-1-1, which is not among the codes: .*aci-224r has dry-air, humidity",
        ),
        (
            {"codes": ("aci-224r",), "reinforcement": "prestressed"},
            "aci-224r is for reinforced concrete",
        ),
        ({"codes": ("jbdpa",), "reinforcement": "prestressed"}, "leave jbdpa out"),
        ({"codes": ("bre-251",), "role": "deck"}, "bre-251 is for a wall"),
        ({"codes": ("bre-251",), "member": "Pier 4"}, "said to be a pier"),
        ({"codes": ("en-1992-1-1",), "exposure": ("X0", "XD1")}, "X0 contradicts XD1"),
        ({"codes": ("aci-224r",), "exposure": ("seawater", "dry-air")}, "dry-air contradicts sea"),
    ],
)
def test_contradictions_say_what_to_do(said, says):
    with pytest.raises(UsageError, match=says):
        Context(**said)


@pytest.mark.parametrize("said", [{"axis_deg": 180}, {"axis_deg": -1}, {"colour": "grey"}])
def test_impossible_values_are_refused(said):
    with pytest.raises(ValidationError):
        Context(**said)


def test_several_codes_take_a_class_each():
    context = Context(codes=("aci-224r", "en-1992-1-1"), exposure=("humidity", "XC3", "XD1"))
    assert context.exposure == ("humidity", "XC3", "XD1")


def test_a_class_counts_for_the_priority_where_no_code_asks_for_one():
    assert Context(codes=("aashto-mbei",), exposure=("XC3",)).exposure == ("XC3",)


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({}, None),
        ({"member": "girder G3, south face"}, "girder"),
        ({"member": "G3"}, None),
        ({"member": "wall beside the pier"}, None),
        ({"member": "wall beside the pier", "role": "wall"}, "wall"),
        ({"member": "Wallace street"}, None),
    ],
)
def test_the_role_is_said_and_not_guessed(said, role):
    assert Context(**said).member_role == role


def test_a_context_does_not_change():
    with pytest.raises(ValidationError):
        Context().codes = ("jbdpa",)


def test_one_code_and_one_class_need_no_tuple():
    assert Context(codes="en-1992-1-1", exposure="XC3") == Context(
        codes=("en-1992-1-1",), exposure=("XC3",)
    )
    assert Context(codes="bre-251,aci-224r").codes == ("bre-251", "aci-224r")
    with pytest.raises(UsageError, match="did you mean 'bre-251'"):
        Context(codes="bre-25")
