"""Which photographs are meant, each once, and none that is a result."""

import os
from pathlib import Path

import pytest

from cracklens.errors import UsageError
from cracklens.inspection.inputs import find_inputs


@pytest.fixture
def site(tmp_path):
    for name in ("north/a.jpg", "south/a.jpg", "b.png", "film.mp4", "notes.txt"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not read here")
    return tmp_path / "site"


def names(inputs):
    return [inputs.name(index) for index in range(len(inputs.paths))]


def test_paths_are_relative_to_what_all_lie_in(site):
    inputs = find_inputs([site], None)
    assert inputs.root == site
    assert names(inputs) == ["b.png", "north/a.jpg", "south/a.jpg"]
    assert names(find_inputs([site / "north"], None)) == ["a.jpg"]
    assert names(find_inputs([site / "north", site / "south" / "a.jpg"], None)) == [
        "north/a.jpg",
        "south/a.jpg",
    ]


def test_relative_names_mean_the_same(site, monkeypatch):
    monkeypatch.chdir(site)
    inputs = find_inputs(["north", "south/../b.png"], None)
    assert inputs.root == site
    assert names(inputs) == ["north/a.jpg", "b.png"]


def test_each_file_counts_once(site, monkeypatch):
    monkeypatch.chdir(site)
    (site / "link.jpg").symlink_to(site / "north" / "a.jpg")
    inputs = find_inputs(["b.png", "./b.png", site / "b.png", "north", "link.jpg", "*.png"], None)
    assert names(inputs) == ["b.png", "north/a.jpg"]


def test_names_of_overlays_never_collide(site):
    inputs = find_inputs([site / "north", site / "south"], None)
    assert [inputs.overlay(index) for index in range(2)] == [
        "overlays/P001-a.png",
        "overlays/P002-a.png",
    ]


@pytest.mark.parametrize("stem", ["a b#c?%", "x" * 200, "ß" * 120, "a..b", "日本"])
def test_names_of_overlays_are_short_and_safe_in_links(tmp_path, stem):
    (tmp_path / f"{stem}.jpg").touch()
    overlay = find_inputs([tmp_path], None).overlay(0)
    assert len(overlay.removeprefix("overlays/").encode()) <= 255
    assert not set(overlay) & set(" #?%\\\"'<>&")
    assert overlay.count("/") == 1


def test_ids_are_as_wide_as_the_last_one(tmp_path):
    for index in range(1001):
        (tmp_path / f"{index:04}.jpg").touch()
    inputs = find_inputs([tmp_path], None)
    assert (inputs.identifier(0), inputs.identifier(1000)) == ("P0001", "P1001")


def test_a_name_that_is_not_utf_8_can_be_written_down(tmp_path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/br\xfccke.jpg")).touch()
    except OSError:
        pytest.skip("this file system keeps to UTF-8")
    inputs = find_inputs([tmp_path], None)
    assert names(inputs) == [r"br\xfccke.jpg"]
    inputs.overlay(0).encode()


def test_the_output_is_no_input(site):
    out = site / "out"
    (out / "overlays").mkdir(parents=True)
    (out / "overlays" / "P001-a.png").touch()
    assert len(find_inputs([site], None).paths) == 4
    inside = find_inputs([site], out)
    assert (len(inside.paths), inside.results) == (3, 1)
    with pytest.raises(UsageError, match="lie in the output"):
        find_inputs([out / "overlays" / "P001-a.png"], out)


def test_other_inspections_are_no_input_unless_named(site, inspection):
    inspection.save(site / "earlier")
    overlay = site / "earlier" / "overlays" / "P001-a.png"
    overlay.parent.mkdir()
    overlay.touch()
    found = find_inputs([site], None)
    assert (len(found.paths), found.results) == (3, 1)
    found = find_inputs([site, overlay], None)
    assert (len(found.paths), found.results) == (4, 0)
    found = find_inputs([f"{site}/**/*.p*ng", f"{site}/earlier/*.json"], None)
    assert (names(found), found.results) == (["b.png"], 2)
    with pytest.raises(UsageError, match="another inspection"):
        find_inputs([overlay.parent], None)


def test_photographs_beside_and_below_a_record_are_inspected(site, inspection):
    inspection.save(site)
    for name in (
        "overlays/P001-a.png",  # the only one that an inspection wrote
        "overlays/deck.png",
        "overlays/deep/P001-a.png",
        "P001-a.png",
        "tables/plan.jpg",
    ):
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).touch()
    found = find_inputs([site], None)
    assert len(found.paths) == 3 + 4
    assert found.results == 1
    assert site / "overlays" / "P001-a.png" not in found.paths
    assert names(find_inputs([site / "north"], None)) == ["a.jpg"]


def test_nothing_found_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        find_inputs([tmp_path / "absent.jpg"], None)


@pytest.mark.parametrize(
    ("given", "said"), [([], "no photographs were named"), ([""], "names of photographs is empty")]
)
def test_no_names_and_empty_names_are_said(given, said, site, monkeypatch):
    monkeypatch.chdir(site)  # which the empty name must not stand for
    with pytest.raises(UsageError, match=said):
        find_inputs(given, None)


def test_raw_files_and_videos_are_told_and_named_ones_are_tried(site):
    for name in (
        "north/A.NEF",  # a.jpg
        "south/b.dng",  # b.png lies elsewhere
        "c.CR3",
        "c.heic",
        "d.arw",
        "d.TIF",
    ):
        (site / name).touch()
    found = find_inputs([site], None)
    assert {name for name in names(found) if "." in name} == {
        "b.png", "c.heic", "d.TIF", "north/a.jpg", "south/a.jpg",
    }  # fmt: skip
    assert found.raws == 3
    assert found.left_out() == [
        "left out: 3 raw files, each with its picture beside it",
        "left out: 1 file (.mp4): a video, not a picture: save stills from it first",
        "left out: 1 file (.dng): raw file: export as JPEG or TIFF first",
    ]
    named = find_inputs([site / "north", site / "north" / "A.NEF"], None)
    assert (names(named), named.raws) == (["a.jpg", "A.NEF"], 0)
    assert names(find_inputs([f"{site}/north/*.NEF"], None)) == ["A.NEF"]
