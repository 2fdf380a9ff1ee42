"""What a person draws, moves or scales at the desk is measured and graded again."""

import shutil

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="needs the extra web")

from fastapi.testclient import TestClient

from cracklens.record.schema import Inspection
from cracklens.web.app import create_app
from cracklens.web.shown import Shown
from wall_specimens import MM_PER_PX, SEEDS, WIDTH_PX, wall_specimen


@pytest.fixture(scope="module")
def line():
    """The crack of the first wall, away from its border."""
    points = wall_specimen(SEEDS[0]).cracks[0].points_px
    inside = ((points > 80) & (points < 520)).all(axis=1)
    return [[round(x, 1), round(y, 1)] for x, y in points[inside][::12].tolist()]


@pytest.fixture
def desk(measured_walls, line, tmp_path):
    site = shutil.copytree(measured_walls, tmp_path / "site")
    folder, photos = site / "out", site / "photos"
    record = Inspection.load(folder).model_copy(update={"root": str(photos)})
    client = TestClient(create_app(Shown(folder, record)), base_url="http://127.0.0.1:8765")

    def decide(finding=None, **decision):
        body = {"by": "A", "photograph": "P001", "finding": finding, "decision": decision}
        found = client.post("/api/v1/decisions", json=body)
        assert found.status_code == 201, found.text
        return found.json()

    return client, decide, line, photos


def number(text):
    return float(text.removeprefix("≥ ").split()[0])


def drawn(answer):
    return next(one for one in answer["photograph"]["findings"] if one["look"] == "drawn")


def test_a_drawn_line_has_width_length_state_and_priority(desk):
    _, decide, line, _ = desk
    one = drawn(decide(kind="draw", lines=[line]))
    along = np.hypot(*np.diff(np.array(line), axis=0).T).sum()
    assert number(one["width"]) == pytest.approx(WIDTH_PX * MM_PER_PX, rel=0.2)
    assert number(one["length"]) == pytest.approx(along * 0.1 / 1000, abs=0.01)
    assert one["unmeasured"] is None
    assert one["priority"] > 0
    assert [grade["code"] for grade in one["grades"]] == ["aashto-mbei"]


def test_the_scale_of_a_person_changes_all_lines_and_goes_back(desk):
    client, decide, line, _ = desk
    before = drawn(decide(kind="draw", lines=[line]))
    answer = decide(kind="scale", mm_per_px=0.2)
    assert "1 px is 0.2 mm" in answer["photograph"]["scale"]
    after = drawn(answer)
    assert number(after["width"]) == pytest.approx(2 * number(before["width"]), rel=0.03)
    back = client.post("/api/v1/undo", json={"by": "A", "photograph": "P001"}).json()
    assert drawn(back)["width"] == before["width"]
    assert "1 px is 0.1 mm" in back["photograph"]["scale"]


def test_where_a_person_saw_no_concrete_nothing_is_measured(desk):
    _, decide, line, _ = desk
    decide(kind="draw", lines=[line])
    half = [[300, 0], [599, 0], [599, 599], [300, 599]]
    one = drawn(decide(kind="region", polygon=half))
    assert one["length"].startswith("≥")


def test_without_the_photograph_a_new_line_has_no_figure_and_says_why(desk):
    client, decide, line, photos = desk
    (photos / "11.png").unlink()
    shown = drawn(decide(kind="draw", lines=[line]))
    assert "is no longer there" in shown["unmeasured"]
    assert shown["width"] is None
    assert shown["grades"] == []
    assert shown["priority"] is None
    found = client.get("/api/v1/photographs").json()["items"]
    assert found[0]["present"] is False
