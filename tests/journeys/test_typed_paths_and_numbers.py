"""What shells leave as it was typed: `--output=~/x`, `--mm-per-px 0,25`, `--distance 3,2m`."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cracklens as package
from cracklens.api.camera import check_camera as api_check_camera
from cracklens.api.camera import read_true_widths, write_target
from cracklens.datasets import load_dataset
from cracklens.errors import PhotoError, UsageError
from cracklens.files import as_path, expand_home
from cracklens.models import read_model_folder
from cracklens.photos import read_photo
from cracklens.record.validate import find_problems


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with a photograph of a crack, and another folder to work in."""
    folder = tmp_path / "home"
    (folder / "site").mkdir(parents=True)
    wall = np.full((300, 400, 3), 170, np.uint8)
    wall[150:156, 40:360] = 40
    Image.fromarray(wall).save(folder / "site" / "IMG_0001.JPG", quality=92)
    (folder / "scales.csv").write_text("sep=;\nphoto;mm_per_px\n~/site/img_0001.jpg;0,25\n")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(folder))
    return folder


def nothing_here():
    return not list(Path.cwd().iterdir())


def test_every_path_of_the_command_line_may_begin_with_the_home_folder(
    cracklens, home, segmenter_folder
):
    done = cracklens(
        "inspect", "~/site/*.JPG", "--output=~/out", f"--model={segmenter_folder}",
        "--scale-table=~/scales.csv", "--json",
    )  # fmt: skip
    assert json.loads(done.stdout)["output"] == str(home / "out")
    (photo,) = package.Inspection.load(home / "out").photographs
    assert photo.scale.mm_per_px == 0.25
    cracklens("validate", "~/out")
    cracklens("target", "-o~/sheet.pdf")
    assert (home / "sheet.pdf").exists()
    assert nothing_here()


@pytest.mark.slow
def test_paths_in_yaml_and_in_python_may_begin_with_it(home, segmenter_folder):
    (home / "mine.yaml").write_text(f"scale_table: ~/scales.csv\nmodel: {segmenter_folder}\n")
    package.inspect(Path("~/site"), Path("~/out"), config="~/mine.yaml")
    found = package.Inspection.load("~/out")
    assert found.photographs[0].scale.mm_per_px == 0.25
    assert find_problems("~/out") == []
    found.save("~/copy.json")
    assert (home / "copy.json").exists()
    (home / "dark").symlink_to(segmenter_folder)
    assert package.load_model(Path("~/dark")).card.name == "dark"
    assert package.inspect("~/site/*.JPG", model="~/dark").photographs
    assert read_model_folder(home / "dark").card.name == "dark"
    assert read_photo("~/site/IMG_0001.JPG").width_px == 400
    write_target("~/sheet.pdf")
    assert (home / "sheet.pdf").exists()
    with pytest.raises(PhotoError, match="no marker"):
        api_check_camera("~/site/IMG_0001.JPG")
    assert nothing_here()


def test_labelled_data_may_lie_there(home, tiles):
    (home / "tiles").symlink_to(tiles)
    assert package.audit("~/tiles").counts == package.audit(tiles).counts
    (home / "labels.csv").write_text("path,label\n~/site/IMG_0001.JPG,cracked\n")
    assert load_dataset("~").paths == [home / "site/IMG_0001.JPG"]
    assert nothing_here()


def test_what_is_no_home_folder_stays(home):
    for text in ("a~", "~nobody-of-this-name/x", "./~/x", "IMG~1.JPG"):
        assert expand_home(text) == text
    assert as_path(Path("~/x")) == home / "x"


@pytest.mark.parametrize(
    ("flags", "mm_per_px"),
    [
        (["--mm-per-px", "0,25"], 0.25),
        (["--mm-per-px=0.25", "--axis-deg=12,5"], 0.25),
        (["--config", "mine.yaml"], 0.125),
    ],
)
def test_numbers_may_have_a_decimal_comma(cracklens, home, segmenter_folder, flags, mm_per_px):
    Path("mine.yaml").write_text("mm_per_px: 0,125\ngap_px: '20,5'\nscales: 1,0.5\n")
    cracklens("inspect", home / "site", "-o", "out", "--model", segmenter_folder, *flags)
    (photo,) = package.Inspection.load("out").photographs
    assert photo.scale.mm_per_px == mm_per_px


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--mm-per-px", "1,200"], "(--mm-per-px): 1,200 may mean 1.2 or 1200: write one of these"),
        (["--scales", "1,5"], "(--scales): 1,5 may mean 1.5 or the list 1.0,5.0: write one of"),
        (["--distance", "3,250m"], "3,250 may mean 3.25 or 3250"),
        (["--gap-px", "few"], "(--gap-px): Input should be a valid number"),
    ],
)
def test_what_may_be_two_numbers_is_refused(cracklens, home, segmenter_folder, flags, told):
    given = ["inspect", home / "site", "-o", "out", "--model", segmenter_folder, *flags]
    assert told in " ".join(cracklens(*given, code=2).stderr.split())
    assert nothing_here()


def test_a_flag_that_is_no_field_reads_a_decimal_comma_too(cracklens, home, tiles):
    done = cracklens("audit", tiles, "--split", "random", "--validation-fraction", "0,25")
    assert "split 'random'" in done.stdout
    done = cracklens("audit", tiles, "--validation-fraction", "1,200", code=2)
    assert "may mean 1.2 or 1200" in " ".join(done.stderr.split())


def test_true_widths_by_a_loupe_as_a_spreadsheet_writes_them(home):
    Path("loupe.csv").write_bytes(
        "nominal_mm\ttrue_mm\r\n0,40\t0,43\r\n5,00\t5,012\r\n".encode("utf-16")
    )
    assert read_true_widths(Path("loupe.csv")) == {0.40: 0.43, 5.0: 5.012}
    Path("loupe.csv").write_text("nominal_mm,true_mm\n0,40,0,43\n")
    with pytest.raises(UsageError, match=r"line 2.*a decimal comma needs semicolons"):
        read_true_widths(Path("loupe.csv"))
