"""Which region belongs to which photograph, and that a changed one wakes its photograph."""

import json

import numpy as np
import pytest
from PIL import Image

import cracklens
from cracklens.errors import PhotoError, UsageError
from cracklens.inspection.inputs import find_inputs
from cracklens.inspection.run import run_inspection
from cracklens.inspection.store import stamp_of
from cracklens.tracing import TraceSettings
from cracklens.verification.find import Finder

FINDER = Finder(TraceSettings(reject_straight=False))
LEFT = [[0, 0], [99, 0], [99, 119], [0, 119]]


@pytest.fixture
def site(tmp_path, draw):
    for name in ("north.png", "south.png"):
        draw(tmp_path / "site" / name, shift=5 * (name == "south.png"))
    (tmp_path / "regions").mkdir()
    return tmp_path / "site"


def write(path, content=LEFT):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def test_a_region_leaves_out_the_lines_beyond_it_and_their_area(site, tmp_path, dark):
    region = write(tmp_path / "regions" / "north.json")
    inputs = find_inputs([site / "north.png"], None, region)
    (record,) = run_inspection(inputs, dark, FINDER).records
    assert record.no_concrete_share == 0.5
    assert max(x for c in record.cracks for b in c.branches for x, _ in b.points_px) <= 100
    assert "50% of the picture is no concrete (outside the region): left out" in record.notes


def test_a_folder_has_a_region_for_each_photograph_by_its_name(site, tmp_path, dark):
    write(tmp_path / "regions" / "NORTH.json")
    write(tmp_path / "regions" / "east.json")
    inputs = find_inputs([site], None, tmp_path / "regions")
    outcome = run_inspection(inputs, dark, FINDER)
    assert [record.no_concrete_share for record in outcome.records] == [0.5, 0.0]
    assert len(inputs.left_out()) == 2
    assert inputs.left_out()[0].startswith("1 photograph has no region in ")
    assert "east.json: not used" in inputs.left_out()[1]


def test_masks_inside_the_folder_of_photographs_are_no_photographs(site):
    Image.new("L", (200, 120), 255).save(write(site / "regions" / "north.png"))
    inputs = find_inputs([site], None, site / "regions")
    assert [path.name for path in inputs.paths] == ["north.png", "south.png"]


def test_regions_in_subfolders_belong_to_photographs_in_the_same_ones(tmp_path, draw):
    for side in ("a", "b"):
        draw(tmp_path / "site" / side / "1.png", shift=4 * (side == "b"))
    write(tmp_path / "regions" / "b" / "1.json")
    inputs = find_inputs([tmp_path / "site"], None, tmp_path / "regions")
    assert [inputs.region(0), inputs.region(1)] == [None, tmp_path / "regions" / "b" / "1.json"]
    write(tmp_path / "regions" / "1.json")
    with pytest.raises(UsageError, match="several photographs named 1: put it into"):
        find_inputs([tmp_path / "site"], None, tmp_path / "regions")


def _one_file_for_two(regions):
    return write(regions / "north.json")


def _two_for_one(regions):
    Image.new("L", (200, 120), 255).save(regions / "north.png")
    return write(regions / "north.json").parent


def _none(regions):
    return write(regions / "east.json").parent


def _of_another_kind(regions):
    (regions / "north.jpg").touch()
    return regions / "north.jpg"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_one_file_for_two, "one file for 2 photographs: give a folder"),
        (_two_for_one, "north.png has two regions"),
        (_none, "holds no region for any photograph: name the files like"),
        (_of_another_kind, "neither a PNG mask"),
        (lambda regions: regions / "nope.png", "does not exist"),
        (lambda regions: regions.parent / "site", "folder of their own"),
    ],
)
def test_ambiguous_regions_are_refused_before_any_work(site, tmp_path, make, said):
    region = make(tmp_path / "regions")
    with pytest.raises(UsageError, match=said):
        find_inputs([site], None, region)


def test_a_photograph_with_a_wrong_region_fails_and_the_others_go_on(site, tmp_path, dark):
    Image.new("L", (20, 10), 255).save(tmp_path / "regions" / "north.png")
    write(tmp_path / "regions" / "south.json")
    inputs = find_inputs([site], None, tmp_path / "regions")
    outcome = run_inspection(inputs, dark, FINDER)
    assert [record.path for record in outcome.records] == ["south.png"]
    (failed,) = outcome.failed
    assert "the mask has 20 x 10 px, the photograph 200 x 120 px" in failed.reason


def test_a_photograph_that_is_all_excluded_says_so(site, tmp_path, dark):
    wall = np.full((120, 200, 4), 180, np.uint8)
    wall[:, :150, 3] = 0
    Image.fromarray(wall).save(site / "north.png")
    region = write(tmp_path / "regions" / "north.json")
    inputs = find_inputs([site / "north.png"], None, region)
    with pytest.raises(PhotoError, match=r"no part of it shows concrete .*outside the region"):
        run_inspection(inputs, dark, FINDER, strict=True)


def test_the_stamp_of_a_photograph_changes_with_its_region(site, tmp_path):
    region = write(tmp_path / "regions" / "north.json")
    before = stamp_of(site / "north.png", region)
    write(region, [[0, 0], [150, 0], [150, 119]])
    assert before != stamp_of(site / "north.png", region)
    assert before[:2] == stamp_of(site / "north.png")


@pytest.mark.slow
def test_a_changed_region_wakes_its_photograph_alone(site, tmp_path, segmenter_folder):
    region = write(tmp_path / "regions" / "north.json").parent
    out = tmp_path / "out"

    def inspect(**how):
        return cracklens.inspect(site, out, model=segmenter_folder, region=str(region), **how)

    first = inspect()
    assert first.configuration["region"] == str(region)
    south = json.loads((out / "timings.json").read_text())["photographs"]["P002"]
    write(region / "north.json", [[0, 0], [149, 0], [149, 119], [0, 119]])
    again = inspect(resume=True)
    assert [photo.no_concrete_share for photo in first.photographs] == [0.5, 0.0]
    assert [photo.no_concrete_share for photo in again.photographs] == [0.25, 0.0]
    assert json.loads((out / "timings.json").read_text())["photographs"]["P002"] == south


def test_a_copy_says_that_its_own_region_is_not_used(site, tmp_path):
    from cracklens.api.assessing import unused_regions

    for name, right in (("north", 99), ("south", 149)):
        write(tmp_path / "regions" / f"{name}.json", [[0, 0], [right, 0], [right, 119]])
    inputs = find_inputs([site], None, tmp_path / "regions")
    (said,) = unused_regions(inputs, {"south.png": "north.png"})
    assert said.startswith("south.png is a copy of north.png: its region ")
    write(tmp_path / "regions" / "south.json", [[0, 0], [99, 0], [99, 119]])
    assert unused_regions(inputs, {"south.png": "north.png"}) == []
