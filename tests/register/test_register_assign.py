import pytest
from openpyxl import Workbook
from sqlalchemy import select

from cracklens.errors import DataNotFoundError, UsageError
from cracklens.register.assign import (
    assign,
    propose_by_hand,
    propose_by_pattern,
    propose_by_position,
    propose_by_table,
)
from cracklens.register.assign.by_pattern import compile_pattern
from cracklens.register.assign.by_table import read_elements
from cracklens.register.element_facts import ElementFacts
from cracklens.register.import_inspection import import_inspection
from cracklens.register.places import elements_of, require_element
from cracklens.register.schema import Element, Photograph, StateQuantity, Visit

PATHS = ("Pier 1/a.jpg", "Pier 1/b.jpg", "Pier 2/a.jpg", "deck/x/c.JPG", "d.jpg")


@pytest.fixture
def visit_id(register, folder, inspection):
    first = inspection.photographs[0]
    photos = [
        first.model_copy(update={"id": f"P{n:03}", "path": path, "sha256": f"{n}" * 64})
        for n, path in enumerate(PATHS)
    ]
    inspection.model_copy(update={"photographs": photos}).save(folder)
    return import_inspection(register, folder, "Bridge").visit_id


def given(register, visit_id, proposal, **more):
    with register.writing() as session:
        return assign(session, session.get_one(Visit, visit_id), proposal, **more)


def shown(register):
    with register.reading() as session:
        rows = session.execute(
            select(Photograph.path, Element.name).join(Element).order_by(Photograph.id)
        )
        return {path: name for path, name in rows}  # noqa: C416 - rows are no pairs to mypy


def by_pattern(register, visit_id, pattern):
    with register.reading() as session:
        return propose_by_pattern(session, visit_id, pattern)


def test_folders_name_elements_and_quantities_follow(register, visit_id):
    proposal = by_pattern(register, visit_id, "{element}/*.jpg")
    assert proposal.unmatched == ("deck/x/c.JPG", "d.jpg")
    done = given(register, visit_id, proposal)
    assert (done.assigned, done.unchanged, done.kept) == (3, 0, 0)
    assert done.new_elements == ("Pier 1", "Pier 2")
    assert shown(register) == {PATHS[0]: "Pier 1", PATHS[1]: "Pier 1", PATHS[2]: "Pier 2"}
    with register.reading() as session:
        rows = session.scalars(select(StateQuantity)).all()
        element = {row.id: row.element_id for row in session.scalars(select(Photograph))}
        assert len(rows) == 10
        assert all(row.element_id == element[row.photograph_id] for row in rows)


def test_an_element_is_kept_unless_it_shall_be_replaced(register, visit_id):
    given(register, visit_id, by_pattern(register, visit_id, "{element}/*.jpg"))
    other = by_pattern(register, visit_id, "re:Pier 1/(a)\\.jpg|zz")
    again = given(register, visit_id, by_pattern(register, visit_id, "{element}/*.jpg"))
    assert (again.assigned, again.unchanged) == (0, 3)
    assert given(register, visit_id, other).kept == 1
    assert shown(register)[PATHS[0]] == "Pier 1"
    assert given(register, visit_id, other, replace=True).assigned == 1
    assert shown(register)[PATHS[0]] == "a"


def test_a_new_result_keeps_the_element(register, visit_id, folder, inspection):
    given(register, visit_id, by_pattern(register, visit_id, "{element}/*.jpg"))
    photo = inspection.photographs[0].model_copy(
        update={"path": PATHS[0], "sha256": "0" * 64, "notes": ["regraded"]}
    )
    inspection.model_copy(update={"photographs": [photo]}).save(folder)
    assert import_inspection(register, folder, "Bridge").changed == 1
    assert shown(register)[PATHS[0]] == "Pier 1"
    with register.reading() as session:
        rows = session.scalars(select(StateQuantity).where(StateQuantity.photograph_id == 1))
        assert {row.element_id for row in rows} == {1}


@pytest.mark.parametrize(
    ("pattern", "path", "element"),
    [
        ("{element}/*", "a/b.jpg", "a"),
        ("{element}/*", "a/b/c.jpg", None),
        ("{element}/**", "a/b/c.jpg", "a"),
        ("**/{element}/*.jpg", "x/y/Pier/1.jpg", "Pier"),
        ("**/{element}/*.jpg", "Pier/1.jpg", "Pier"),
        ("{element}-??.jpg", "P1-07.jpg", "P1"),
        ("day\\{element}\\*", "day/P1/a.jpg", "P1"),
        ("{element}/*.(jpg)", "a/b.jpg", None),
        ("Bru\u0308cke/{element}.jpg", "br\u00fccke/x.jpg", "x"),
        ("re:(?P<element>\\d+)/(.*)", "12/a", "12"),
    ],
)
def test_patterns(pattern, path, element):
    found = compile_pattern(pattern).fullmatch(path)
    assert (found["element"] if found else None) == element


@pytest.mark.parametrize(
    "pattern", ["*.jpg", "{element}/{element}", "{pier}/{element}", "re:(", "re:a", "re:(a)(b)"]
)
def test_patterns_that_make_no_sense(pattern):
    with pytest.raises(UsageError):
        compile_pattern(pattern)


def workbook(path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_table_of_either_kind(register, visit_id, tmp_path):
    (tmp_path / "a.csv").write_text(
        "Element;Photograph;x\nPier 1;Pier 1\\a.jpg;\nDeck;C.jpg;1\n;d.jpg\n"
    )
    rows = [[None], ["photograph", "note", "element"], ["d.jpg", "", 205.0], ["c.jpg", None, None]]
    with register.reading() as session:
        csv = propose_by_table(session, visit_id, tmp_path / "a.csv")
        xlsx = propose_by_table(session, visit_id, workbook(tmp_path / "a.xlsx", rows))
    given(register, visit_id, csv)
    given(register, visit_id, xlsx)
    assert shown(register) == {PATHS[0]: "Pier 1", PATHS[3]: "Deck", PATHS[4]: "205"}
    assert len(csv.unmatched) == 3


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("photograph\na.jpg\n", "'element' is missing"),
        ("photograph,element,Element\na,b,c\n", "'element' stands twice"),
        ("photograph,element\nnone.jpg,Deck\n", "line 2: there is no photograph 'none.jpg'"),
        ("photograph,element\n,Deck\n", "line 2: the photograph is not named"),
        ("photograph,element\nd.jpg,A\nd.jpg,B\n", "line 3: d.jpg belongs to 'B' here, and to 'A'"),
        ("", "is missing"),
    ],
)
def test_tables_that_make_no_sense(sqlite, folder, inspection, tmp_path, content, problem):
    photo = inspection.photographs[0].model_copy(update={"path": "d.jpg"})
    inspection.model_copy(update={"photographs": [photo]}).save(folder)
    visit_id = import_inspection(sqlite, folder, "Bridge").visit_id
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(UsageError, match=problem), sqlite.reading() as session:
        propose_by_table(session, visit_id, tmp_path / "a.csv")


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no zip", b"photograph,element\n"])
def test_a_workbook_that_is_none(tmp_path, content):
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(UsageError, match="is no XLSX file"):
        read_elements(tmp_path / "a.xlsx")
    with pytest.raises(UsageError, match="cannot be read"):
        read_elements(tmp_path / "b.xlsx")
    with pytest.raises(UsageError, match="is empty"):
        read_elements(workbook(tmp_path / "c.xlsx", []))


def test_names_that_fit_several_photographs_are_told(register, visit_id, tmp_path):
    (tmp_path / "a.csv").write_text("photograph,element\na.jpg,Pier\nd.jpg,Deck\n")
    with register.reading() as session:
        table = propose_by_table(session, visit_id, tmp_path / "a.csv")
        hand = propose_by_hand(session, visit_id, ["a.jpg", "d.jpg"], "Deck")
    assert list(table.ambiguous) == list(hand.ambiguous) == ["a.jpg"]
    assert "Pier 1/a.jpg, Pier 2/a.jpg" in table.ambiguous["a.jpg"]
    assert list(table.elements.values()) == list(hand.elements.values()) == ["Deck"]


def test_by_hand(register, visit_id):
    with register.reading() as session:
        proposal = propose_by_hand(session, visit_id, ["pier*/A.jpg", "d.jpg"], "Deck")
        with pytest.raises(DataNotFoundError, match=r"no photograph 'x\*'"):
            propose_by_hand(session, visit_id, ["x*"], "Deck")
    given(register, visit_id, proposal)
    assert shown(register) == dict.fromkeys((PATHS[0], PATHS[2], PATHS[4]), "Deck")


def place(register, visit_id, photographs, elements):
    with register.writing() as session:
        rows = session.scalars(select(Photograph).order_by(Photograph.id)).all()
        for row, (latitude, longitude) in zip(rows, photographs, strict=False):
            row.latitude_deg, row.longitude_deg = latitude, longitude
        structure = session.get_one(Visit, visit_id).structure_id
        for name, (latitude, longitude) in elements.items():
            facts = ElementFacts(latitude_deg=latitude, longitude_deg=longitude)
            require_element(session, structure, name, facts=facts)


def test_the_nearest_element_within_the_radius(register, visit_id):
    degree_m = 111_319.49  # of longitude on the equator (WGS 84)
    metres = [2.0, 19.0, 9.5, 200.0]
    photographs = [(0.0, metre / degree_m) for metre in metres]
    elements = {"West": (0.0, 0.0), "East": (0.0, 20.0 / degree_m)}
    place(register, visit_id, photographs, elements)
    with register.reading() as session:
        proposal = propose_by_position(session, session.get_one(Visit, visit_id), 30.0)
    assert proposal.elements == {1: "West", 2: "East"}
    assert list(proposal.ambiguous) == [PATHS[2]]
    assert "West (9.5 m) as to East (10.5 m)" in proposal.ambiguous[PATHS[2]]
    assert proposal.unmatched == (PATHS[3], PATHS[4])
    with register.reading() as session:
        visit = session.get_one(Visit, visit_id)
        assert propose_by_position(session, visit, 30.0, margin_m=0.5).elements[3] == "West"
        with pytest.raises(UsageError, match="radius"):
            propose_by_position(session, visit, 0.0)


def test_positions_across_the_date_line(register, visit_id):
    place(register, visit_id, [(10.0, 179.99999)], {"Pier": (10.0, -179.99999)})
    with register.reading() as session:
        proposal = propose_by_position(session, session.get_one(Visit, visit_id), 5.0)
    assert proposal.elements == {1: "Pier"}


def test_without_an_element_that_has_coordinates(register, visit_id):
    with pytest.raises(UsageError, match="has coordinates"), register.reading() as session:
        propose_by_position(session, session.get_one(Visit, visit_id), 5.0)


def test_elements_are_parts_of_elements_and_never_of_themselves(register):
    from cracklens.register.places import require_structure

    with register.writing() as session:
        bridge = require_structure(session, "Bridge").id
        facts = ElementFacts(number="205", area_m2=12.5)
        column = require_element(session, bridge, "Column", parent="Pier 1", facts=facts)
        require_element(session, bridge, "Column", facts=ElementFacts(material="concrete"))
        assert (column.number, column.area_m2, column.material) == ("205", 12.5, "concrete")
        assert [each.name for each in elements_of(session, bridge)] == ["Column", "Pier 1"]
        with pytest.raises(UsageError, match="part of itself"):
            require_element(session, bridge, "Pier 1", parent="Column")
        with pytest.raises(UsageError, match="empty"):
            require_element(session, bridge, " ")
