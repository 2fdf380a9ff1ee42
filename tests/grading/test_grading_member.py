"""Words for a member that name no role are told, with the role that was meant."""

import pytest

from cracklens.grading import Context
from cracklens.grading.context import ROLES
from cracklens.grading.member import _MEANT, member_note


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("beam", "no role 'beam' in --member: did you mean girder?"),
        ("Beam 3, south face", "no role 'beam' in --member: did you mean girder?"),
        ("girders", "no role 'girders' in --member: did you mean girder?"),
        ("abutement", "no role 'abutement' in --member: did you mean abutment?"),
        ("pillar 7", "no role 'pillar' in --member: did you mean column?"),
        ("girder on pier 3", "--member names girder and pier, so no role counts: name one of them"),
        ("Stütze", "names no role"),
        ("B-17", "say one of deck, girder, pier, abutment, wall, slab, column among its words"),
    ],
)
def test_words_without_a_role_get_a_hint(member, said):
    assert said in member_note(Context(member=member))


@pytest.mark.parametrize("member", [None, "girder G3, south face", "other", "Pier P2", "deck"])
def test_words_with_a_role_get_none(member):
    assert member_note(Context(member=member)) is None


def test_a_role_that_is_given_is_enough():
    assert member_note(Context(member="beam", role="girder")) is None


def test_what_is_meant_is_a_role():
    assert set(_MEANT.values()) <= set(ROLES)
    assert not set(_MEANT) & set(ROLES)
