"""From what a person names to a list of files, in a stable order."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import UsageError
from cracklens.photos import find_photos
from cracklens.photos.find import SUFFIXES, LeftOut, walk
from cracklens.photos.unsupported import ADVICE, VIDEOS


@pytest.fixture
def site(tmp_path):
    """A folder as a camera and a file manager leave it."""
    for name in (
        "b.jpg", "a.JPG", "c.png", "notes.txt", "Thumbs.db", ".hidden.jpg", "deck/2.tif",
        "deck/10.jpeg", "deck/.trash/x.jpg", ".git/y.png", "pier 1/ä ö.jpg", "pier 1/deep/z.webp",
    ):  # fmt: skip
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path / "site"


def names(found, site):
    return [path.relative_to(site).as_posix() for path in found]


EVERYTHING = [
    "a.JPG", "b.jpg", "c.png", "deck/10.jpeg", "deck/2.tif", "pier 1/ä ö.jpg", "pier 1/deep/z.webp",
]  # fmt: skip


def test_a_folder_is_searched_to_the_bottom_without_what_is_hidden_or_no_picture(site):
    assert names(find_photos([site]), site) == EVERYTHING


def test_the_order_does_not_depend_on_the_file_system(site, monkeypatch):
    scandir = os.scandir

    class Backwards:
        def __init__(self, path):
            with scandir(path) as entries:
                self.entries = iter(sorted(entries, key=lambda e: e.name, reverse=True))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def __iter__(self):
            return self

        def __next__(self):
            return next(self.entries)

        def close(self):
            pass

    monkeypatch.setattr(os, "scandir", Backwards)
    assert names(find_photos([site]), site) == EVERYTHING


def test_a_file_named_outright_is_taken_whatever_its_name(site):
    wanted = [site / "notes.txt", site / ".hidden.jpg"]
    assert find_photos(wanted) == wanted


def test_inputs_keep_their_order_and_each_file_comes_once(site):
    found = find_photos([site / "c.png", site / "deck", site, str(site / "*.png")])
    assert names(found[:3], site) == ["c.png", "deck/10.jpeg", "deck/2.tif"]
    assert sorted(names(found, site)) == sorted(EVERYTHING)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["b.jpg"]),
        ("**/*.jp*g", ["b.jpg", "deck/10.jpeg", "pier 1/ä ö.jpg"]),
        ("deck/?.tif", ["deck/2.tif"]),
        ("[bc].*", ["b.jpg", "c.png"]),
        ("pier*", ["pier 1/ä ö.jpg", "pier 1/deep/z.webp"]),
    ],
)
def test_patterns(site, pattern, expected):
    assert names(find_photos([f"{site}/{pattern}"]), site) == expected


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern(tmp_path):
    (tmp_path / "crack [1].jpg").touch()
    (tmp_path / "crack 1.jpg").touch()
    assert find_photos([tmp_path / "crack [1].jpg"]) == [tmp_path / "crack [1].jpg"]


def test_links_are_followed_and_circles_are_walked_once(site):
    (site / "deck" / "up").symlink_to(site, target_is_directory=True)
    (site / "deck" / "self").symlink_to(site / "deck", target_is_directory=True)
    (site / "broken").symlink_to(site / "absent", target_is_directory=True)
    other = site.with_name("other")
    other.mkdir()
    (other / "far.jpg").touch()
    (site / "link").symlink_to(other, target_is_directory=True)
    found = names(find_photos([site]), site)
    assert sorted(found) == sorted([*EVERYTHING, "link/far.jpg"])


def test_a_link_that_leads_to_itself_is_refused_by_name_and_listed_in_a_folder(site):
    circle = site / "circle.jpg"
    circle.symlink_to(circle)
    with pytest.raises(UsageError, match=r"circle\.jpg"):
        find_photos([circle])
    assert circle in find_photos([site])  # read_photo says what is wrong with it


def test_what_names_nothing_is_refused_with_its_name(site):
    (site / "empty").mkdir()
    for given_, said in [
        (site / "absent.jpg", r"absent\.jpg does not exist"),
        (site / "B.JPG", r"B\.JPG does not exist: did you mean .*b\.jpg\?"),
        (f"{site}/*.bmp", r"the pattern .*\*\.bmp' matches nothing"),
        (f"{site}/em*", r"the pattern .*em\*' matches nothing"),
        (site / "empty", "empty holds no pictures"),
        (site / ("x" * 300), "too long"),
    ]:
        with pytest.raises(UsageError, match=said):
            find_photos([site / "b.jpg", given_])


@given(st.sets(st.text("ab/", min_size=1, max_size=8).map(lambda s: s.strip("/")), max_size=12))
@settings(max_examples=40, deadline=None)
def test_walking_finds_every_picture_once(tmp_path_factory, stems):
    root = tmp_path_factory.mktemp("tree")
    made = set()
    for stem in stems:
        if stem:
            file = root / f"{stem}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            made.add(file)
    found = walk(root)
    assert len(found) == len(set(found))
    assert set(found) == made


def test_a_caller_says_what_counts_inside_a_folder(tmp_path):
    for name in ("a.jpg", "film.MP4", "notes.txt"):
        (tmp_path / name).touch()
    assert names(find_photos([tmp_path]), tmp_path) == ["a.jpg"]
    found = find_photos([tmp_path], suffixes=SUFFIXES | VIDEOS)
    assert names(found, tmp_path) == ["a.jpg", "film.MP4"]


@pytest.fixture
def closed(monkeypatch):
    """Folders of a card or a disk that the system keeps to itself; root may enter any."""
    scandir = os.scandir

    def refuse(path):
        if Path(path).name in {"System Volume Information", "lost+found"}:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)


def test_a_folder_that_cannot_be_entered_is_told_and_the_others_are_searched(site, closed):
    for name in ("System Volume Information", "deck/lost+found"):
        (site / name).mkdir()
    left_out = LeftOut()
    assert names(find_photos([site], left_out=left_out), site) == EVERYTHING
    assert names(find_photos([f"{site}/*"]), site)[-1] == EVERYTHING[-1]
    assert sorted(names(left_out.folders, site)) == ["System Volume Information", "deck/lost+found"]
    assert all("cannot be read (Permission denied)" in line for line in left_out.lines())
    with pytest.raises(UsageError, match=r"lost.found cannot be read"):
        find_photos([site / "deck" / "lost+found"])
    with pytest.raises(UsageError, match="cannot be read"):
        walk(site)  # of labelled pictures, none may be missing


def test_files_of_other_kinds_are_told_once_for_each_kind_with_what_to_do(site):
    for suffix in ADVICE:
        (site / f"x{suffix}").touch()
    (site / "deck" / "y.MP4").touch()
    left_out = LeftOut()
    assert names(find_photos([site], left_out=left_out), site) == EVERYTHING
    told = left_out.lines()
    assert len(told) == len(set(ADVICE.values()))
    for suffix, advice in ADVICE.items():
        assert [suffix in line for line in told if advice in line] == [True]
    assert sum("a video" in line for line in told) == 1
    assert any(line.startswith("left out: 1 file (.jxl): JPEG XL") for line in told)


def test_a_folder_of_nothing_else_says_what_there_is(tmp_path):
    (tmp_path / "film.mp4").touch()
    with pytest.raises(UsageError, match=r"holds no pictures.*1 file \(\.mp4\): a video"):
        find_photos([tmp_path])
