"""Regrading through the installed command: the same as to inspect again, without the network."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from cracklens.synthesis import render_specimen

pytestmark = pytest.mark.slow


def wall(path, seed, *, width_px=6, angle_deg=10):
    """A rendered wall with one crack of known width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    specimen = render_specimen(seed, width_px=width_px, angle_deg=angle_deg, variation=0.2)
    Image.fromarray(specimen.pixels[:500, :640]).save(path, quality=95)
    return path


@pytest.fixture(scope="module")
def inspected(made_once, cracklens):
    """Three rendered walls and a copy, inspected with the model of the package. Read only."""

    def make(folder):
        for number in range(3):
            wall(folder / "site" / f"{number}.jpg", number, width_px=3 + 2 * number)
        shutil.copy(folder / "site" / "0.jpg", folder / "site" / "copy.jpg")
        (folder / "site" / "film.mp4").write_bytes(b"\0" * 99)
        cracklens("inspect", "site", "-o", "out", "--mm-per-px", "0.1", cwd=folder)

    return made_once("regraded-walls", make)


@pytest.fixture
def place(inspected, tmp_path):
    """A copy of the inspection whose photographs can be moved."""
    folder = tmp_path / "w"
    shutil.copytree(inspected, folder)
    record = folder / "out" / "inspection.json"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace(str(inspected), str(folder)), encoding="utf-8")
    return folder


def content_of(folder):
    content = json.loads((folder / "inspection.json").read_text(encoding="utf-8"))
    del content["created"], content["root"]
    return content


def regraded(cracklens, place, *arguments, code=0):
    done = cracklens("regrade", "out", *arguments, code=code, cwd=place)
    assert "Traceback" not in done.stderr
    return done


CHANGES = {
    "nothing": [],
    "scale": ["--mm-per-px", "0.21"],
    "codes": ["--codes", "aashto-mbei,aci-224r", "--reinforcement", "reinforced"],
    "context": ["--member", "wall", "--axis-deg", "90", "--codes", "bre-251"],
    "table": ["--scale-table", "scales.csv"],
    "priority": ["--priority-weights", "weights.toml"],
    "fewer": ["--threshold", "0.97"],
    "more": ["--threshold", "0.02"],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_gives_what_another_inspection_gives(cracklens, inspected, place, change):
    (place / "scales.csv").write_text("photo,mm_per_px\n1.jpg,0.3\n", encoding="utf-8")
    (place / "weights.toml").write_text("[weights]\nextent = 90\n", encoding="utf-8")
    given = CHANGES[change]
    scale = [] if "--mm-per-px" in given else ["--mm-per-px", "0.1"]
    cracklens("inspect", "site", "-o", "fresh", *scale, *given, cwd=place)
    regraded(cracklens, place, *given, "-o", "again")
    fresh, again = content_of(place / "fresh"), content_of(place / "again")
    assert again == fresh
    if change == "nothing":
        before = content_of(place / "out")
        assert again == before
    for file in (place / "fresh").rglob("*"):
        same = place / "again" / file.relative_to(place / "fresh")
        if file.suffix in {".csv", ".png"} or file.parent.name == "crops":
            assert same.read_bytes() == file.read_bytes(), file
    assert not json.loads(cracklens("validate", "again", "--json", cwd=place).stdout)["problems"]


def test_the_network_and_the_photographs_are_not_needed(cracklens, place):
    shutil.rmtree(place / "site")
    done = json.loads(
        regraded(cracklens, place, "--mm-per-px", "0.3", "--no-pictures", "--json").stdout
    )
    assert (done["photographs"], done["changed"], done["read"]) == (3, 3, 0)
    assert len(done["missing"]) == 3
    found = content_of(place / "out")
    assert [photo["scale"]["mm_per_px"] for photo in found["photographs"]] == [0.3] * 3
    assert done["undrawn"] == ["P001", "P002", "P003"]
    assert not list((place / "out").glob("crops/*"))
    assert found["configuration"]["mm_per_px"] == 0.3
    assert (place / "out" / "lines" / "P001.npz").is_file()


def test_other_lines_need_the_photographs_and_nothing_is_written_without(cracklens, place):
    before = (place / "out" / "inspection.json").read_bytes()
    (place / "site").rename(place / "moved")
    found = content_of(place / "out")
    chances = [c["probability"] for photo in found["photographs"] for c in photo["cracks"]]
    above = str(round(min(0.999, float(np.max(chances)) + 1e-4), 4))
    told = regraded(cracklens, place, "--threshold", above, code=1).stderr
    assert "--photos FOLDER" in told
    assert (place / "out" / "inspection.json").read_bytes() == before
    assert not (place / "out" / ".unfinished").exists()
    (place / "moved" / "0.jpg").rename(place / "moved" / "renamed.jpg")
    (place / "moved" / "copy.jpg").unlink()
    done = regraded(cracklens, place, "--threshold", above, "--photos", "moved", "--json")
    assert json.loads(done.stdout)["read"] >= 1
    assert not json.loads(done.stdout)["missing"]
    names = [photo["path"] for photo in content_of(place / "out")["photographs"]]
    assert names == ["renamed.jpg", "1.jpg", "2.jpg"]
    content = json.loads((place / "out" / "inspection.json").read_text(encoding="utf-8"))
    assert content["root"] == str(place / "moved")
    assert not json.loads(cracklens("validate", "out", "--json", cwd=place).stdout)["problems"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--mm-per-px", "-1"], 2, "mm"),
        (["--mm-per-px", "0.1", "--distance", "3m"], 2, "choose one"),
        (["--reset", "least-length-px"], 2, "inspect again"),
        (["--reset", "membr"], 2, "did you mean 'member'"),
        (["--scale-table", "none.csv"], 2, "none.csv"),
        (["-o", "site"], 1, "site exists"),
    ],
)
def test_wrong_usage_is_named_and_the_result_stays(cracklens, place, arguments, code, said):
    before = (place / "out" / "inspection.json").read_bytes()
    told = regraded(cracklens, place, *arguments, code=code).stderr
    assert said in " ".join(told.split())
    assert (place / "out" / "inspection.json").read_bytes() == before


def test_a_setting_is_taken_back(cracklens, place):
    regraded(cracklens, place, "--reset", "mm-per-px", "--quiet")
    found = content_of(place / "out")
    assert all(photo["scale"] is None for photo in found["photographs"])
    assert found["configuration"]["mm_per_px"] is None


def test_what_lies_beside_the_result_stays(cracklens, place):
    (place / "out" / "my notes.txt").write_text("kept", encoding="utf-8")
    regraded(cracklens, place, "--mm-per-px", "0.2")
    assert (place / "out" / "my notes.txt").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.unlink(), "is missing"),
        (lambda file: file.write_bytes(b"PK"), "is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:-400]), "is damaged"),
        (lambda file: shutil.copy(file.with_name("P002.npz"), file), "another photograph"),
    ],
)
def test_what_is_kept_is_checked(cracklens, place, damage, said):
    damage(place / "out" / "lines" / "P001.npz")
    before = (place / "out" / "inspection.json").read_bytes()
    told = " ".join(regraded(cracklens, place, "--mm-per-px", "0.2", code=1).stderr.split())
    assert said in told
    assert "inspect the photographs again to be able to regrade" in told
    assert (place / "out" / "inspection.json").read_bytes() == before


def test_a_folder_without_an_inspection_is_named(cracklens, tmp_path):
    (tmp_path / "empty").mkdir()
    told = cracklens("regrade", "empty", code=2, cwd=tmp_path).stderr
    assert "holds no inspection" in told
