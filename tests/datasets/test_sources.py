import hashlib
import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cracklens.datasets import sources
from cracklens.datasets.sources import Source, digest, known_source, load_source
from cracklens.errors import UsageError

FACTS = {
    "name": "walls",
    "title": "Walls",
    "version": "1",
    "doi": "10.1/2",
    "citation": "A. Author (2020)",
    "licence": "CC BY 4.0",
    "counts": {"a": 2},
    "distinct_files": 2,
    "size_px": [32, 32],
    "digest": "d" * 64,
}

_PUBLISHED = files("cracklens.datasets") / "published"
SHIPPED = sorted(
    f.name.removesuffix(".json")
    for f in (_PUBLISHED.iterdir() if _PUBLISHED.is_dir() else ())
    if f.name.endswith(".json")
)
HASH = st.binary(min_size=32, max_size=32).map(bytes.hex)
PAIRS = st.lists(st.tuples(st.sampled_from(["a", "b"]), HASH), min_size=1, max_size=20)


@pytest.fixture
def published(tmp_path, monkeypatch):
    """One published set of our own in place of those of the package."""
    folder = tmp_path / "package" / "published"
    folder.mkdir(parents=True)
    (folder / "walls.json").write_text(json.dumps(FACTS), encoding="utf-8")
    monkeypatch.setattr(sources, "files", lambda _: folder.parent)
    return folder


@given(pairs=PAIRS, data=st.data())
def test_digest_does_not_depend_on_order(pairs, data):
    assert digest(pairs) == digest(data.draw(st.permutations(pairs)))


@given(pairs=PAIRS, other=HASH)
def test_digest_sees_any_other_file_more_copies_and_other_classes(pairs, other):
    label, sha256 = pairs[0]
    changed = f"{int(sha256, 16) ^ 1:064x}"
    renamed = {"a": "b", "b": "a"}[label]
    others = [
        [(label, changed), *pairs[1:]],
        [*pairs, (label, other)],
        [(renamed, sha256), *pairs[1:]],
    ]
    assert digest(pairs) not in {digest(some) for some in others if sorted(some) != sorted(pairs)}


def test_digest_can_be_made_with_sha256sum_and_sort():
    lines = "a\t01\na\t02\nb\t00\n"
    assert (
        digest([("b", "00"), ("a", "02"), ("a", "01")])
        == hashlib.sha256(lines.encode()).hexdigest()
    )


@pytest.mark.usefixtures("published")
def test_a_published_set_is_found_by_name_and_by_digest():
    assert load_source("walls") == Source.model_validate(FACTS)
    assert known_source("d" * 64) == load_source("walls")
    assert known_source("e" * 64) is None


@pytest.mark.usefixtures("published")
def test_an_unknown_set_gets_a_hint():
    with pytest.raises(UsageError, match="no published data set 'wals': did you mean 'walls'"):
        load_source("wals")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_valid_and_complete(name):
    source = load_source(name)
    assert source.name == name
    assert len(bytes.fromhex(source.digest)) == 32
    assert source.citation
    assert source.licence
    assert 0 < source.distinct_files <= sum(source.counts.values())
    assert known_source(source.digest) == source


@pytest.mark.skipif("metu" not in SHIPPED, reason="metu.json is not in the package")
def test_metu_is_the_published_one():
    metu = load_source("metu")
    assert metu.counts == {"Negative": 20000, "Positive": 20000}
    assert metu.size_px == (227, 227)
