"""New photographs in a finished inspection, through the installed command: ids never move."""

import json
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.slow

ZIGZAG = np.array([(30, 40), (120, 90), (200, 80), (300, 170), (390, 150)], np.int32)


def photograph(path, shift):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((260, 420, 3), 180, np.uint8)
    points = ZIGZAG + np.array((0, shift), np.int32)
    cv2.polylines(pixels, [points], isClosed=False, color=(10, 10, 10), thickness=3)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def inspect(cracklens, segmenter_folder, tmp_path):
    def run(*arguments, code=0):
        done = cracklens(
            "inspect", *arguments, "-o", "out", "--model", segmenter_folder, code=code, cwd=tmp_path
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def site(inspect, tmp_path):
    """Three photographs, one of them twice, and one that is broken; inspected."""
    folder = tmp_path / "site"
    for number, name in enumerate(("b.jpg", "d.jpg", "f.jpg")):
        photograph(folder / name, 10 * number)
    shutil.copy(folder / "b.jpg", folder / "g.jpg")
    (folder / "h.jpg").write_bytes(b"broken")
    inspect("site", code=3)
    return folder


def content_of(place):
    return json.loads((place / "out" / "inspection.json").read_text(encoding="utf-8"))


def ids(place):
    return {photo["path"]: photo["id"] for photo in content_of(place)["photographs"]}


def valid(cracklens, place):
    found = cracklens("validate", "out", "--json", code=None, cwd=place)
    return json.loads(found.stdout)["problems"] == []


@pytest.mark.parametrize("flag", ["--add", "--resume"])
def test_only_new_photographs_are_inspected_and_no_id_moves(
    inspect, cracklens, site, tmp_path, flag
):
    before = content_of(tmp_path)["photographs"]
    assert ids(tmp_path) == {"b.jpg": "P001", "d.jpg": "P002", "f.jpg": "P003"}
    photograph(site / "a.jpg", 40)
    photograph(site / "c" / "e.jpg", 50)
    done = inspect("site", flag, "--json", code=3)
    assert "3 photographs are new or not inspected yet; 3 of out stay" in done.stderr
    assert json.loads(done.stdout)["resumed"] == 3
    after = content_of(tmp_path)
    assert after["photographs"][:3] == before
    assert {photo["path"] for photo in after["photographs"][3:]} == {"a.jpg", "c/e.jpg"}
    assert len(set(ids(tmp_path).values())) == 5
    assert [copy["path"] for copy in after["copies"]] == ["g.jpg"]
    assert [failed["path"] for failed in after["failed"]] == ["h.jpg"]
    for photo in after["photographs"]:
        assert (tmp_path / "out" / photo["overlay"]).is_file()
        assert (tmp_path / "out" / "lines" / f"{photo['id']}.npz").is_file()
    assert valid(cracklens, tmp_path)
    again = ids(tmp_path)
    photograph(site / "0.jpg", 60)
    inspect("site", "--add", code=3)
    assert {
        name: identifier for name, identifier in ids(tmp_path).items() if name in again
    } == again
    assert ids(tmp_path)["0.jpg"] not in again.values()


def test_a_new_photograph_alone_may_be_named(inspect, cracklens, site, tmp_path):
    photograph(tmp_path / "elsewhere" / "z.jpg", 70)
    inspect("elsewhere/z.jpg", "--add", code=3)
    found = ids(tmp_path)
    assert found["site/b.jpg"] == "P001"
    assert found["elsewhere/z.jpg"] not in {"P001", "P002", "P003"}
    assert content_of(tmp_path)["root"] == str(tmp_path)
    assert valid(cracklens, tmp_path)


def test_what_is_gone_stays_and_is_named(inspect, cracklens, site, tmp_path):
    before = content_of(tmp_path)["photographs"]
    (site / "d.jpg").unlink()
    (site / "f.jpg").rename(site / "moved.jpg")
    photograph(site / "b.jpg", 90)
    (site / "g.jpg").unlink()
    done = inspect("site", "--add", code=3)
    assert "whose file is gone: P002 (d.jpg)" in done.stderr
    assert "replaced by another one of the same name, and both count: P001 (b.jpg)" in done.stderr
    after = {photo["id"]: photo for photo in content_of(tmp_path)["photographs"]}
    assert (after["P001"]["gone"], after["P002"]["gone"]) == ("replaced", "removed")
    assert (after["P003"]["path"], after["P003"]["gone"]) == ("moved.jpg", None)
    for photo in before:
        assert after[photo["id"]]["cracks"] == photo["cracks"]
        assert (tmp_path / "out" / photo["overlay"]).is_file()
    (new,) = (photo for photo in after.values() if photo["id"] not in {"P001", "P002", "P003"})
    assert (new["path"], new["gone"]) == ("b.jpg", None)
    assert any("whose file is gone" in line for line in content_of(tmp_path)["limits"])
    assert valid(cracklens, tmp_path)
    cracklens("regrade", "out", "--mm-per-px", "0.2", "--quiet", cwd=tmp_path)
    regraded = {photo["id"]: photo for photo in content_of(tmp_path)["photographs"]}
    assert {key: photo["gone"] for key, photo in regraded.items()} == {
        key: photo["gone"] for key, photo in after.items()
    }


def test_nothing_new_leaves_the_result_alone(inspect, site, tmp_path):
    (site / "h.jpg").unlink()
    before = (tmp_path / "out" / "inspection.json").stat().st_mtime_ns
    told = inspect("site", "--add", code=3).stderr  # the broken one is still listed
    assert "holds all these photographs already" in told
    assert (tmp_path / "out" / "inspection.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (["--mm-per-px", "0.1"], "cracklens regrade"),
        (["--orientations", "2"], "orientations was 1, now 2"),
    ],
)
def test_other_settings_are_refused(inspect, site, tmp_path, setting, said):
    before = (tmp_path / "out" / "inspection.json").read_bytes()
    photograph(site / "a.jpg", 40)
    told = " ".join(inspect("site", "--add", *setting, code=1).stderr.split())
    assert said in told
    assert (tmp_path / "out" / "inspection.json").read_bytes() == before


def test_interrupted_adding_goes_on_and_never_loses_the_old_result(
    inspect, cracklens, site, tmp_path
):
    before = (tmp_path / "out" / "inspection.json").read_bytes()
    photograph(site / "a.jpg", 40)
    photograph(site / "c.jpg", 50)
    (tmp_path / "out.json").write_text("", encoding="utf-8")
    told = inspect("site", "--add", "--strict", code=1).stderr  # stops at the broken one
    assert "h.jpg" in told
    assert (tmp_path / "out" / "inspection.json").read_bytes() == before
    assert (tmp_path / "out" / ".unfinished" / "run.json").is_file()
    (site / "h.jpg").unlink()
    photograph(site / "0.jpg", 60)
    inspect("site", "--resume")
    found = ids(tmp_path)
    assert (found["b.jpg"], found["d.jpg"], found["f.jpg"]) == ("P001", "P002", "P003")
    assert len(set(found.values())) == len(found) == 6
    assert not (tmp_path / "out" / ".unfinished").exists()
    assert valid(cracklens, tmp_path)
