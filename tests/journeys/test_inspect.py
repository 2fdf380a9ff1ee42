"""From photographs to a report through the installed command, with good and bad input."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from cracklens import Inspection
from cracklens import inspect as inspect_in_python
from cracklens.inspection.lock import locked
from cracklens.inspection.timings import STEPS

pytestmark = pytest.mark.slow

PROGRAM = Path(sys.executable).with_name("cracklens")
ZIGZAG = np.array([(30, 40), (120, 90), (200, 80), (300, 170), (390, 150)], np.int32)
LENGTH_PX = float(np.hypot(*np.diff(ZIGZAG, axis=0).T).sum())


def photograph(path, *, shift=0, size=(420, 260)):
    """A grey wall with one dark crack of known course."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((size[1], size[0], 3), 180, np.uint8)
    points = ZIGZAG + np.array((0, shift), np.int32)
    cv2.polylines(pixels, [points], isClosed=False, color=(10, 10, 10), thickness=3)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def inspect(cracklens, segmenter_folder, tmp_path):
    """The verb in a folder of its own: `inspect("site", "-o", "out", code=0)`."""

    def run(*arguments, code=0, model=segmenter_folder):
        done = cracklens("inspect", *arguments, "--model", model, code=code, cwd=tmp_path)
        for text in (done.stdout, done.stderr):
            assert "Traceback" not in text
            assert "Warning" not in text
        return done

    return run


@pytest.fixture
def site(tmp_path):
    """Good photographs in two folders, two of one name, and three files that are none."""
    folder = tmp_path / "site"
    photograph(folder / "north" / "a.jpg")
    photograph(folder / "south" / "a.jpg", shift=30)
    photograph(folder / "south" / "Brücke #7 50%.png", shift=60)
    (folder / "empty.jpg").touch()
    (folder / "film.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
    (folder / "cut.jpg").write_bytes((folder / "north" / "a.jpg").read_bytes()[:2000])
    return folder


def content_of(folder):
    return json.loads((folder / "inspection.json").read_text(encoding="utf-8"))


def test_a_folder_goes_in_and_a_report_comes_out(inspect, cracklens, site, tmp_path):
    done = inspect("site", "-o", "out", code=3)
    assert "3 photographs inspected, 3 with cracks; 2 could not be" in done.stdout
    assert "next: open out/report.html" in done.stdout
    assert "pixels" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "save stills from it first" in done.stderr
    assert "time: " in done.stderr
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "crops", "inspection.json", "lines", "overlays", "report.html", "tables", "timings.json",
    ]  # fmt: skip
    found = Inspection.load(out)
    assert [photo.path for photo in found.photographs] == [
        "north/a.jpg", "south/Brücke #7 50%.png", "south/a.jpg",
    ]  # fmt: skip
    assert [failed.path for failed in found.failed] == ["cut.jpg", "empty.jpg"]
    assert "1 file (.mp4): a video" in " ".join(found.limits)
    for photo in found.photographs:
        (crack,) = photo.cracks
        assert crack.length_px == pytest.approx(LENGTH_PX, rel=0.03)
        with Image.open(out / photo.overlay) as overlay:
            assert overlay.width / overlay.height == pytest.approx(420 / 260, rel=0.02)
    assert len({photo.overlay for photo in found.photographs}) == 3
    seconds = json.loads((out / "timings.json").read_text(encoding="utf-8"))["total"]
    assert all(seconds[step] > 0 for step in STEPS)
    valid = cracklens("validate", "out", cwd=tmp_path)
    assert "valid, schema 3" in valid.stdout


def test_json_is_one_object_on_standard_output(inspect, site):
    done = inspect("site", "-o", "out", "--json", "--quiet", code=3)
    found = json.loads(done.stdout)
    assert (found["photographs"], found["cracks"], len(found["failed"])) == (3, 3, 2)
    assert found["length_px"] == pytest.approx(3 * LENGTH_PX, rel=0.03)
    assert set(found["seconds"]) == {*STEPS, "wall"}


def test_a_tile_classifier_gives_a_map_of_tiles(inspect, cracklens, model_folder, tiles, tmp_path):
    rows = [
        np.hstack([np.asarray(Image.open(path)) for path in sorted((tiles / kind).iterdir())[:4]])
        for kind in ("Positive", "Negative")
    ]
    Image.fromarray(np.vstack(rows)).save(tmp_path / "wall.png")
    inspect("wall.png", "-o", "out", model=model_folder)
    (photo,) = Inspection.load(tmp_path / "out").photographs
    assert photo.map_kind == "tiles"
    assert len(photo.tiles) >= 8
    found = content_of(tmp_path / "out")
    assert "labels whole tiles" in " ".join(found["limits"])
    cracklens("validate", "out", cwd=tmp_path)
    refused = inspect("wall.png", "-o", "other", "--scales", "1,0.5", model=model_folder, code=2)
    assert "tile classifier" in refused.stderr
    assert not (tmp_path / "other").exists()


def test_settings_come_from_file_and_flags_and_are_kept(inspect, site, tmp_path):
    (tmp_path / "mine.yaml").write_text("least_length_px: 10000\nworkers: 1\n", encoding="utf-8")
    given = ("--no-overlays", "--scales", "1,0.5", "--orientations", "4")
    inspect("site/north", "-o", "out", "--config", "mine.yaml", *given)
    found = Inspection.load(tmp_path / "out")
    wanted = {"least_length_px": 10000, "workers": 1, "overlays": False, "scales": [1, 0.5]}
    wanted |= {"orientations": 4}
    assert wanted.items() <= found.configuration.items()
    (photo,) = found.photographs
    assert photo.cracks == []
    assert photo.rejected[0].reason == "too short"
    assert photo.overlay is None
    assert not (tmp_path / "out" / "overlays").exists()


def test_python_and_the_command_find_the_same(inspect, site, segmenter_folder, tmp_path):
    inspect("site", "-o", "out", code=3)
    found = inspect_in_python(site, model=segmenter_folder)
    written = Inspection.load(tmp_path / "out")
    assert found.failed == written.failed
    bare = [photo.model_copy(update={"overlay": None}) for photo in written.photographs]
    assert found.photographs == bare


# Killed and resumed


def start(folder, *arguments):
    return subprocess.Popen(
        [PROGRAM, "inspect", *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_when(running, condition):
    """Kill the run as nothing else can be killed; it must not have ended before."""
    until = time.monotonic() + 60
    while not condition():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.002)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL


def finished(out):
    return {path.name: path.stat().st_mtime_ns for path in (out / ".unfinished").glob("P*.json")}


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(inspect, segmenter_folder, tmp_path):
    for index in range(24):
        photograph(tmp_path / "site" / f"{index:02}.jpg", shift=2 * index)
    (tmp_path / "site" / "20.jpg").write_bytes(b"broken")
    inspect("site", "-o", "whole", code=3)
    out = tmp_path / "out"
    arguments = ("site", "-o", "out", "--model", segmenter_folder)
    kill_when(start(tmp_path, *arguments), lambda: len(finished(out)) >= 3)
    first = finished(out)
    assert not (out / "inspection.json").exists()

    told = inspect("site", "-o", "out", code=1).stderr
    assert f"{len(first)} of 24 photographs done" in told
    assert "--resume" in told
    assert "--overwrite" in told
    other = inspect("site", "-o", "out", "--resume", "--least-length-px", "77", code=1).stderr
    assert "least_length_px was 60.0, now 77.0" in other
    assert finished(out) == first

    running = start(tmp_path, *arguments, "--resume")
    kill_when(running, lambda: len(finished(out)) >= len(first) + 3)
    second = finished(out)
    assert first.items() <= second.items()

    done = json.loads(inspect("site", "-o", "out", "--resume", "--json", code=3).stdout)
    assert done["resumed"] == len(second)
    whole, resumed = content_of(tmp_path / "whole"), content_of(out)
    assert whole.pop("created")
    assert resumed.pop("created")
    assert resumed == whole
    assert len(whole["photographs"]) == 23
    files = [path.relative_to(out) for path in out.rglob("*") if path.is_file()]
    unbroken = tmp_path / "whole"
    assert sorted(files) == sorted(
        path.relative_to(unbroken) for path in unbroken.rglob("*") if path.is_file()
    )
    for file in files:
        if file.parts[0] in {"overlays", "tables"}:
            assert (out / file).read_bytes() == (unbroken / file).read_bytes()

    again = inspect("site", "-o", "out", "--resume", code=3)
    assert "finished already" in again.stderr
    refused = inspect("site/00.jpg", "-o", "out", "--resume", code=1)
    assert "23 are gone" in refused.stderr
    refused = inspect("site", "-o", "out", "--resume", "--orientations", "2", code=1)
    assert "orientations was 1, now 2" in refused.stderr


def test_a_finished_result_follows_what_changed_or_was_repaired(inspect, site, tmp_path):
    inspect("site", "-o", "out", code=3)
    out = tmp_path / "out"
    before = (out / "inspection.json").stat().st_mtime_ns, (out / "inspection.json").stat().st_ino
    again = inspect("site", "-o", "out", "--resume", code=3).stderr
    assert "no photograph changed since" in again
    after = (out / "inspection.json").stat().st_mtime_ns, (out / "inspection.json").stat().st_ino
    assert after == before  # nothing was touched

    photograph(site / "cut.jpg", shift=20)
    photograph(site / "north" / "a.jpg", shift=70)
    (site / "south" / "a.jpg").write_bytes(b"broken")
    done = inspect("site", "-o", "out", "--resume", "--json", code=3)
    assert "4 of 5 photographs changed or failed" in done.stderr  # and one that fails as before
    assert json.loads(done.stdout)["resumed"] == 1
    inspect("site", "-o", "fresh", code=3)
    fresh, resumed = content_of(tmp_path / "fresh"), content_of(out)
    assert fresh.pop("created")
    assert resumed.pop("created")
    assert resumed == fresh
    names = {path.relative_to(out) for path in out.rglob("*")}
    assert names == {
        path.relative_to(tmp_path / "fresh") for path in (tmp_path / "fresh").rglob("*")
    }
    for photo in resumed["photographs"]:
        same = (out / photo["overlay"], tmp_path / "fresh" / photo["overlay"])
        assert same[0].read_bytes() == same[1].read_bytes()
    reports = [folder / "report.html" for folder in (out, tmp_path / "fresh")]
    pictures = [re.findall(r'<img src="(data:[^"]+)', path.read_text("utf-8")) for path in reports]
    assert pictures[0] == pictures[1]
    cracks = sum(len(photo["cracks"]) for photo in resumed["photographs"])
    assert len(pictures[0]) == len(list((out / "crops").iterdir())) + 3 == cracks + 3
    assert "no photograph changed" in inspect("site", "-o", "out", "--resume", code=3).stderr


def test_a_finished_result_without_stamps_is_looked_at_again(inspect, site, tmp_path):
    inspect("site/north", "-o", "out")
    for spoil in ((tmp_path / "out" / "timings.json"), (tmp_path / "out/overlays/P001-a.png")):
        spoil.unlink()
        done = json.loads(inspect("site/north", "-o", "out", "--resume", "--json").stdout)
        assert (done["photographs"], done["resumed"]) == (1, 0)
        assert spoil.exists()


def test_ctrl_c_says_how_to_go_on(segmenter_folder, tmp_path):
    for index in range(24):
        photograph(tmp_path / "site" / f"{index:02}.png", shift=index)
    running = start(tmp_path, "site", "-o", "out", "--model", segmenter_folder)
    until = time.monotonic() + 60
    while len(finished(tmp_path / "out")) < 2 and time.monotonic() < until:
        time.sleep(0.002)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate()
    assert running.returncode == 130
    assert "add --resume to go on" in told
    assert "Traceback" not in told


def test_one_run_at_a_time(inspect, site, tmp_path):
    with locked(tmp_path / "out"):
        assert "another run" in inspect("site", "-o", "out", code=1).stderr
    assert not (tmp_path / "out").exists()
    inspect("site", "-o", "out", code=3)


def test_many_photographs_and_three_broken(inspect, tmp_path):
    (tmp_path / "site").mkdir()
    for index in range(303):
        grey = Image.new("RGB", (40, 30), (index % 250, 150, 150))
        grey.save(
            tmp_path / f"site/{index:03}.jpg", comment=str(index)
        )  # no two files are the same
    broken = ["007.jpg", "100.jpg", "302.jpg"]
    for name in broken:
        (tmp_path / "site" / name).write_bytes(b"\xff\xd8\xff broken")
    done = inspect("site", "--no-overlays", "--json", "-q", code=3)  # into ./inspection
    assert [failed["path"] for failed in json.loads(done.stdout)["failed"]] == broken
    found = Inspection.load(tmp_path / "inspection")
    assert len(found.photographs) == 300
    assert found.photographs[-1].id == "P302"


# Bad input


@pytest.mark.parametrize(
    ("size", "mode", "name"),
    [
        ((200, 30_000), "RGB", "strip.jpg"),
        ((9_000, 60), "RGB", "flat.png"),
        ((40, 30), "RGB", "smaller than a window.png"),
        ((1, 1), "RGB", "dot.png"),
        ((300, 200), "I;16", "sixteen bits.tif"),
    ],
)
def test_photographs_of_any_shape(inspect, cracklens, tmp_path, size, mode, name):
    bright = 50_000 if mode == "I;16" else (180, 180, 180)
    Image.new(mode, size, bright).save(tmp_path / name)
    inspect(name, "-o", "out")
    (photo,) = Inspection.load(tmp_path / "out").photographs
    assert (photo.width_px, photo.height_px) == size
    assert photo.cracks == []
    cracklens("validate", "out", cwd=tmp_path)


def test_a_crack_down_a_long_strip_is_one_crack(inspect, tmp_path):
    pixels = np.full((30_000, 200, 3), 180, np.uint8)
    points = np.array([(100 + 60 * np.sin(y / 90), y) for y in range(50, 29_950, 15)], np.int32)
    cv2.polylines(pixels, [points], isClosed=False, color=(10, 10, 10), thickness=3)
    Image.fromarray(pixels).save(tmp_path / "strip.png")
    inspect("strip.png", "-o", "out")
    (photo,) = Inspection.load(tmp_path / "out").photographs
    (crack,) = photo.cracks
    truth = float(np.hypot(*np.diff(points, axis=0).T).sum())
    assert crack.length_px == pytest.approx(truth, rel=0.03)


@pytest.mark.parametrize("grey", [0, 255])
def test_all_black_and_all_white(inspect, cracklens, tmp_path, grey):
    Image.new("RGB", (640, 480), (grey, grey, grey)).save(tmp_path / "wall.png")
    inspect("wall.png", "-o", "out")
    (photo,) = Inspection.load(tmp_path / "out").photographs
    assert sum(crack.length_px for crack in photo.cracks) < 2_000
    cracklens("validate", "out", cwd=tmp_path)


def test_no_photograph_at_all_is_an_error_and_the_record_says_why(inspect, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "film.mov").write_bytes(b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ")
    (tmp_path / "site" / "empty.png").touch()
    done = inspect("site", "-o", "out", code=1)
    assert "no photograph could be inspected" in done.stderr
    found = Inspection.load(tmp_path / "out")
    assert found.photographs == []
    assert [failed.path for failed in found.failed] == ["empty.png"]
    assert "stills" in " ".join(found.limits)


def test_an_output_inside_the_input_is_never_looked_at(inspect, site):
    out = site / "result"
    first = inspect("site", "-o", out, "--json", code=3)
    again = inspect("site", "-o", out, "--overwrite", "--json", code=3)
    other = inspect("site", "-o", site / "second", "--json", code=3)
    counts = [json.loads(done.stdout)["photographs"] for done in (first, again, other)]
    assert counts == [3, 3, 3]
    assert "earlier results" not in first.stderr
    assert "left out: 9 files of earlier results" in again.stderr
    assert "left out: 9 files of earlier results" in other.stderr


def test_an_existing_result_is_kept_without_overwrite(inspect, site, tmp_path):
    inspect("site", "-o", "out", code=3)
    before = (tmp_path / "out" / "inspection.json").read_bytes()
    assert "--overwrite" in inspect("site", "-o", "out", code=1).stderr
    assert (tmp_path / "out" / "inspection.json").read_bytes() == before
    (tmp_path / "out" / "my notes.txt").touch()
    assert "my notes.txt" in inspect("site", "-o", "out", "--overwrite", code=1).stderr
    refused = inspect("site", "-o", "site", "--overwrite", code=1).stderr
    assert "not written by cracklens" in refused
    assert (site / "north" / "a.jpg").exists()


def test_strict_stops_and_keeps_what_was_finished(inspect, site, tmp_path):
    done = inspect("site/north", "site/empty.jpg", "-o", "out", "--strict", code=1)
    assert "empty.jpg" in done.stderr
    photograph(site / "empty.jpg", shift=10)
    found = json.loads(
        inspect("site/north", "site/empty.jpg", "-o", "out", "--resume", "--json").stdout
    )
    assert (found["photographs"], found["resumed"]) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["absent"], 2, "absent does not exist"),
        (["site", "--seed-threshold", "2"], 2, "seed-threshold"),
        (["site", "--grow-threshold", "0.7"], 2, "grow_threshold 0.7 is above seed_threshold 0.5"),
        (["site", "--resume", "--overwrite"], 2, "choose one"),
        (["site", "--least-length-px", "inf"], 2, "least_length_px (--least-length-px): Input"),
        ([""], 2, "names of photographs is empty"),
        (["site", "--scales", "big"], 2, "numbers such as 1,0.5"),
        (["site", "--config", "absent.yaml"], 2, "absent.yaml cannot be read"),
        (["site", "-o", "site/empty.jpg"], 1, "is a file"),
        (["site", "-o", "site/empty.jpg/below"], 1, "is not a folder"),
    ],
)
def test_wrong_usage_is_named_before_any_work(inspect, site, tmp_path, arguments, code, said):
    done = inspect(*arguments, code=code)
    assert done.stdout == ""
    assert said in done.stderr
    assert not (tmp_path / "inspection").exists()


def test_a_full_disk_is_named_and_nothing_finished_is_lost(inspect, segmenter_folder, tmp_path):
    for index in range(3):
        photograph(tmp_path / "site" / f"{index}.png", shift=index)
    limit = "import os, resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (60_000,) * 2)\n"
    done = subprocess.run(
        [
            sys.executable, "-c", f"{limit}os.execv(sys.argv[1], sys.argv[1:])", PROGRAM,
            "inspect", "site", "-o", "out", "--model", segmenter_folder, "--no-overlays",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr
    kept = len(finished(tmp_path / "out"))
    found = json.loads(inspect("site", "-o", "out", "--no-overlays", "--resume", "--json").stdout)
    assert (found["photographs"], found["resumed"]) == (3, kept)


def test_validate_says_what_is_wrong(cracklens, inspect, site, tmp_path):
    inspect("site", "-o", "out", code=3)
    file = tmp_path / "out" / "inspection.json"
    found = content_of(tmp_path / "out")
    found["photographs"][0]["cracks"][0]["id"] = found["photographs"][1]["cracks"][0]["id"]
    file.write_text(json.dumps(found), encoding="utf-8")
    next((tmp_path / "out" / "overlays").iterdir()).unlink()
    done = cracklens("validate", "out", "--json", code=1, cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["valid"] is False
    assert len(said["problems"]) == 3
    file.write_text(json.dumps(found | {"schema_version": 4}), encoding="utf-8")
    assert "upgrade" in cracklens("validate", "out", code=1, cwd=tmp_path).stderr
    assert "name the output" in cracklens("validate", "site", code=2, cwd=tmp_path).stderr
