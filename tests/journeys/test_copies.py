"""The same file more than once among the photographs, through the installed command."""

import csv
import json
import shutil

import cv2
import numpy as np
import pytest

from cracklens import Inspection

LINE = np.array([(30, 40), (120, 90), (200, 80), (300, 170), (390, 150)], np.int32)


def photograph(path, shift=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((260, 420, 3), 180, np.uint8)
    points = LINE + np.array((0, shift), np.int32)
    cv2.polylines(pixels, [points], isClosed=False, color=(10, 10, 10), thickness=3)
    cv2.imwrite(str(path), pixels)


@pytest.fixture
def inspect(cracklens, segmenter_folder, tmp_path):
    def run(*arguments, code=0):
        return cracklens(
            "inspect", *arguments, "--model", segmenter_folder, "--resume", code=code, cwd=tmp_path
        )

    return run


@pytest.fixture
def site(tmp_path):
    """Two photographs, a copy of each in another folder, and a broken file twice."""
    folder = tmp_path / "site"
    photograph(folder / "card" / "a.jpg")
    photograph(folder / "card" / "b.jpg", 40)
    (folder / "card" / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    shutil.copytree(folder / "card", folder / "mail")
    (folder / "mail" / "b.jpg").rename(folder / "mail" / "IMG_7.JPEG")
    return folder


def test_each_photograph_counts_once(inspect, cracklens, site, tmp_path):
    done = inspect("site", "-o", "out", "--mm-per-px", "0.1", code=3)
    assert "2 photographs inspected, 2 with cracks, 2 with a scale; 2 could not be" in done.stdout
    assert "2 copies of others are not counted again" in done.stdout
    out = tmp_path / "out"
    found = Inspection.load(out)
    pairs = [("mail/IMG_7.JPEG", "card/b.jpg"), ("mail/a.jpg", "card/a.jpg")]
    assert sorted((copy.path, copy.of) for copy in found.copies) == pairs
    assert [each.path for each in found.failed] == ["card/broken.jpg", "mail/broken.jpg"]
    inspect("site/card", "-o", "once", "--mm-per-px", "0.1", code=3)
    once = Inspection.load(tmp_path / "once")
    assert found.quantities == once.quantities
    assert found.quantities.measured_photographs == 2
    with (out / "tables" / "photographs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert ("mail/a.jpg", "copy", "the same file as card/a.jpg") in [
        (row["photograph"], row["status"], row["reason"]) for row in rows
    ]
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "2 files have the same bytes as a photograph above" in report
    assert '<td class="path">mail/a.jpg</td><td class="path">card/a.jpg</td>' in report
    assert report.count("<figure") == (tmp_path / "once/report.html").read_text().count("<figure")
    assert "valid" in cracklens("validate", "out", cwd=tmp_path).stdout


def test_a_finished_result_with_copies_is_left_alone_until_something_changes(
    inspect, site, tmp_path
):
    inspect("site", "-o", "out", code=3)
    assert "no photograph changed since" in inspect("site", "-o", "out", code=3).stderr
    (site / "card" / "a.jpg").unlink()
    photograph(site / "card" / "a.jpg", 70)
    done = inspect("site", "-o", "out", "--json", code=3)
    assert "4 of 6 photographs changed or failed" in done.stderr  # a, its copy, and two broken
    told = json.loads(done.stdout)
    assert told["copies"] == [{"path": "mail/IMG_7.JPEG", "of": "card/b.jpg"}]
    assert told["photographs"] == 3
    inspect("site", "-o", "fresh", code=3)
    contents = [
        json.loads((tmp_path / name / "inspection.json").read_text(encoding="utf-8"))
        for name in ("out", "fresh")
    ]
    assert all(content.pop("created") for content in contents)
    assert contents[0] == contents[1]


def test_another_scale_for_a_copy_is_said(inspect, site, tmp_path):
    (site / "card" / "broken.jpg").unlink()
    (site / "mail" / "broken.jpg").unlink()
    table = "photo,mm_per_px\ncard/a.jpg,0.1\nmail/a.jpg,0.2\ncard/b.jpg,0.3\nmail/IMG_7.JPEG,0.3\n"
    (tmp_path / "scales.csv").write_text(table, encoding="utf-8")
    done = inspect("site", "-o", "out", "--scale-table", "scales.csv")
    said = "mail/a.jpg is a copy of card/a.jpg: its line 3 of the scale table is not used"
    assert said in done.stderr.replace("\n", " ")
    found = Inspection.load(tmp_path / "out")
    assert [f"{said[0].upper()}{said[1:]}."] == [x for x in found.limits if "scale table" in x]
    assert {photo.path: photo.scale.mm_per_px for photo in found.photographs} == {
        "card/a.jpg": 0.1,
        "card/b.jpg": 0.3,
    }
