"""The validator finds what was made wrong, and nothing else."""

import json

import pytest

from cracklens.errors import DataError
from cracklens.record.schema import Inspection
from cracklens.record.validate import find_problems


def edit(folder, change):
    file = folder / "inspection.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content["photographs"])
    file.write_text(json.dumps(content), encoding="utf-8")


def test_a_good_one_has_no_problems(saved):
    assert find_problems(saved) == []
    assert find_problems(saved / "inspection.json") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p[0]["cracks"][1].update(id="P001-C01"), "crack id 'P001-C01' stands 2 times"),
        (lambda p: p[1].update(id="P001"), "photograph id 'P001' stands 2 times"),
        (lambda p: p[1].update(path="c.jpg"), "path 'c.jpg' stands 2 times"),
        (lambda p: p[0]["cracks"][0].update(id="P002-C01"), "P002-C01: stands in photograph P001"),
        (lambda p: p[0].update(overlay="overlays/x.png"), "overlay 'overlays/x.png' is missing"),
        (lambda p: p[0].update(overlay="../x.png"), "does not lie in the folder"),
        (lambda p: p[0]["cracks"][0].update(box_px=[95, 0, 6, 5]), "box [95, 0, 6, 5]"),
        (lambda p: p[0]["rejected"][0].update(box_px=[-1, 0, 6, 5]), "P001, rejected 0: box"),
        (lambda p: p[0]["tiles"][0].update(box_px=[0, 0, 0, 5]), "P001, tile 0: box"),
        (lambda p: p[0]["cracks"][0].update(widest_px=[100.2, 3]), "point (100.2, 3.0)"),
        (lambda p: p[0]["cracks"][0]["branches"][0].update(end=2), "a node that does not exist"),
        (
            lambda p: p[0]["cracks"][0]["branches"][0].update(width_px=[1.0]),
            "not as many widths as points",
        ),
        (lambda p: p[0]["rejected"][0].update(lines_px=[[[1, 2], [9, 50]]]), "rejected 0: point"),
        (lambda p: p[0]["cracks"][0].update(length_px=11.1), "branches are 10.00 long"),
        (lambda p: p[0]["cracks"][0].update(length_px=8.9), "branches are 10.00 long"),
        (lambda p: p[1].update(sha256=p[0]["sha256"]), "P002 has the same bytes as P001"),
        (
            lambda p: p[0]["cracks"][0].update(probability=0.9, kinds={"joint": 0.2}),
            "sum to 1.1000",
        ),
        (
            lambda p: p[0]["rejected"][0].update(kinds={"joint": 0.2}),
            "P001, rejected 0: kinds are given without the probability",
        ),
        (
            lambda p: p[0]["cracks"][0]["branches"][0].update(inferred=[[0, 2]]),
            "inferred parts of a branch overlap, or name no points of it",
        ),
        (
            lambda p: p[0]["cracks"][0].update(
                network={
                    "area_m2": {"value": 4, "standard": 0, "low": 4, "high": 4, "contributions": {}}
                }
            ),
            "network: area_m2 is given, but P001 has no scale",
        ),
        (lambda p: p[0]["cracks"][0].update(continues=["P001-C07"]), "which is no other crack"),
        (lambda p: p[0]["cracks"][0].update(continues=["P001-C02"]), "does not continue it"),
        (
            lambda p: p[0]["cracks"][0].update(
                priority={"score": 40, "terms": [], "note": "", "if_crack": 50}
            ),
            "its score is not that of a crack times the probability of one",
        ),
        (
            lambda p: p[0]["cracks"][0].update(
                priority={"score": 40, "terms": [], "note": "", "if_crack": 50, "probability": 0.8}
            ),
            "priority: names another probability of a crack",
        ),
        (lambda p: p[0].update(width_px=0), "photographs.0.width_px: Input should be greater"),
    ],
)
def test_one_fault_is_one_line(saved, change, said):
    edit(saved, change)
    (found,) = find_problems(saved)
    assert said in found


@pytest.mark.parametrize(
    ("copy", "said"),
    [
        ({"path": "b.jpg", "of": "north/a.jpg"}, "path 'b.jpg' stands 2 times"),
        ({"path": "new.jpg", "of": "c.jpg"}, "'c.jpg', which is no inspected photograph"),
    ],
)
def test_copies_are_files_beside_the_photographs(saved, copy, said):
    inspection = Inspection.load(saved)
    for copies in ([{"path": "new.jpg", "of": "b.jpg"}], [copy]):
        content = inspection.model_dump(mode="json") | {"copies": copies}
        Inspection.model_validate(content).save(saved)
        assert Inspection.load(saved).copies[0].path == copies[0]["path"]
        assert [said in line for line in find_problems(saved)] == [True] * (copies == [copy])


def test_rounding_of_a_length_is_no_fault(saved):
    edit(saved, lambda photographs: photographs[0]["cracks"][0].update(length_px=10.9))
    assert find_problems(saved) == []


def test_all_faults_are_listed(saved):
    def change(photographs):
        photographs[0].pop("sha256")
        photographs[1].pop("notes")

    edit(saved, change)
    assert len(find_problems(saved)) == 2


def test_what_is_no_inspection_is_an_error(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        find_problems(tmp_path)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_what_is_nested_too_deeply_is_an_error(tmp_path, opening):
    file = tmp_path / "inspection.json"
    file.write_text('{"schema_version": 1, "root": ' + opening * 100_000, encoding="utf-8")
    for read in (find_problems, Inspection.load):
        with pytest.raises(DataError, match="is not JSON: it is nested too deeply"):
            read(file)


def test_what_the_verification_and_the_joining_add_is_no_fault(saved):
    def change(photographs):
        one, other = photographs[0]["cracks"]
        one.update(probability=0.9, kinds={"joint": 0.07, "plant": 0.03}, continues=[other["id"]])
        one["priority"] = {
            "score": 45, "terms": [], "note": "", "if_crack": 50, "probability": 0.9,
        }  # fmt: skip
        other.update(continues=[one["id"]])
        other["branches"][0].update(inferred=[[0, 1]])

    edit(saved, change)
    assert find_problems(saved) == []
