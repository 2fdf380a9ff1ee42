"""`cracklens register` from an empty database to the folder that is written out again."""

import json
import subprocess
import sys

import pytest

from cracklens.files import INSPECTION
from register_records import decision_lines


@pytest.fixture
def register(cracklens, tmp_path):
    def run(*arguments, **more):
        return cracklens("register", *arguments, "--database", tmp_path / "my.db", **more)

    return run


def test_from_a_folder_through_the_register_and_back(register, saved, tmp_path):
    (saved / "decisions.jsonl").write_text("\n".join(decision_lines(2)) + "\n", encoding="utf-8")
    assert "made:" in register("create").stdout
    done = register("import", saved, "--structure", "Bridge 17", "--inspector", "Ada").stdout
    assert "2 photographs added" in done
    assert "2 new decisions" in done
    again = register("import", saved, "--structure", "Bridge 17", "--json").stdout
    assert json.loads(again)["known"] is True
    assigned = register("assign", "Bridge 17", "--pattern", "{element}/*.jpg").stdout
    assert "1 photographs assigned" in assigned
    assert "1 not matched" in assigned
    register("assign", "Bridge 17", "b.jpg", "--to", "Deck")
    facts = ("--number", "205", "--area-m2", "4,5", "--parent", "Deck")
    assert register("element", "Bridge 17", "north", *facts).stdout == "Bridge 17: north\n"
    listed = json.loads(register("list", "Bridge 17", "--json").stdout)
    assert listed["elements"] == ["Deck", "north"]
    assert {row["path"]: row["element"] for row in listed["photographs"]} == {
        "north/a.jpg": "north",
        "b.jpg": "Deck",
    }
    assert "P001  north/a.jpg  north" in register("list", "Bridge 17").stdout
    register("export", "Bridge 17", "-o", tmp_path / "again")
    for name in (INSPECTION, "decisions.jsonl"):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()
    assert "up to date" in register("upgrade").stdout


def test_what_goes_wrong_is_said(register, saved, tmp_path):
    assert "register create" in register("list", code=2).stderr
    register("create")
    assert "exists" in register("create", code=1).stderr
    assert "holds no visit" in register("list").stdout
    assert "import an inspection" in register("list", "Bridge", code=2).stderr
    register("import", saved, "--structure", "Bridge")
    wrong = register("import", saved, "--structure", "B", "--date", "4.5.2026", code=2)
    assert "write it as 2026-05-04" in wrong.stderr
    assert "say in one way" in register("assign", "Bridge", code=2).stderr
    both = ("--pattern", "{element}/*", "--to", "Deck")
    assert "say in one way" in register("assign", "Bridge", *both, code=2).stderr
    wrong = register("element", "Bridge", "Pier", "--latitude-deg", "95", code=2)
    assert "--latitude-deg" in wrong.stderr
    (saved / "overlays" / "P001-a.png").unlink()
    lacks = register("export", "Bridge", "-o", tmp_path / "out", code=3)
    assert "overlays/P001-a.png" in lacks.stderr


def test_photographs_that_fit_several_elements_are_listed(register, saved, small_inspection):
    first = small_inspection.photographs[0]
    twin = first.model_copy(update={"id": "P003", "path": "south/a.jpg", "sha256": "2" * 64})
    photos = [*small_inspection.photographs, twin]
    small_inspection.model_copy(update={"photographs": photos}).save(saved)
    register("create")
    register("import", saved, "--structure", "Bridge")
    told = register("assign", "Bridge", "a.jpg", "--to", "Pier", "--json", code=3)
    assert list(json.loads(told.stdout)["ambiguous"]) == ["a.jpg"]
    assert "north/a.jpg, south/a.jpg" in told.stderr


def test_the_place_of_this_user(cracklens, tmp_path, saved):
    import os

    env = os.environ | {"CRACKLENS_DATA": str(tmp_path / "data")}
    cracklens("register", "create", env=env)
    assert (tmp_path / "data" / "register.db").is_file()


@pytest.mark.slow
def test_the_base_install_starts_without_the_extra(tmp_path):
    program = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] in {'sqlalchemy', 'alembic', 'psycopg', 'openpyxl'}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import importlib.util\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda n, *a: None if n in {'sqlalchemy', 'alembic'} else real(n, *a)\n"
        "from cracklens.cli.main import main\n"
        "main()\n"
    )

    def run(*arguments):
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("register", "import", "--help").returncode == 0
    for verb in (("create",), ("list",), ("upgrade",), ("import", "a", "--structure", "b")):
        done = run("register", *verb, "--database", str(tmp_path / "a.db"))
        assert (done.returncode, done.stdout) == (1, "")
        assert "the register needs the 'register' extra: pip install 'cracklens[register]'" in (
            done.stderr.replace("\n", " ")
        )
