"""Runs over many photographs: nothing is lost, done twice, or ended by a bad one."""

import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cracklens.errors import ModelError, OutputError, PhotoError
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.run import BYTES_AHEAD, run_inspection
from cracklens.inspection.store import Store, open_store, require_place
from cracklens.inspection.timings import STEPS
from cracklens.verification.find import Finder

FINDER = Finder()
RUN = {"cracklens_version": "0.1.0", "settings": {"least_length_px": 30}, "root": "/x"}


@pytest.fixture
def site(tmp_path, draw):
    for index in range(6):
        draw(tmp_path / "site" / f"{index}.png", shift=5 * index)
    (tmp_path / "site" / "3.png").write_bytes(b"broken")
    return tmp_path / "site"


@pytest.fixture
def inputs(site):
    return find_inputs([site], None)


def open_in(output, **more):
    names = {"photographs": [f"{index}.png" for index in range(6)]}
    return open_store(output, RUN | names | more, resume=True, overwrite=False)


def test_each_photograph_is_inspected_and_a_bad_one_is_listed(inputs, dark):
    outcome = run_inspection(inputs, dark, FINDER)
    assert [record.path for record in outcome.records] == [
        "0.png",
        "1.png",
        "2.png",
        "4.png",
        "5.png",
    ]
    assert [record.id for record in outcome.records] == ["P001", "P002", "P003", "P005", "P006"]
    (failed,) = outcome.failed
    assert failed.path == "3.png"
    assert "not a picture" in failed.reason
    for index, record in zip((0, 1, 2, 4, 5), outcome.records, strict=True):
        (crack,) = record.cracks
        assert crack.length_px == pytest.approx(175, abs=6)  # of the polyline that was drawn
        assert crack.mean_width_px == pytest.approx(4, abs=1.2)  # 3 px across, 4.2 diagonally
        x, y, width, height = crack.box_px
        assert (x, y) == pytest.approx((20, 30 + 5 * index), abs=5)
        assert (width, height) == pytest.approx((151, 51), abs=8)
    assert all(set(seconds) == set(STEPS) for seconds in outcome.seconds)


def test_the_result_does_not_depend_on_the_threads(inputs, dark):
    one = run_inspection(inputs, dark, FINDER, workers=1)
    many = run_inspection(inputs, dark, FINDER, workers=8)
    assert (one.records, one.failed) == (many.records, many.failed)


def test_strict_stops_at_the_bad_one(inputs, dark):
    with pytest.raises(PhotoError, match=r"3\.png"):
        run_inspection(inputs, dark, FINDER, strict=True)


@pytest.mark.parametrize("step", ["detect", "trace"])
def test_what_nobody_foresaw_costs_one_photograph(inputs, dark, step, monkeypatch):
    seen = iter(range(100))

    def fail_at_the_second(real):
        def work(*arguments):
            if next(seen) == 1:
                raise ValueError("a fault of ours")
            return real(*arguments)

        return work

    finder = FINDER
    if step == "detect":
        monkeypatch.setattr(dark, "detect", fail_at_the_second(dark.detect))
    else:
        finder = fail_at_the_second(FINDER)
    outcome = run_inspection(inputs, dark, finder)
    assert [failed.path for failed in outcome.failed] == ["1.png", "3.png"]
    assert "ValueError: a fault of ours" in outcome.failed[0].reason
    assert len(outcome.records) == 4


def test_a_model_that_does_not_work_ends_the_run(inputs, dark, monkeypatch):
    def detect(*_):
        raise ModelError("no such network")

    monkeypatch.setattr(dark, "detect", detect)
    with pytest.raises(ModelError):
        run_inspection(inputs, dark, FINDER)


@pytest.mark.parametrize("stop_at", range(6))
def test_a_run_that_was_stopped_goes_on_and_finds_the_same(inputs, dark, tmp_path, stop_at):
    whole = run_inspection(inputs, dark, FINDER, overlays=True)
    seen = []

    def stop(photo, record):
        del photo
        if len(seen) == stop_at:
            raise KeyboardInterrupt
        seen.append(record.id)

    store = open_in(tmp_path / "out")
    try:
        run_inspection(inputs, dark, FINDER, overlays=True, store=store, on_photo=stop)
    except KeyboardInterrupt:
        assert stop_at < 5
    before = dark.calls
    again = run_inspection(inputs, dark, FINDER, overlays=True, store=open_in(tmp_path / "out"))
    assert dark.calls - before == 5 - len(seen)
    assert again.kept == len(seen)
    assert (again.records, again.failed) == (whole.records, whole.failed)
    assert len(again.seconds) == 5


def test_a_photograph_that_changed_meanwhile_is_done_again(inputs, dark, site, draw, tmp_path):
    run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    draw(site / "0.png", shift=33)
    os.utime(site / "1.png", ns=(1, 1))
    (site / "2.png").unlink()
    draw(site / "3.png")
    again = run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    assert again.kept == 2
    assert [failed.path for failed in again.failed] == ["2.png"]
    assert again.records == run_inspection(inputs, dark, FINDER).records


def test_many_photographs_are_never_in_memory_together(tmp_path, dark, monkeypatch):
    from cracklens.inspection import inputs as reading
    from cracklens.inspection import run

    for index in range(8):
        Image.new("RGB", (400, 100), (index, 0, 0)).save(tmp_path / f"{index}.png")
    monkeypatch.setattr(run, "BYTES_AHEAD", 3 * 400 * 100 * 3)
    alive, most, lock = 0, 0, threading.Lock()
    real = reading.read_photo

    def read(*arguments, **more):
        nonlocal alive, most
        with lock:
            alive += 1
            most = max(most, alive)
        return real(*arguments, **more)

    def done(photo, record):
        nonlocal alive
        with lock:
            alive -= 1

    monkeypatch.setattr(reading, "read_photo", read)
    run_inspection(find_inputs([tmp_path], None), dark, FINDER, workers=8, on_photo=done)
    assert most <= 5  # three by the budget, one that is traced, one that was just handed over
    assert BYTES_AHEAD < 4 * 36_000_000


def test_other_settings_or_photographs_are_refused(tmp_path):
    open_in(tmp_path / "out")
    with pytest.raises(OutputError, match=r"least_length_px was 30, now 50"):
        open_in(tmp_path / "out", settings={"least_length_px": 50})
    with pytest.raises(OutputError, match=r"1 are new, 2 are gone"):
        open_in(tmp_path / "out", photographs=["0.png", "1.png", "2.png", "3.png", "new.png"])


def test_an_unfinished_run_is_named_with_the_way_on(inputs, dark, tmp_path):
    out = tmp_path / "out"
    run_inspection(inputs, dark, FINDER, store=open_in(out))
    with pytest.raises(
        OutputError, match=r"5 of 6 photographs done\): add --resume .* --overwrite"
    ):
        require_place(out, resume=False, overwrite=False)
    require_place(out, resume=True, overwrite=False)
    require_place(out, resume=False, overwrite=True)
    store = open_store(out, RUN | {"photographs": ["other"]}, resume=False, overwrite=True)
    assert store.get("P001") is None


def test_the_old_result_stays_until_the_new_one_is_whole(tmp_path, saved):
    before = (saved / "inspection.json").read_bytes()
    store = open_store(saved, RUN | {"photographs": []}, resume=False, overwrite=True)

    def fail(folder):
        (folder / "report.html").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.publish(fail)
    assert (saved / "inspection.json").read_bytes() == before
    assert (saved / "overlays" / "P001-a.png").exists()
    store.publish(lambda folder: (folder / "inspection.json").write_text("new"))
    assert sorted(path.name for path in saved.iterdir()) == ["inspection.json", "report.html"]


@pytest.mark.parametrize("stop_at", range(9))
def test_moving_that_was_interrupted_is_completed(saved, monkeypatch, stop_at):
    """Stop before each step that changes the disk, also between the old result and the new."""
    store = open_store(saved, RUN | {"photographs": []}, resume=False, overwrite=True)
    steps = []

    def make(folder):
        for name in ("report.html", "timings.json", "inspection.json"):
            (folder / name).write_text(f"new {name}")

    def stopping(real):
        def step(path, *arguments, **more):
            if len(steps) == stop_at:
                raise KeyboardInterrupt
            steps.append(path)
            return real(path, *arguments, **more)

        return step

    with monkeypatch.context() as patch:
        for owner, name in ((Path, "rename"), (Path, "unlink"), (shutil, "rmtree")):
            patch.setattr(owner, name, stopping(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            store.publish(make)
    again = Store(saved)
    if (again.work / "run.json").exists():
        again = open_store(saved, RUN | {"photographs": []}, resume=True, overwrite=False)
        if again.is_whole():
            again.finish_moving()
        else:
            again.publish(make)
    names = ["inspection.json", "report.html", "timings.json"]
    assert sorted(path.name for path in saved.iterdir() if path.name != ".unfinished") == names
    assert all((saved / name).read_text() == f"new {name}" for name in names)


def test_what_a_power_failure_left_empty_is_done_again(inputs, dark, tmp_path):
    store = open_in(tmp_path / "out")
    whole = run_inspection(inputs, dark, FINDER, store=store)
    (store.work / "P001.json").write_bytes(b"")
    (store.work / "P002.json").write_text("{}", encoding="utf-8")
    (store.work / "P003.json").write_text("[" * 100_000, encoding="utf-8")
    again = run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    assert again.kept == 2
    assert again.records == whole.records


def test_a_list_of_the_run_that_cannot_be_read_is_begun_anew(tmp_path):
    store = open_in(tmp_path / "out")
    (store.work / "run.json").write_text("[" * 100_000, encoding="utf-8")
    (store.work / "P001.json").write_text("{}", encoding="utf-8")
    assert sorted(path.name for path in open_in(tmp_path / "out").work.iterdir()) == [
        "result",
        "run.json",
    ]


def test_what_file_managers_leave_is_no_obstacle(saved):
    for place in (saved, saved / "overlays"):
        (place / ".DS_Store").touch()
    require_place(saved, resume=False, overwrite=True)


@pytest.mark.parametrize("below", ["", "overlays", "tables"])
def test_overwrite_spares_what_was_put_beside_the_result(saved, below):
    place = saved / below
    place.mkdir(exist_ok=True)
    (place / "my notes.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError, match=r"my notes\.txt"):
        require_place(saved, resume=False, overwrite=True)


def test_a_folder_that_is_no_inspection_is_never_replaced(site):
    for overwrite in (False, True):
        with pytest.raises(OutputError):
            require_place(site, resume=False, overwrite=overwrite)


def test_what_a_kill_at_the_very_first_leaves_is_no_obstacle(tmp_path):
    (tmp_path / "out" / ".unfinished").mkdir(parents=True)
    (tmp_path / "out" / ".unfinished" / ".run.json.ab12.partial").write_text("{")
    require_place(tmp_path / "out", resume=False, overwrite=False)
    store = open_store(tmp_path / "out", RUN | {"photographs": []}, resume=False, overwrite=False)
    assert [path.name for path in store.work.iterdir()] == ["run.json", "result"]


def test_finished_photographs_are_whole_json(inputs, dark, tmp_path):
    store = open_in(tmp_path / "out")
    run_inspection(inputs, dark, FINDER, store=store)
    for file in store.work.glob("P*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        assert content["record"]["id"] == file.stem
        assert np.isfinite(list(content["seconds"].values())).all()
