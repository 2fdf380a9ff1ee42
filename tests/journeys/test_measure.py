"""From photographs with a scale to states and quantities, through the installed command."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from cracklens.synthesis import Marker, render_specimen
from cracklens.synthesis.marker import place_marker

pytestmark = pytest.mark.slow

CODES = ("--codes", "aashto-mbei", "--reinforcement", "reinforced")
SCALE_MM_PER_PX = 0.1


def crack_of(width_px):
    return render_specimen(
        11, width_px=width_px, angle_deg=20, mm_per_px=SCALE_MM_PER_PX, size_px=(700, 900),
        jpeg_quality=None,
    )  # fmt: skip


def wide_crack():
    return crack_of(18.0)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two photographs of cracks of known width, one of them with a marker of 12 mm."""
    folder = tmp_path_factory.mktemp("measure") / "site"
    folder.mkdir()
    for name, specimen in (("fine.png", crack_of(5.0)), ("wide.png", wide_crack())):
        pixels = specimen.pixels.astype(np.float32)
        if name == "wide.png":
            side_px = 12.0 / SCALE_MM_PER_PX
            place_marker(pixels, Marker(7, 12.0, (100.0, 100.0), side_px, 3.0))
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / name)
    return folder


@pytest.fixture
def inspect(cracklens, tmp_path):
    def run(*arguments, code=0):
        return cracklens("inspect", *arguments, code=code, cwd=tmp_path)

    return run


def record(folder):
    return json.loads((folder / "inspection.json").read_text(encoding="utf-8"))


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_marker_gives_millimetres_states_and_tables(inspect, cracklens, site, tmp_path):
    done = inspect(site / "wide.png", "-o", "out", "--marker", "12mm", *CODES)
    assert "by priority" in done.stdout
    assert "expected length" in done.stdout
    table = done.stdout.partition("written:")[0].splitlines()
    assert all(len(row) <= 80 for row in table)
    (photo,) = record(tmp_path / "out")["photographs"]
    assert photo["scale"]["source"] == "marker"
    assert photo["scale"]["mm_per_px"] == pytest.approx(SCALE_MM_PER_PX, rel=0.005)
    crack = photo["cracks"][0]
    mean = crack["measurement"]["mean_width_mm"]
    truth = wide_crack().cracks[0]
    step = np.hypot(*np.diff(truth.points_mm, axis=0).T)
    known = np.average((truth.width_mm[1:] + truth.width_mm[:-1]) / 2, weights=step)
    assert mean["value"] == pytest.approx(known, rel=0.06)
    assert {"scale", "profile fit"} <= set(mean["contributions"])
    (grade,) = crack["grades"]
    assert grade["kind"] == "inspection state"
    assert max(grade["states"], key=grade["states"].get) == "CS3"  # above 1.27 mm
    tables = tmp_path / "out" / "tables"
    assert rows(tables / "grades.csv")[0]["code"] == "aashto-mbei"
    assert rows(tables / "widths.csv")
    assert rows(tables / "quantities.csv")
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "How to read this" in report
    assert "Ratings are the inspector" in report
    cracklens("validate", "out", cwd=tmp_path)


def test_a_table_gives_each_photograph_its_scale(inspect, site, tmp_path):
    table = tmp_path / "scales.csv"
    table.write_text("photo,mm_per_px\nfine.png,0.1\nwide.png,0.2\n", encoding="utf-8")
    inspect(site, "-o", "out", "--scale-table", table, *CODES, "--quiet")
    scales = {p["path"]: p["scale"]["mm_per_px"] for p in record(tmp_path / "out")["photographs"]}
    assert scales == {"fine.png": 0.1, "wide.png": 0.2}
    table.write_text("photo,mm_per_px\nfine.png,0.1\nwide.png,0.3\n", encoding="utf-8")
    done = inspect(site, "-o", "out", "--scale-table", table, *CODES, "--resume", code=1)
    assert "scale_table_sha256" in done.stderr  # the file changed, and with it the result


def test_without_a_scale_the_marker_is_mentioned_and_nothing_is_graded(inspect, site, tmp_path):
    done = inspect(site, "-o", "out", *CODES, "--member", "beam")
    assert "--marker" in done.stdout
    assert "not graded: " in done.stdout
    assert "by aashto-mbei, because no width in mm" in " ".join(done.stdout.split())
    found = record(tmp_path / "out")
    assert found["quantities"] is None
    for note in ("nothing will be graded: no scale was given", "did you mean girder?"):
        assert done.stderr.count(note) == 1
        assert any(note.lower() in limit.lower() for limit in found["limits"])
    cracks = [crack for photo in found["photographs"] for crack in photo["cracks"]]
    assert cracks
    assert all(grade["refused"] for crack in cracks for grade in crack["grades"])
    assert all(crack["measurement"]["max_width_mm"] is None for crack in cracks)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--marker", "50"), 2, "needs a unit"),
        (("--mm-per-px", "0"), 2, "above 0"),
        (("--mm-per-px", "50"), 2, "cannot be right"),
        (("--codes", "ashto-mbei"), 2, "did you mean 'aashto-mbei'"),
        (("--codes", "aci-224r", "--exposure", "XC3"), 2, "not among the codes"),
        (("--marker", "5cm", "--distance", "2m"), 2, "choose one"),
        (("--scale-table", "nope.csv"), 2, "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(inspect, site, tmp_path, arguments, code, said):
    done = inspect(site, "-o", "out", *arguments, code=code)
    assert said in done.stderr
    assert not (tmp_path / "out" / "inspection.json").exists()


def test_a_wrong_dictionary_is_named(inspect, site, tmp_path):
    done = inspect(
        site / "wide.png", "-o", "out", "--marker", "12mm", "--marker-dictionary", "DICT_5X5_50",
        "--quiet",
    )  # fmt: skip
    assert "DICT_4X4" in done.stdout
    assert record(tmp_path / "out")["photographs"][0]["scale"] is None
