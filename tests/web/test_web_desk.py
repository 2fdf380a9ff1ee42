"""What a person does at the desk, through its HTTP interface."""

import pytest

from cracklens.record.decisions import Journal, approval_problems
from cracklens.record.schema import Inspection
from cracklens.web.shown import Shown


def decide(api, decision, finding=None, photograph="P001", expected=None, **more):
    body = {"by": "A. Smith", "photograph": photograph, "finding": finding, "decision": decision}
    return api("/decisions", body | {"expected": expected}, **more)


def findings(api, photograph="P001"):
    return {one["name"]: one for one in api(f"/photographs/{photograph}")["findings"]}


def test_the_start_says_how_much_is_left(api):
    found = api("/inspection")
    assert (found["name"], found["photographs"], found["findings"], found["unsure"]) == (
        "bridge 7", 2, 3, 1,
    )  # fmt: skip
    assert found["decisions"] == 0
    assert "joint" in found["kinds"]


def test_photographs_come_in_pages_and_orders(api):
    first = api("/photographs?limit=1&order=name")
    assert [one["id"] for one in first["items"]] == ["P001"]
    second = api(f"/photographs?limit=1&order=name&after={first['next']}")
    assert [one["id"] for one in second["items"]] == ["P002"]
    assert second["next"] is None
    assert [one["id"] for one in api("/photographs?filter=unsure")["items"]] == ["P001"]
    api("/photographs/P001/seen", {})
    assert [one["id"] for one in api("/photographs?filter=unseen")["items"]] == ["P002"]


def test_a_line_is_rejected_and_the_record_stays(api, folder):
    before = (folder / "inspection.json").read_bytes()
    done = decide(api, {"kind": "reject", "what": "joint"}, "P001-C02", expected=0)
    assert done["number"] == 1
    assert done["told"] == "rejected, a joint"
    one = {f["name"]: f for f in done["photograph"]["findings"]}["P001-C02"]
    assert (one["look"], one["shown"], one["probability"]) == ("rejected", False, 0.0)
    assert one["verdict"] == "no crack: a joint"
    assert one["history"][0]["by"] == "A. Smith"
    assert done["inspection"]["unsure"] == 0
    assert (folder / "inspection.json").read_bytes() == before
    assert len(Journal(folder).read()) == 1


def test_what_the_model_set_aside_can_be_accepted(api):
    assert not findings(api)["P001-R01"]["shown"]
    decide(api, {"kind": "accept"}, "P001-R01")
    assert findings(api)["P001-R01"]["shown"]
    assert findings(api)["P001-R01"]["look"] == "accepted"


def test_a_line_is_drawn_redrawn_split_joined_and_all_taken_back(api):
    start = findings(api)
    drawn = decide(api, {"kind": "draw", "lines": [[[10, 10], [90, 30]]]})
    assert drawn["finding"] == findings(api)["P001-D01"]["id"]
    decide(api, {"kind": "course", "lines": [[[40, 60], [200, 70], [360, 92]]]}, "P001-C01")
    assert findings(api)["P001-C01"]["lines"][0]["points"][1] == [200, 70]
    decide(api, {"kind": "split", "branch": 0, "point": [200, 71]}, "P001-C01")
    assert {"P001-C01-1", "P001-C01-2"} <= set(findings(api))
    parts = findings(api)
    decide(api, {"kind": "join", "others": [parts["P001-C01-2"]["id"]]}, parts["P001-C01-1"]["id"])
    assert "P001-C01-2" not in findings(api)
    body = {"by": "A. Smith", "photograph": "P001"}
    for _ in range(4):
        api("/undo", body)
    assert findings(api) == {
        name: one | {"history": findings(api)[name]["history"]} for name, one in start.items()
    }
    for _ in range(4):
        api("/redo", body)
    assert "P001-D01" in findings(api)
    assert "P001-C01-2" not in findings(api)
    assert "again" in api("/redo", body, status=422)["detail"]


def test_nothing_to_undo_is_said(api):
    found = api("/undo", {"by": "A", "photograph": "P001"}, status=422)
    assert found["detail"] == "there is no decision to undo"


def test_the_second_of_two_people_is_told(api, folder):
    decide(api, {"kind": "accept"}, "P001-C01", expected=0)
    late = decide(api, {"kind": "reject", "what": "joint"}, "P001-C01", expected=0, status=409)
    assert "somebody else decided" in late["detail"]
    assert len(Journal(folder).read()) == 1


def test_the_next_unsure_line_is_found_until_none_is_left(api):
    found = api("/next-unsure")
    assert found["photograph"] == "P001"
    assert found["finding"] == findings(api)["P001-C02"]["id"]
    decide(api, {"kind": "accept"}, "P001-C02")
    assert api("/next-unsure") == {"photograph": None, "finding": None}


@pytest.mark.parametrize(
    ("decision", "finding", "status", "said"),
    [
        ({"kind": "accept"}, "P009-C77", 404, "no line"),
        ({"kind": "accept"}, None, 422, "about a finding"),
        ({"kind": "reject", "what": "cheese"}, "P001-C01", 422, "is none of"),
        ({"kind": "reject", "what": "other"}, "P001-C01", 422, "needs a reason"),
        ({"kind": "scale", "mm_per_px": -1}, None, 422, "greater than 0"),
        ({"kind": "undo", "number": 1}, "P001-C01", 422, "use /undo"),
        ({"kind": "draw", "lines": [[[1, 1]]]}, None, 422, "at least 2"),
        ({"kind": "magic"}, None, 422, "magic"),
        ({"kind": "draw", "lines": [[[1, 1], [9000, 40]]]}, None, 422, "9000"),
    ],
)
def test_what_makes_no_sense_is_refused(api, folder, decision, finding, status, said):
    found = decide(api, decision, finding, status=status)
    assert said in str(found["detail"])
    assert not Journal(folder).file.exists() or not Journal(folder).read()


def test_a_version_is_approved_and_later_decisions_belong_to_the_next(api, folder):
    decide(api, {"kind": "accept"}, "P001-C01")
    body = {"by": "B. Jones", "role": "inspector", "statement": "I approve."}
    assert "is the last one" in api("/approvals", body | {"expected": 0}, status=409)["detail"]
    found = api("/approvals", body | {"expected": 1})
    assert [one["by"] for one in found["approved"]] == ["B. Jones"]
    assert approval_problems(folder) == []
    decide(api, {"kind": "comment", "text": "later"}, "P001-C01")
    assert Journal(folder).read()[-1].version == 2
    api("/undo", {"by": "A", "photograph": "P001"})
    assert "no decision" in api("/undo", {"by": "A", "photograph": "P001"}, status=422)["detail"]


def test_pictures_are_jpegs_with_names_of_any_letters(client, api):
    for path in ("tiles/9/0/0.jpg", "thumbnail.jpg"):
        found = client.get(f"/api/v1/photographs/P001/{path}")
        assert found.status_code == 200
        assert found.headers["content-type"] == "image/jpeg"
        assert found.content[:2] == b"\xff\xd8"
    key = findings(api)["P001-C01"]["id"]
    assert client.get(f"/api/v1/photographs/P001/findings/{key}/strip.jpg").status_code == 200
    path = api("/photographs/P001/path?from=42,60&to=355,89")["points"]
    assert path[0] == [42, 60]
    assert max(abs(y - (60 + (x - 40) * 30 / 320)) for x, y in path) < 5


@pytest.mark.parametrize(
    "path",
    ["/photographs/P077", "/photographs/P001/tiles/40/0/0.jpg", "/photographs/P001/path?from=1&to=2,3",
     "/photographs/..%2f..%2fetc/thumbnail.jpg", "/photographs/P001/findings/x/strip.jpg"],
)  # fmt: skip
def test_what_is_not_there_is_said_and_no_path_leaks(client, path, tmp_path):
    found = client.get(f"/api/v1{path}")
    assert found.status_code in {404, 422}
    assert str(tmp_path) not in found.text


def test_a_photograph_that_was_moved_is_found_by_its_content(client, api, folder, tmp_path):
    old = tmp_path / "bridge 7"
    new = tmp_path / "archive"
    (new / "deep").mkdir(parents=True)
    for number, file in enumerate(sorted(old.iterdir())):
        file.rename(new / "deep" / f"{number}.jpg")
    assert not api("/photographs/P001")["present"]
    gone = client.get("/api/v1/photographs/P001/thumbnail.jpg")
    assert gone.status_code == 410
    assert "--photos" in gone.text
    assert str(tmp_path) not in gone.text
    shown = Shown(folder, Inspection.load(folder), new)
    assert shown.file(shown.inspection.photographs[1]) == new / "deep" / "1.jpg"


def test_the_pages_are_served_with_a_strict_policy(client):
    page = client.get("/")
    assert "JavaScript" in page.text
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    for file in ("desk.css", "js/main.js", "vendor/openseadragon/openseadragon.min.js"):
        assert client.get(f"/static/{file}").status_code == 200
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/report").status_code == 404


def test_changed_history_is_said_and_nothing_is_shown(api, folder, tmp_path):
    decide(api, {"kind": "accept"}, "P001-C01")
    file = Journal(folder).file
    file.write_text(file.read_text().replace("A. Smith", "B. Smith"))
    said = api("/inspection", status=400)["detail"]
    assert "history was changed at decision 1" in said
    assert str(tmp_path) not in said
