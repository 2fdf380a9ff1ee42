"""From the printed sheet to a stored check through the installed command."""

import json

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from cracklens.measurement.target.result import CameraCheck
from cracklens.synthesis import Camera, photograph
from cracklens.synthesis.printed import printed_page

pytestmark = pytest.mark.slow

DPI = 900
SIZE = (1500, 1100)


@pytest.fixture(scope="module")
def sheet(cracklens, tmp_path_factory):
    """The PDF of the verb, printed, and photographed at 0.1 mm/px by a camera in focus."""
    folder = tmp_path_factory.mktemp("sheet")
    done = cracklens("target", cwd=folder)
    assert "check-camera PHOTO -o camera.json" in done.stdout
    with pdfium.PdfDocument(folder / "target.pdf") as document:
        bitmap = document[0].render(scale=DPI / 72, grayscale=True)
        page = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
    to_page = np.array([[0.1, 0.003, 8.0], [-0.003, 0.1, 90.0], [0, 0, 1]])
    surface = printed_page(page, 25.4 / DPI, to_page, *SIZE)
    camera = Camera(blur_px=0.7, read_noise=2.0)
    pixels = photograph(surface, camera, np.random.default_rng(0))
    Image.fromarray(pixels).save(folder / "sheet.jpg", quality=92)
    return folder


def test_the_check_is_printed_and_kept(cracklens, sheet):
    done = cracklens("check-camera", "sheet.jpg", "-o", "camera.json", cwd=sheet)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "bias mm" in done.stdout
    assert "1.27 mm  SERVES" in done.stdout
    assert "--camera camera.json" in done.stdout
    kept = CameraCheck.load(sheet / "camera.json")
    assert kept.mm_per_px == pytest.approx(0.1, rel=0.01)
    assert len(kept.bias().width_px) >= 6
    refused = cracklens("check-camera", "sheet.jpg", "-o", "camera.json", code=1, cwd=sheet)
    assert "--overwrite" in refused.stderr


def test_json_holds_the_whole_check(cracklens, sheet):
    arguments = ["sheet.jpg", "--ruler", "99.2mm", "--codes", "din-1076,bre-251", "--json"]
    said = json.loads(cracklens("check-camera", *arguments, cwd=sheet).stdout)
    assert said.pop("output") is None
    kept = CameraCheck.model_validate(said)
    assert kept.ruler_mm == 99.2
    assert {each.boundary_mm for each in kept.boundaries} >= {0.1, 0.2, 1.0, 5.0}


def test_true_widths_come_from_a_table(cracklens, sheet):
    (sheet / "loupe.csv").write_text("nominal_mm,true_mm\n0.40,0.43\n0.60,0.63\n")
    arguments = ["sheet.jpg", "--true-widths", "loupe.csv", "--json"]
    said = json.loads(cracklens("check-camera", *arguments, cwd=sheet).stdout)
    (row,) = [row for row in said["widths"] if row["nominal_mm"] == 0.40]
    assert row["true_mm"] == pytest.approx(0.43)
    (sheet / "bad.csv").write_text("width,loupe\n0.40,0.43\n")
    done = cracklens("check-camera", "sheet.jpg", "--true-widths", "bad.csv", code=2, cwd=sheet)
    assert "nominal_mm and true_mm" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["wall.png"], 1, "print it with cracklens target"),
        (["absent.jpg"], 2, "absent.jpg does not exist"),
        (["wall.png", "--ruler", "99.2"], 2, "the ruler needs a unit"),
        (["wall.png", "--ruler", "9mm"], 2, "print the sheet at 100 %"),
        (["wall.png", "--codes", "aashto"], 2, "did you mean 'aashto-mbei'?"),
        (["wall.png", "--codes", ","], 2, "at least one code"),
        (["wall.png", "--true-widths", "absent.csv"], 2, "absent.csv cannot be read"),
    ],
)
def test_bad_input_is_named(cracklens, tmp_path, arguments, code, said):
    Image.new("RGB", (300, 200), (180, 180, 180)).save(tmp_path / "wall.png")
    done = cracklens("check-camera", *arguments, code=code, cwd=tmp_path)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_sheet_comes_on_other_papers(cracklens, tmp_path):
    sizes = {"letter": (215.9, 279.4), "legal": (215.9, 355.6), "card": (210.0, 279.4)}
    for paper, size in sizes.items():
        done = cracklens("target", "--paper", paper, "-o", f"{paper}.pdf", cwd=tmp_path)
        assert f"measure its ruler ({'60' if paper == 'card' else '100'} mm)" in done.stdout
        with pdfium.PdfDocument(tmp_path / f"{paper}.pdf") as document:
            assert np.array(document[0].get_size()) * 25.4 / 72 == pytest.approx(size, abs=0.01)
    assert "a4" in cracklens("target", "--paper", "a5", code=2, cwd=tmp_path).stderr


def test_an_existing_sheet_is_kept_without_overwrite(cracklens, tmp_path):
    (tmp_path / "target.pdf").write_text("mine")
    assert "--overwrite" in cracklens("target", code=1, cwd=tmp_path).stderr
    assert (tmp_path / "target.pdf").read_text() == "mine"
    done = cracklens("target", "--overwrite", "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {"output": "target.pdf", "paper": "a4"}
    assert (tmp_path / "target.pdf").read_bytes().startswith(b"%PDF")
