"""What people see: on standard error, whole paths, whatever letters they hold."""

import io
import json
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer
from rich.console import Console

from cracklens.cli import console
from cracklens.progress import SILENT, Progress

ODD = "photos [draft] [/old] :warning: \\"


def test_an_error_is_one_unbroken_line_on_standard_error(capsys):
    path = "/site/" + "long name " * 20 + ODD
    console.complain(f"{path} cannot be read")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"error: {path} cannot be read\n"


def test_json_is_one_object_on_standard_output_with_readable_letters(capsys):
    console.show_json({"path": Path("Brücke/1.jpg"), "share": 0.5})
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"path": "Brücke/1.jpg", "share": 0.5}
    assert "Brücke" in captured.out
    assert captured.err == ""


@pytest.mark.parametrize("count", [1, 10, 13])
def test_unreadable_pictures_are_listed_and_give_exit_code_3(capsys, count):
    reasons = {f"{i}": f"{ODD}/{i}.jpg: the file is empty" for i in range(count)}
    with pytest.raises(typer.Exit) as left:
        console.list_unreadable(reasons)
    assert left.value.exit_code == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines[0].startswith(f"{count} picture")
    assert lines[1 : 1 + min(count, 10)] == [f"  {r}" for r in list(reasons.values())[:10]]
    assert lines[11:] == (["  ... and 3 more (--json lists all)"] if count == 13 else [])


def test_nothing_unreadable_nothing_said(capsys):
    console.list_unreadable({})
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_progress_is_plain_lines(capsys, monkeypatch):
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr(console.time, "monotonic", lambda: float(next(seconds)))
    listener = console.listener(quiet=False)
    listener.say(f"cache {ODD}")
    with listener.step("features", 1200) as step:
        for _ in range(12):
            step.advance(100)
        step.note("loss 0.1")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "\x1b" not in captured.err
    lines = captured.err.splitlines()
    assert lines[0] == f"cache {ODD}"
    assert lines[-2] == "features: loss 0.1"
    assert lines[-1].startswith("features: 1,200 of 1,200 pictures, ")
    assert "left" not in lines[-1]
    between = [line for line in lines[1:-2] if "1,200 of" not in line]
    assert between
    assert all(" s left" in line and "/s" in line for line in between)
    assert len(between) <= 6  # a line every 10 seconds, not for every batch


def test_a_step_of_unknown_length_has_no_time_left(capsys):
    with console.listener(quiet=False).step("search", unit="files") as step:
        step.advance(3)
    line = capsys.readouterr().err
    assert line.startswith("search: 3 files")
    assert "left" not in line


def test_an_error_in_a_step_is_not_reported_as_done(capsys):
    with pytest.raises(ZeroDivisionError), console.listener(quiet=False).step("features", 3):
        raise ZeroDivisionError
    assert capsys.readouterr().err == ""


def test_quiet_says_nothing(capsys):
    for listener in (console.listener(quiet=True), SILENT, Progress()):
        listener.say("fact")
        with listener.step("features", 3) as step:
            step.advance()
            step.note("figure")
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_are_bars_and_odd_names_do_not_break_them():
    screen = io.StringIO()
    bars = console._Bars(Console(file=screen, force_terminal=True, width=200, color_system=None))
    bars.say(ODD)
    with bars.step("features", 1000) as step:
        step.advance(250)
        step.note(ODD)
        step.advance(750)
    shown = screen.getvalue()
    assert shown.count(ODD) == 2
    assert "1000/1000" in shown
    assert "features" in shown


def test_a_terminal_is_recognised(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with nullcontext(Terminal()) as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        assert isinstance(console.listener(quiet=False), console._Bars)
