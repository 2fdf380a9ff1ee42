"""Numbers as people type them: read where they are sure, refused where they may be two."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.number_text import (
    AmbiguousNumberError,
    decimal_mark,
    split_numbers,
    with_decimal_point,
)


@given(st.decimals(-1000, 1000, allow_nan=False, places=2))
def test_a_decimal_comma_means_what_the_point_means(value):
    assert float(with_decimal_point(str(value).replace(".", ","))) == float(value)


@pytest.mark.slow
@given(st.integers(1_000_000, 10**12), st.sampled_from([",", ".", " ", "\u202f", "'"]))
def test_groups_of_thousands_are_read_where_nothing_else_can_be_meant(value, mark):
    assert float(with_decimal_point(f"{value:,}".replace(",", mark))) == value


@pytest.mark.parametrize("text", ["abc", "", "1,2,3", "1,23,456", "nan", "50mm", "1.2.3", "--1"])
def test_what_is_no_number_stays_as_it_is(text):
    assert with_decimal_point(text) == text


@given(st.integers(1, 999), st.integers(0, 999))
def test_one_group_behind_a_comma_is_refused_with_both_readings(whole, part):
    text = f"{whole},{part:03d}"
    with pytest.raises(AmbiguousNumberError, match=re.escape(f"or {whole}{part:03d}")):
        with_decimal_point(text)
    assert float(with_decimal_point(text, ",")) == whole + part / 1000
    for beside in (".", "?"):
        with pytest.raises(AmbiguousNumberError):
            with_decimal_point(text, beside)


def test_the_mark_of_many_numbers():
    assert decimal_mark([]) is None
    assert decimal_mark(["0.5", "1.250"]) == "."
    assert decimal_mark(["0,5", "0.5"]) == "?"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1,0.5", ["1", "0.5"]),
        ("0.5, 0.25", ["0.5", "0.25"]),
        ("1;0,5", ["1", "0.5"]),
        ("0,5; 1,250", ["0.5", "1.250"]),
        ("1, 2", ["1", "2"]),
        ("4,2,1", ["4", "2", "1"]),
        ("", []),
    ],
)
def test_lists(text, parts):
    assert split_numbers(text) == parts


@pytest.mark.parametrize("text", ["1,5", "1,2", "0,5,0,25"])
def test_a_list_that_may_be_decimal_numbers_is_refused(text):
    with pytest.raises(AmbiguousNumberError, match="or the list"):
        split_numbers(text)
