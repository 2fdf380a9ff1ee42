"""Files with the same bytes: one counts, the others are listed."""

import shutil

import pytest

from cracklens.errors import OutputError
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.reuse import reusable_results, reuse_results, timings_of
from cracklens.inspection.run import run_inspection
from cracklens.inspection.store import Copied, open_store
from cracklens.record.schema import CopyRecord
from cracklens.verification.find import Finder

FINDER = Finder()
NAMES = ["a.png", "b.png", "c.png", "d.png", "e.png"]
RUN = {"cracklens_version": "0.1.0", "settings": {}, "root": "/x", "photographs": NAMES}


@pytest.fixture
def site(tmp_path, draw):
    """Five files: b and e are copies of a; c and d stand alone."""
    folder = tmp_path / "site"
    for index, name in enumerate(NAMES):
        draw(folder / name, shift=5 * index)
    for name in ("b.png", "e.png"):
        shutil.copyfile(folder / "a.png", folder / name)
    return folder


@pytest.fixture
def inputs(site):
    return find_inputs([site], None)


def open_in(output, *, resume=True, overwrite=False):
    return open_store(output, RUN, resume=resume, overwrite=overwrite)


def pairs(outcome):
    return [(copy.path, copy.of) for copy in outcome.copies]


@pytest.mark.parametrize("workers", [1, 8])
def test_a_photograph_counts_once(inputs, dark, workers):
    outcome = run_inspection(inputs, dark, FINDER, workers=workers)
    assert dark.calls == 3
    assert [record.id for record in outcome.records] == ["P001", "P003", "P004"]
    assert pairs(outcome) == [("b.png", "a.png"), ("e.png", "a.png")]
    assert outcome.failed == []
    assert len(outcome.stamps) == len(outcome.seconds) == 3
    assert len(outcome.copy_stamps) == 2


def test_a_picture_of_other_bytes_is_no_copy(site, dark):
    with (site / "b.png").open("ab") as file:
        file.write(b"\0")
    outcome = run_inspection(find_inputs([site], None), dark, FINDER)
    assert pairs(outcome) == [("e.png", "a.png")]
    assert len(outcome.records) == 4


def test_a_link_to_a_file_is_the_file_and_no_copy(site, dark):
    (site / "b.png").unlink()
    (site / "b.png").symlink_to(site / "a.png")
    outcome = run_inspection(find_inputs([site], None), dark, FINDER)
    assert pairs(outcome) == [("e.png", "a.png")]


@pytest.mark.parametrize("step", ["read", "detect", "trace"])
def test_where_a_photograph_fails_its_copies_fail(site, dark, step, monkeypatch):
    finder = FINDER
    if step == "read":
        for name in ("a.png", "b.png", "e.png"):
            (site / name).write_bytes(b"broken")
    elif step == "detect":
        seen = []

        def detect(pixels, mm_per_px, real=dark.detect):
            seen.append(1)
            if len(seen) == 1:
                raise ValueError("a fault of ours")
            return real(pixels, mm_per_px)

        monkeypatch.setattr(dark, "detect", detect)
    else:
        seen = []

        def find(*arguments):
            seen.append(1)
            if len(seen) == 1:
                raise ValueError("a fault of ours")
            return FINDER(*arguments)

        finder = find
    outcome = run_inspection(find_inputs([site], None), dark, finder)
    assert [failed.path for failed in outcome.failed] == ["a.png", "b.png", "e.png"]
    assert len({failed.reason for failed in outcome.failed}) == 1
    assert outcome.copies == []
    assert [record.path for record in outcome.records] == ["c.png", "d.png"]


@pytest.mark.parametrize("stop_at", range(4))
def test_a_run_that_was_stopped_goes_on_and_finds_the_same(inputs, dark, tmp_path, stop_at):
    whole = run_inspection(inputs, dark, FINDER)
    seen = []

    def stop(photo, record):
        del photo
        if len(seen) == stop_at:
            raise KeyboardInterrupt
        seen.append(record.id)

    try:
        run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"), on_photo=stop)
    except KeyboardInterrupt:
        assert stop_at < 3
    before = dark.calls
    again = run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    assert dark.calls - before == 3 - len(seen)
    assert (again.records, again.failed, again.copies) == (whole.records, [], whole.copies)
    assert again.kept == len(seen)


def test_copies_are_not_read_again(inputs, dark, tmp_path, monkeypatch):
    run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    from cracklens.inspection import inputs as reading

    monkeypatch.setattr(reading, "read_photo", lambda *_, **__: pytest.fail("read again"))
    again = run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    assert pairs(again) == [("b.png", "a.png"), ("e.png", "a.png")]
    assert again.kept == 3


def test_a_copy_takes_the_place_of_a_photograph_that_changed(inputs, site, dark, draw, tmp_path):
    run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    draw(site / "a.png", shift=33)
    again = run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"))
    fresh = run_inspection(inputs, dark, FINDER)
    assert pairs(again) == [("e.png", "b.png")]
    assert (again.records, again.copies) == (fresh.records, fresh.copies)


def test_a_photograph_that_became_a_copy_leaves_no_pictures(inputs, site, dark, tmp_path):
    store = open_in(tmp_path / "out")
    run_inspection(inputs, dark, FINDER, store=store, overlays=True)
    pictures = [store.result / "overlays/P004-d.png", store.result / "crops/P004-C01.jpg"]
    for picture in pictures:
        picture.parent.mkdir()
        picture.touch()
    shutil.copyfile(site / "d.png", site / "a.png")  # d was finished, and comes later
    again = run_inspection(inputs, dark, FINDER, store=open_in(tmp_path / "out"), overlays=True)
    fresh = run_inspection(inputs, dark, FINDER, overlays=True)
    assert pairs(again) == [("d.png", "a.png"), ("e.png", "b.png")]
    assert (again.records, again.copies) == (fresh.records, fresh.copies)
    assert not any(picture.exists() for picture in pictures)
    assert isinstance(open_in(tmp_path / "out").get("P004"), Copied)


# A finished inspection that is asked for again


@pytest.fixture
def finished(inputs, dark, tmp_path, small_inspection):
    """An output with the record of the five files and their stamps."""
    from cracklens.files import write_json

    outcome = run_inspection(inputs, dark, FINDER)
    found = small_inspection.model_copy(
        update={"photographs": outcome.records, "failed": [], "copies": outcome.copies}
    )
    out = tmp_path / "out"
    found.save(out)
    stamps = dict(zip([c.path for c in outcome.copies], outcome.copy_stamps, strict=True))
    write_json(
        out / "timings.json",
        timings_of(found.photographs, outcome.seconds, outcome.stamps, stamps),
    )
    return found, out


def valid_names(finished, inputs):
    valid = reusable_results(*finished, inputs, max_pixels=10**8)
    return None if valid is None else {inputs.name(index) for index in valid}


def test_of_an_unchanged_inspection_nothing_is_done_again(finished, inputs):
    assert valid_names(finished, inputs) is None


def test_a_copy_that_changed_is_looked_at_again(finished, inputs, site, draw):
    draw(site / "b.png", shift=33)
    assert valid_names(finished, inputs) == {"a.png", "c.png", "d.png", "e.png"}


def test_copies_of_a_photograph_that_changed_are_looked_at_again(finished, inputs, site, draw):
    draw(site / "a.png", shift=33)
    assert valid_names(finished, inputs) == {"c.png", "d.png"}


def test_what_holds_is_taken_over_with_its_copies(finished, inputs, site, dark, draw):
    found, out = finished
    draw(site / "c.png", shift=33)
    valid = reusable_results(found, out, inputs, max_pixels=10**8)
    store = open_in(out, resume=False, overwrite=True)
    reuse_results(store, inputs, valid, None)
    before = dark.calls
    again = run_inspection(inputs, dark, FINDER, store=store)
    assert dark.calls - before == 1
    assert again.copies == found.copies


def test_stamps_that_tell_nothing_of_copies_are_no_obstacle(finished, inputs):
    out = finished[1]
    timings = (out / "timings.json").read_text(encoding="utf-8")
    (out / "timings.json").write_text(timings.replace('"copies"', '"other"'), encoding="utf-8")
    assert valid_names(finished, inputs) == {"a.png", "c.png", "d.png"}
    (out / "timings.json").unlink()
    assert valid_names(finished, inputs) == set()


def test_copies_belong_to_the_photographs_of_a_run(finished, inputs):
    from cracklens.inspection.run_settings import finished_run, require_same

    found, out = finished
    before = finished_run(found)
    names = sorted(before["photographs"])
    assert names == NAMES
    missing = found.model_copy(update={"copies": found.copies[:1]})
    with pytest.raises(OutputError, match="1 are new"):
        require_same(out, finished_run(missing), before)


def test_a_copy_that_is_gone_fails(inputs, site, dark):
    (site / "b.png").unlink()
    outcome = run_inspection(inputs, dark, FINDER)
    assert [failed.path for failed in outcome.failed] == ["b.png"]
    assert outcome.copies == [CopyRecord(path="e.png", of="a.png")]
