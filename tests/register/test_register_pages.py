import random

import pytest
from sqlalchemy import select, update

from cracklens.errors import DataNotFoundError
from cracklens.register import pages, review
from cracklens.register.assign import Proposal, assign
from cracklens.register.import_inspection import import_inspection
from cracklens.register.places import find_visit, require_element
from cracklens.register.schema import Finding, Photograph, Visit

COUNT = 23


@pytest.fixture
def visit_id(register, folder, inspection):
    """A visit of many photographs, with urgencies of which several are the same."""
    first = inspection.photographs[0]
    photos = [
        first.model_copy(update={"id": f"P{n:03}", "path": f"{n}.jpg", "sha256": f"{n:064}"})
        for n in range(COUNT)
    ]
    inspection.model_copy(update={"photographs": photos}).save(folder)
    visit_id = import_inspection(register, folder, "Bridge").visit_id
    import_inspection(register, folder, "Tunnel")
    chosen = random.Random(0)
    with register.writing() as session:
        for row in session.scalars(select(Photograph)).all():
            row.urgency = float(chosen.choice([-1, 10, 20, 30]))
        for line in session.scalars(select(Finding)).all():
            line.doubt, line.urgency = chosen.choice([0.0, 0.4, 0.9]), float(chosen.choice([1, 2]))
    return visit_id


def all_pages(read, limit=4):
    rows, after, most = [], None, 0
    while True:
        page = read(after=after, limit=limit)
        rows += page.rows
        most = max(most, len(page.rows))
        if page.after is None:
            assert most <= limit
            return rows
        after = page.after


def test_pieces_hold_every_photograph_once_and_in_order(register, visit_id):
    with register.reading() as session:
        rows = all_pages(
            lambda **page: pages.photographs_by_urgency(session, visit_id=visit_id, **page)
        )
        assert len({row.id for row in rows}) == len(rows) == COUNT
        assert rows == sorted(rows, key=lambda row: (-row.urgency, -row.id))
        everything = all_pages(lambda **page: pages.photographs_by_urgency(session, **page), 7)
        assert len(everything) == 2 * COUNT


def test_photographs_of_an_element_and_not_yet_looked_at(register, visit_id):
    with register.writing() as session:
        structure = session.get_one(Visit, visit_id).structure_id
        element_id = require_element(session, structure, "Pier").id
        mine = Photograph.visit_id == visit_id
        session.execute(
            update(Photograph).where(mine, Photograph.id <= 6).values(element_id=element_id)
        )
        for number in (1, 2):
            review.mark_seen(session, number, "Ada")
        review.mark_seen(session, 1, "Bob")
        review.set_view(session, 1, "north face")
    with register.reading() as session:

        def ids(**chosen):
            read = pages.photographs_by_urgency
            return {row.id for row in all_pages(lambda **p: read(session, **chosen, **p), 3)}

        assert ids(element_id=element_id) == {1, 2, 3, 4, 5, 6}
        assert ids(element_id=element_id, seen=False) == {3, 4, 5, 6}
        assert ids(visit_id=visit_id, seen=True) == {1, 2}
        assert len(ids(visit_id=visit_id, seen=False)) == COUNT - 2
        total = pages.visit_total(session, visit_id)
        assert (total.photographs, total.seen, total.cracks) == (COUNT, 2, 2 * COUNT)
        one = review.find_photograph(session, 1)
        assert (one.seen_by, one.view) == ("Ada", "north face")
        with pytest.raises(DataNotFoundError):
            review.find_photograph(session, 999)


def test_the_most_doubtful_finding_comes_next(register, visit_id):
    with register.writing() as session:
        rows = all_pages(lambda **page: pages.unsure_findings(session, visit_id, **page))
        assert len({row.id for row in rows}) == len(rows) == 3 * COUNT
        assert rows == sorted(rows, key=lambda row: (-row.doubt, -row.id))
        rows[0].decided = True
        session.flush()
        (following,) = pages.unsure_findings(session, visit_id).rows
        assert following == rows[1]


def test_cracks_by_urgency_and_lines_of_a_photograph(register, visit_id):
    with register.reading() as session:
        rows = all_pages(lambda **page: pages.findings_by_urgency(session, visit_id, **page), 9)
        assert len({row.id for row in rows}) == len(rows) == 2 * COUNT
        assert rows == sorted(rows, key=lambda row: (-row.urgency, -row.id))
        lines = pages.findings_of(session, 1)
        assert [line.short_name[5:] for line in lines] == ["C01", "C02", "R01"]
        assert lines[0].record["branches"]


def test_totals_of_each_element_and_state(register, visit_id):
    with register.writing() as session:
        visit = session.get_one(Visit, visit_id)
        assign(session, visit, Proposal({1: "Deck", 2: "Pier", 3: "Deck"}))
        assign(session, visit, Proposal({1: "Pier"}), replace=True)
    with register.reading() as session:
        totals = pages.state_totals(session, visit_id)
    assert [(t.element, t.code, t.state) for t in totals] == [
        (element, "aashto-mbei", state)
        for element in ("Deck", "Pier", None)
        for state in ("CS1", "CS2")
    ]
    assert totals[1].length_m == pytest.approx(2.1)
    assert totals[3].cracks == pytest.approx(2 * 1.05)
    assert totals[5].cracks == pytest.approx((COUNT - 3) * 1.05)


def test_visits_are_found_by_structure_and_day(register, visit_id):
    import datetime as dt

    with register.reading() as session:
        assert [name for name, _ in pages.visits(session)] == ["Bridge", "Tunnel"]
        assert find_visit(session, "Bridge").id == visit_id
        assert find_visit(session, "Bridge", dt.date(2026, 5, 4)).id == visit_id
        with pytest.raises(DataNotFoundError, match="known: 2026-05-04"):
            find_visit(session, "Bridge", dt.date(2020, 1, 1))
        with pytest.raises(DataNotFoundError, match="did you mean 'Bridge'"):
            find_visit(session, "Bridg")


PLANS = {
    "by urgency": lambda s, v: pages.photographs_by_urgency(s, visit_id=v, after=(10.0, 5)),
    "not seen": lambda s, v: pages.photographs_by_urgency(s, visit_id=v, seen=False),
    "element": lambda s, v: pages.photographs_by_urgency(s, element_id=1),
    "all": lambda s, _: pages.photographs_by_urgency(s),
    "unsure": lambda s, v: pages.unsure_findings(s, v, after=(0.9, 5)),
    "cracks": pages.findings_by_urgency,
    "lines": lambda s, v: pages.findings_of(s, 1),
    "totals": pages.state_totals,
    "counts": pages.visit_total,
}


@pytest.mark.parametrize("page", PLANS)
def test_each_page_is_read_along_an_index(sqlite, page):
    """Neither a scan of a large table nor a sort of its rows, which grow with the register."""
    from sqlalchemy import event

    asked = []

    @event.listens_for(sqlite.engine, "before_cursor_execute")
    def _note(connection, cursor, statement, parameters, context, many):
        asked.append((statement, parameters))

    with sqlite.reading() as session:
        PLANS[page](session, 1)
        statement, parameters = next(pair for pair in asked if "SELECT" in pair[0])
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = [row[3] for row in rows]
    steps = [step for step in plan if "finding" in step or "photograph" in step or "total" in step]
    assert steps
    assert all("USING" in step and "INDEX" in step for step in steps), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
