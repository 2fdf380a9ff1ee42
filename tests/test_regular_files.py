"""Only regular files are read: a named pipe, a device or a socket ends in a message, not a wait."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cracklens import Inspection
from cracklens.api.camera import read_true_widths
from cracklens.datasets import load_dataset
from cracklens.errors import CracklensError, PhotoError
from cracklens.files import is_inspection, open_regular, read_bytes, read_text, sha256_file
from cracklens.measurement.target.result import CameraCheck
from cracklens.models import read_model_folder
from cracklens.photos import read_photo
from cracklens.photos.decode import peek_pixels
from cracklens.photos.metadata import read_metadata
from cracklens.photos.scale.geotiff import scale_from_transform
from cracklens.photos.scale.table import read_scale_table
from cracklens.photos.stream import run_ahead
from cracklens.settings_file import read_settings

pytestmark = [
    pytest.mark.timeout(20),
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system"),
]


@pytest.fixture(params=["pipe", "link to a pipe", "link to a device", "socket"])
def irregular(tmp_path, request):
    path = tmp_path / "a.jpg"
    if request.param == "link to a device":
        path.symlink_to("/dev/zero")
        yield path
        return
    if request.param == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            before = Path.cwd()
            os.chdir(tmp_path)  # names of sockets are short
            made.bind("a.jpg")
            os.chdir(before)
            yield path
        return
    pipe = path if request.param == "pipe" else tmp_path / "pipe"
    os.mkfifo(pipe)
    if pipe != path:
        path.symlink_to(pipe)
    yield path


def test_a_reader_refuses_what_is_no_regular_file(irregular):
    for read in (open_regular, read_bytes, read_text, sha256_file):
        with pytest.raises(OSError, match="only regular files are read"):
            read(irregular)


def test_a_photograph_says_why(irregular):
    with pytest.raises(PhotoError, match=r"it is a (named pipe|device|socket)"):
        read_photo(irregular)
    assert peek_pixels(irregular) == 0
    assert read_metadata(irregular).width_px == 0
    assert scale_from_transform(irregular) is None


@pytest.mark.parametrize(
    "read",
    [
        lambda path: read_scale_table(path, []),
        read_true_widths,
        CameraCheck.load,
        lambda path: read_settings(path, "a: 1"),
    ],
)
def test_tables_and_configurations(tmp_path, read):
    path = tmp_path / "given"
    os.mkfifo(path)
    with pytest.raises(CracklensError, match="named pipe"):
        read(path)


def test_records_models_and_data_sets(tmp_path):
    os.mkfifo(tmp_path / "inspection.json")
    os.mkfifo(tmp_path / "card.json")
    os.mkfifo(tmp_path / "labels.csv")
    with pytest.raises(CracklensError):
        Inspection.load(tmp_path)
    with pytest.raises(CracklensError):
        read_model_folder(tmp_path)
    with pytest.raises(CracklensError):
        load_dataset(tmp_path)
    assert not is_inspection(tmp_path)


def test_what_is_read_is_what_was_written(tmp_path):
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa\r\nb\n")
    assert read_text(tmp_path / "a", "utf-8-sig") == "a\nb\n"
    assert read_bytes(tmp_path / "a") == b"\xef\xbb\xbfa\r\nb\n"
    with pytest.raises(IsADirectoryError):
        read_bytes(tmp_path)


def test_a_read_that_never_returns_does_not_hold_up_an_interrupt(monkeypatch):
    monkeypatch.setattr("cracklens.photos.stream._PATIENCE_S", 0.1)
    never = threading.Event()
    stream = run_ahead([0, 1, 2], lambda item: item if item == 0 else never.wait(), workers=2)
    assert next(stream) == 0
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        stream.throw(KeyboardInterrupt)
    assert time.monotonic() - began < 1
    never.set()


@pytest.mark.slow
def test_a_program_with_a_read_that_never_returns_ends_at_ctrl_c():
    program = (
        "import signal, threading\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # shells ignore it behind "&"
        "from cracklens.photos.stream import run_ahead\n"
        "print('ready', flush=True)\n"
        "list(run_ahead([1, 2], lambda _: threading.Event().wait(), workers=2))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline() == "ready\n"
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        _, complaint = running.communicate(timeout=15)
    assert "KeyboardInterrupt" in complaint
