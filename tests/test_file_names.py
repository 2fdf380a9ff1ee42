"""Names of files are compared exactly first, then in NFC, then without regard to case."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.errors import DataError
from cracklens.file_names import FileIndex, folded, pair_names


@given(st.text(max_size=30))
def test_both_unicode_forms_and_both_cases_are_one_name(name):
    for form in ("NFC", "NFD"):
        assert folded(unicodedata.normalize(form, name)) == folded(name)
    assert folded(name.casefold()) == folded(name)


@given(st.sets(st.text("aAbB", min_size=1, max_size=3), min_size=1))
def test_what_is_written_exactly_is_found_alone(names):
    index = FileIndex(Path(name) for name in names)
    for name in names:
        assert index.find(name) == [Path(name)]


@given(st.sets(st.text("aAbB", min_size=1, max_size=3)))
def test_equal_names_pair_with_themselves(names):
    assert pair_names(names, names) == {name: name for name in names}


def test_a_name_that_fits_two_is_refused_with_both():
    with pytest.raises(DataError, match=r"Aa and aA differ in case alone.*AA belongs to"):
        pair_names(["AA", "b"], ["b", "aA", "Aa"])
    with pytest.raises(DataError, match=r"Aa and aA differ in case alone.*AA belongs to"):
        pair_names(["aA", "Aa"], ["AA"])
