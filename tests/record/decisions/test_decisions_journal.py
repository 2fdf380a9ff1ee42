"""The journal: what was acknowledged stays, and a change of history shows."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cracklens.errors import DataError, OutputError, UsageError
from cracklens.record.decisions.journal import JOURNAL, ConflictError, Journal
from cracklens.record.decisions.model import (
    Accept,
    Comment,
    Gauge,
    Reject,
    Scale,
    Undo,
    line_of,
    make_decision,
    read_decision,
)

SHA = "a" * 64
FINDING = "c" * 64


def remark(text, before=(), **more):
    last = before[-1] if before else None
    return make_decision(
        Comment(text=text), who="A. Müller", photograph=SHA, finding=FINDING, previous=last, **more
    )


def add(journal, text):
    return journal.append(lambda before: remark(text, before))


@pytest.fixture
def journal(tmp_path):
    found = Journal(tmp_path)
    for number in range(5):
        add(found, f"remark {number}")
    return found


def test_decisions_are_read_in_their_order(journal):
    assert [one.payload["text"] for one in journal.read()] == [f"remark {n}" for n in range(5)]
    assert [one.number for one in journal.read()] == [1, 2, 3, 4, 5]
    assert journal.read()[0].previous == ""
    assert journal.read()[3].previous == journal.read()[2].sha256
    assert "A. Müller" in journal.file.read_text(encoding="utf-8")


def test_without_a_file_there_is_no_decision(tmp_path):
    assert Journal(tmp_path).read() == []
    assert not (tmp_path / JOURNAL).exists()


def test_another_person_who_decided_in_between_is_seen(journal):
    with pytest.raises(ConflictError, match="somebody else") as raised:
        journal.append(lambda before: remark("late", before), expected=4)
    assert raised.value.last == 5
    assert len(journal.read()) == 5
    assert journal.append(lambda before: remark("now", before), expected=5).number == 6


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_changed_byte_shows(journal, data):
    whole = journal.file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    journal.file.write_bytes(whole[:at] + bytes([other]) + whole[at + 1 :])
    try:
        found = journal.read()
    except DataError:
        return
    finally:
        journal.file.write_bytes(whole)
    assert len(found) == 4  # the last line has lost its end: it is not a decision
    assert at == len(whole) - 1


@pytest.mark.parametrize("change", ["drop", "swap", "double"])
def test_a_removed_a_swapped_and_a_doubled_line_show(journal, change):
    lines = journal.file.read_text(encoding="utf-8").splitlines(keepends=True)
    if change == "drop":
        del lines[2]
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        lines.insert(2, lines[2])
    journal.file.write_text("".join(lines), encoding="utf-8")
    number = {"drop": 3, "swap": 2, "double": 4}[change]
    with pytest.raises(DataError, match=f"changed at decision {number}"):
        journal.read()
    with pytest.raises(DataError):
        add(journal, "more")


def test_what_a_killed_process_left_of_a_line_is_no_decision(journal):
    whole = journal.file.read_bytes()
    journal.file.write_bytes(whole + b'{"number":6,"who":"A')
    assert len(journal.read()) == 5
    assert add(journal, "after").number == 6
    assert len(journal.read()) == 6
    assert journal.file.read_bytes().startswith(whole)


def test_a_full_disk_leaves_nothing_and_says_so(journal, monkeypatch):
    whole = journal.file.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="no space left"):
            add(journal, "lost")
    assert journal.file.read_bytes() == whole
    assert add(journal, "kept").number == 6


KILLS = 40
KILLED = f"""
import json, os, random, signal, sys, time
from pathlib import Path
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import Comment, make_decision

def step(before):
    last = before[-1] if before else None
    return make_decision(Comment(text="x" * 3000), who="w", photograph="a" * 64, previous=last)

def write(journal, to):
    try:
        while True:
            os.write(to, b"%d\\n" % journal.append(step).number)
    finally:
        os._exit(1)

journal, chance = Journal(Path(sys.argv[1])), random.Random(5)
result = dict(kills=0, lost=0, torn=0)
for _ in range({KILLS}):
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        write(journal, writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        last = int(said.readline())
        time.sleep(chance.uniform(0, 0.02))
        os.kill(process, signal.SIGKILL)
        result["kills"] += os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
        last = max([last, *map(int, said.read().split())])
    found = journal.read()
    result["lost"] += found[-1].number < last
    result["torn"] += any(one.payload["text"] != "x" * 3000 for one in found)
print(json.dumps(result))
"""

FILLED = """
import resource, signal, sys
from pathlib import Path
from cracklens.errors import OutputError
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import Comment, make_decision

def step(before):
    last = before[-1] if before else None
    return make_decision(Comment(text="x" * 300), who="w", photograph="a" * 64, previous=last)

journal = Journal(Path(sys.argv[1]))
journal.append(step)
room = journal.file.stat().st_size + 100  # a part of the next line
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
try:
    journal.append(step)
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of the size of files")
def test_a_disk_that_takes_a_part_of_a_line_is_full(tmp_path):
    command = [sys.executable, "-c", FILLED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "no space left" in done.stdout
    assert len(Journal(tmp_path).read()) == 1
    assert Journal(tmp_path).file.read_bytes().count(b"\n") == 1
    assert Journal(tmp_path).file.read_bytes().endswith(b"\n")
    assert add(Journal(tmp_path), "after").number == 2


WRITER = """
import sys
from pathlib import Path
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import Comment, make_decision

def step(before):
    return make_decision(
        Comment(text="x" * 3000), who="w", photograph="a" * 64, finding="c" * 64,
        previous=before[-1] if before else None,
    )

journal = Journal(Path(sys.argv[1]))
for _ in range(6):
    print(journal.append(step).number, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"kills": KILLS, "lost": 0, "torn": 0}
    assert len(Journal(tmp_path).read()) >= KILLS


def test_many_who_decide_at_once_wait_for_each_other(tmp_path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert [one.number for one in Journal(tmp_path).read()] == list(range(1, 19))


def test_a_clock_that_went_back_stands_still():
    now = datetime.now(UTC)
    first = remark("now", when=now)
    second = remark("earlier", [first], when=now - timedelta(hours=3))
    assert second.when == first.when
    assert remark("later", [second], when=now + timedelta(hours=1)).when > now


def test_a_line_is_the_same_after_reading(journal):
    for line in journal.file.read_text(encoding="utf-8").splitlines():
        assert line_of(read_decision(line)) == line
        assert list(json.loads(line)) == sorted(json.loads(line))


@pytest.mark.parametrize(
    ("action", "finding", "said"),
    [
        (Accept(), None, "about a finding"),
        (Reject(what="cheese"), FINDING, "is none of"),
        (Reject(what="other"), FINDING, "needs a reason"),
        (Scale(), None, "two points and their distance"),
        (Scale(points=((1, 1), (1, 1)), distance_mm=5), None, "the same"),
        (Gauge(width_mm=0.3, standard_mm=0.05), None, "about a finding"),
        (Undo(number=1), None, "no decision 1 to undo"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(action, finding, said):
    with pytest.raises(UsageError, match=said):
        make_decision(action, who="A", photograph=SHA, finding=finding)


def test_a_decision_without_a_name_is_refused():
    with pytest.raises(UsageError, match="who"):
        make_decision(Accept(), who="  ", photograph=SHA, finding=FINDING)
