"""Which class means a crack is known by its name, in several languages, or asked for."""

import pytest

from cracklens.datasets.class_names import (
    CRACKED,
    UNCRACKED,
    match_classes,
    meaning,
    positive_class,
)
from cracklens.errors import DataError, UsageError


@pytest.mark.parametrize(
    "name", ["Positive", "CD", "cw", "CP", "Cracked", "cracks", "1", "01_crack"]
)
def test_names_that_mean_a_crack(name):
    assert meaning(name) == "cracked"


@pytest.mark.parametrize(
    "name", ["Negative", "UD", "uw", "UP", "Non-cracked", "no crack", "0", "NoCrack", "02_no_crack"]
)
def test_names_that_mean_none(name):
    assert meaning(name) == "uncracked"


@pytest.mark.parametrize(
    "name", ["spalling", "wide crack", "not no crack", "crack or no crack", "class 1", "D", ""]
)
def test_names_that_say_nothing_certain(name):
    assert meaning(name) is None


def test_no_name_means_both():
    assert not CRACKED & UNCRACKED


@pytest.mark.parametrize(
    ("cracked", "sound"),
    [
        ("with_crack", "without_crack"),
        ("withcrack", "withoutcrack"),
        ("concrete_with_cracks", "concrete_without_cracks"),
        ("damaged", "undamaged"),
        ("defect", "no_defect"),
        ("defective", "non_defective"),
        ("cracked", "non-cracked"),
        ("crack", "no crack"),
        ("CRACK", "NOT_CRACK"),
        ("crack", "crack-free"),
        ("cracks", "free of cracks"),
        ("crack", "background"),
        ("positive", "negative"),
        ("Positive (cracked)", "Negative (uncracked)"),
        ("Riss", "kein Riss"),
        ("rissig", "rissfrei"),
        ("Beschädigt", "Unbeschädigt"),
        ("fissure", "sans fissure"),
        ("fissuré", "non fissuré"),
        ("grieta", "sin grieta"),
        ("fessura", "senza fessura"),
        ("trinca", "sem trinca"),
        ("裂缝", "无裂缝"),
        ("ひび割れあり", "ひび割れなし"),
        ("1", "0"),
        ("yes", "no"),
        ("CD", "UD"),
    ],
)
def test_the_class_that_means_a_crack_is_known_whatever_the_order(cracked, sound):
    assert positive_class((cracked, sound)) == cracked
    assert positive_class((sound, cracked)) == cracked


@pytest.mark.parametrize(
    "classes",
    [("left", "right"), ("hairline crack", "wide crack"), ("cracked", "positive"), ("A", "intact")],
)
def test_two_classes_that_do_not_say_it_are_refused(classes):
    with pytest.raises(UsageError, match=r"means a crack.*--positive"):
        positive_class(classes)


def test_more_classes_have_no_positive_one():
    assert positive_class(("a", "b", "c")) is None
    assert positive_class(("crack", "spalling")) == "crack"


def test_the_positive_class_can_be_chosen():
    assert positive_class(("Negative", "Positive"), "Negative") == "Negative"
    assert positive_class(("left", "right"), "left") == "left"
    assert positive_class(("a", "b", "c"), "b") == "b"
    with pytest.raises(DataError, match="--positive 'Ris' is no class: did you mean 'Riss'"):
        positive_class(("Riss", "heil"), "Ris")


def test_classes_of_sdnet_match_those_of_metu():
    ours = match_classes(("CW", "UW"), ("Negative", "Positive"))
    assert ours == {"CW": "Positive", "UW": "Negative"}


def test_same_names_and_unknown_ones_are_left_alone():
    assert match_classes(("Positive", "rust"), ("Negative", "Positive")) == {}


def test_a_meaning_that_two_classes_of_the_model_share_is_not_guessed():
    theirs = ("hairline", "crack", "Riss", "sound")
    assert match_classes(("cracked", "uncracked"), theirs) == {"uncracked": "sound"}


def test_the_card_says_which_class_of_the_model_means_a_crack():
    assert match_classes(("CD", "UD"), ("left", "right"), "left") == {"CD": "left", "UD": "right"}
