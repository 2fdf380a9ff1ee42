"""Nobody meets half a file: not after a crash, not on a full disk, not while writing."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cracklens.errors import OutputError
from cracklens.files import (
    require_free,
    require_free_file,
    sha256_file,
    write_json,
    writing,
    writing_folder,
)


def test_a_file_appears_whole_and_its_folders_with_it(tmp_path):
    target = tmp_path / "new" / "deep" / "résultat 1.txt"
    with writing(target) as partial:
        partial.write_text("whole", encoding="utf-8")
        assert not target.exists()
        assert partial.parent == target.parent  # a rename within one file system is atomic
    assert target.read_text(encoding="utf-8") == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")
    with writing(target) as partial:
        partial.write_text("new", encoding="utf-8")
        assert target.read_text(encoding="utf-8") == "old"
    assert target.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("error", [RuntimeError("crash"), KeyboardInterrupt()])
def test_a_crash_keeps_the_old_file_and_leaves_no_other(tmp_path, error):
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")

    def write_half():
        with writing(target) as partial:
            partial.write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "sub" / "a.txt"
    with pytest.raises(OutputError, match=r"a\.txt cannot be written"), writing(target) as partial:
        partial.touch()
    with pytest.raises(OutputError, match="file is not a folder"):
        require_free(target, overwrite=False)
    with pytest.raises(OutputError, match="file is not a folder"):
        require_free_file(target, overwrite=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named_before_any_work(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    with pytest.raises(OutputError, match=r"no write permission in .*closed"):
        require_free(closed / "model", overwrite=False)
    closed.chmod(0o000)
    with pytest.raises(OutputError, match=r"Permission denied|no write permission"):
        require_free_file(closed / "a.csv", overwrite=False)


@pytest.mark.parametrize("given_", [".", "..", "/"])
def test_what_has_no_name_is_refused(tmp_path, monkeypatch, given_):
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    for attempt in (
        lambda p: require_free(p, overwrite=True),
        lambda p: writing_folder(p).__enter__(),
    ):
        with pytest.raises(OutputError):
            attempt(Path(given_))
    with pytest.raises(OutputError, match="name a file"), writing(Path(given_)):
        pytest.fail("not entered")


def test_a_name_that_is_too_long_is_refused(tmp_path):
    for refuse in (require_free, require_free_file):
        with pytest.raises(OutputError, match="too long"):
            refuse(tmp_path / ("x" * 300), overwrite=False)


def test_a_folder_or_a_device_is_no_file(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(OutputError, match=f"{name} is a folder or a device"):
            require_free_file(tmp_path / name, overwrite=True)
        with pytest.raises(OutputError, match="is a folder or a device"), writing(tmp_path / name):
            pytest.fail("not entered")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "pipe"]


def test_an_existing_file_needs_overwrite(tmp_path):
    target = tmp_path / "a.csv"
    require_free_file(target, overwrite=False)
    target.touch()
    with pytest.raises(OutputError, match=r"a\.csv exists: .*--overwrite"):
        require_free_file(target, overwrite=False)
    require_free_file(target, overwrite=True)


# What fills a disk: a limit on the size of a file gives EFBIG where a full disk gives ENOSPC, both
# from the same write() in the middle of the file. A process of its own, since the limit stays.
FULL = """
import resource, sys
from pathlib import Path
from cracklens.errors import OutputError
from cracklens.files import write_json, writing, writing_folder
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
target = Path(sys.argv[2])
try:
    if sys.argv[1] == "file":
        with writing(target) as partial:
            partial.write_bytes(bytes(10_000))
    elif sys.argv[1] == "json":
        write_json(target, ["x" * 10_000])
    else:
        with writing_folder(target) as folder:
            (folder / "small").write_bytes(b"fits")
            (folder / "large").write_bytes(bytes(10_000))
except OutputError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("kind", ["file", "json", "folder"])
def test_a_full_disk_is_named_and_loses_nothing(tmp_path, kind):
    target = tmp_path / "target"
    if kind == "folder":
        target.mkdir()
    else:
        target.write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FULL, kind, target], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"no space left while writing {target}: free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [target]
    if kind == "folder":
        assert list(target.iterdir()) == []
    else:
        assert target.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_way_of_being_full_gives_the_same_advice(tmp_path, error):
    target = tmp_path / "a.txt"
    with pytest.raises(OutputError, match="no space left"), writing(target):
        raise OSError(error, os.strerror(error))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aé漢", max_size=3), inner),
    max_leaves=8,
)


@given(json_values)
@settings(max_examples=40, deadline=None)
def test_json_survives_the_round_trip(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "round trip.json"
    write_json(path, value)
    assert json.loads(path.read_text(encoding="utf-8")) == value


def test_json_keeps_letters_readable_and_refuses_what_it_does_not_know(tmp_path):
    write_json(tmp_path / "a.json", {"Brücke": 1})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "Brücke" in text
    assert text.endswith("}\n")
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON compliant"):
            write_json(tmp_path / "a.json", {"loss": value})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == text


def test_a_file_name_that_is_not_utf_8_gets_into_valid_json(tmp_path):
    name = os.fsdecode(b"br\xfccke.jpg")
    write_json(tmp_path / "a.json", [name])
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == [name]


def test_hashing(tmp_path):
    data = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(data)
    assert sha256_file(tmp_path / "a") == hashlib.sha256(data).hexdigest()


def test_a_second_name_replaces_what_an_interruption_left(tmp_path):
    from cracklens.files import link_file

    (tmp_path / "a").write_text("whole", encoding="utf-8")
    link_file(tmp_path / "a", tmp_path / "below" / "b")
    link_file(tmp_path / "a", tmp_path / "below" / "b")
    assert (tmp_path / "below" / "b").read_text(encoding="utf-8") == "whole"
    (tmp_path / "c").write_text("other", encoding="utf-8")
    link_file(tmp_path / "c", tmp_path / "below" / "b")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "whole"
