"""How long pages of a large register take.

    python benchmarks/register.py [--photographs 100000] [--findings 1000000] [--database PLACE]

Fills a register with synthetic rows, all in one visit, which is the hardest case, and reads each
page many times from different places of its list. Writes docs/results/register.json and .md.
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from common import RESULTS, keep
from sqlalchemy import func, insert, select, text

from cracklens.register import pages
from cracklens.register.database import Register, create, open_register
from cracklens.register.decisions import append_decision
from cracklens.register.places import require_element, require_structure, require_visit
from cracklens.register.schema import Element, Finding, Photograph, Result, StateQuantity, Visit
from cracklens.register.summaries import doubt
from cracklens.register.totals import refresh_totals

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ELEMENTS = 200
STATES = ("CS1", "CS2", "CS3", "CS4")
BATCH = 2000
ROUNDS = 30
TARGET_S = 0.5
WRITES = ("a decision", "totals of one element, added up again")


def main() -> None:
    """Fill, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=int, default=100_000)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--database", help="empty PostgreSQL database; default: a temporary file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.database or str(Path(folder) / "register.db")
        started = time.perf_counter()
        with create(place) as register:
            fill(register, options.photographs, options.findings // options.photographs)
        filled_s = time.perf_counter() - started
        with open_register(place) as register:
            seconds = measured(register)
            kind = register.engine.dialect.name
        size_mb = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    keep(
        "register",
        {
            kind: {
                "machine": f"{platform.machine()}, {os.cpu_count()} processors",
                "database": f"SQLite {sqlite3.sqlite_version}" if kind == "sqlite" else kind,
                "command": f"python benchmarks/register.py --photographs {options.photographs} "
                f"--findings {options.findings}",
                "photographs": options.photographs,
                "findings": options.findings // options.photographs * options.photographs,
                "fill_s": round(filled_s, 1),
                "size_mb": round(size_mb),
                "seconds": seconds,
            }
        },
    )
    (RESULTS / "register.md").write_text(page(), encoding="utf-8")


def fill(register: Register, photographs: int, each: int) -> None:
    """Write one visit with its photographs, each with as many findings."""
    chosen = random.Random(0)  # noqa: S311 - no secret
    with register.writing() as session:
        structure = require_structure(session, "Bridge")
        visit_id = require_visit(session, structure, dt.date(2026, 5, 4)).id
        names = [f"Element {n:03}" for n in range(ELEMENTS)]
        elements = [require_element(session, structure.id, name).id for name in names]
    for first in range(1, photographs + 1, BATCH):
        numbers = range(first, min(first + BATCH, photographs + 1))
        rows = [photograph(n, visit_id, chosen.choice(elements), chosen) for n in numbers]
        with register.writing() as session:
            session.execute(insert(Photograph), rows)
            session.execute(
                insert(Result),
                [
                    {
                        "id": n,
                        "photograph_id": n,
                        "digest": f"{n:064}",
                        "current": True,
                        "record": {},
                    }
                    for n in numbers
                ],
            )
            session.execute(
                insert(Finding),
                [line for n in numbers for line in findings(n, visit_id, each, chosen)],
            )
            session.execute(insert(StateQuantity), [q for row in rows for q in quantities(row)])
        print(f"{numbers[-1]:,} photographs", flush=True)
    with register.writing() as session:
        refresh_totals(session, visit_id, elements)
    with register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if register.engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))


def photograph(n: int, visit_id: int, element_id: int, chosen: random.Random) -> dict[str, Any]:
    """Return a row."""
    return {
        "id": n, "visit_id": visit_id, "element_id": element_id, "sha256": f"{n:064}",
        "short_name": f"P{n:06}", "root": "/site", "path": f"north/IMG_{n:06}.jpg",
        "width_px": 4000, "height_px": 3000, "seen": chosen.random() < 0.5,
        "urgency": round(chosen.uniform(0, 100), 1), "cracks": 8, "unsure": 2,
    }  # fmt: skip


def findings(n: int, visit_id: int, each: int, chosen: random.Random) -> Iterator[dict[str, Any]]:
    """Yield the rows of a photograph; every fifth line is rejected."""
    points = [
        [round(chosen.uniform(0, 4000), 2), round(chosen.uniform(0, 3000), 2)] for _ in range(20)
    ]
    for position in range(each):
        probability = round(chosen.random(), 4)
        crack = position % 5 < 4
        yield {
            "key": f"{n * each + position:064x}", "visit_id": visit_id, "photograph_id": n,
            "result_id": n, "position": position, "current": True,
            "short_name": f"P{n:06}-C{position:02}", "kind": "crack" if crack else "rejected",
            "probability": probability, "confidence": 0.9, "length_px": 500.0,
            "length_mm": 100.0, "max_width_px": 3.0, "max_width_mm": 0.3, "code": "aashto-mbei",
            "state": STATES[position % 4], "state_probability": 0.8,
            "urgency": round(chosen.uniform(0, 100), 1), "doubt": doubt(probability),
            "decided": chosen.random() < 0.2,
            "record": {"id": position, "branches": [{"points_px": points, "width_px": [2.0] * 20}]},
        }  # fmt: skip


def quantities(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the quantities of a photograph."""
    for state in STATES:
        yield {
            "photograph_id": row["id"], "code": "aashto-mbei", "state": state,
            "visit_id": row["visit_id"], "element_id": row["element_id"],
            "cracks": 2.0, "length_m": 0.2,
        }  # fmt: skip


def measured(register: Register) -> dict[str, dict[str, float]]:
    """Return first, median and greatest time of each page, in seconds."""
    chosen = random.Random(1)  # noqa: S311
    with register.reading() as session:
        visit_id = session.scalars(select(Visit.id)).one()
        elements = session.scalars(select(Element.id)).all()
        most = session.scalar(select(func.max(Photograph.id))) or 1

    def key(greatest: float) -> tuple[float, int]:
        return chosen.uniform(0, greatest), most

    reads: dict[str, Callable[[Session], object]] = {
        "visits and what is left to do": lambda s: (
            pages.visits(s),
            pages.visit_total(s, visit_id),
        ),
        "photographs by urgency": lambda s: pages.photographs_by_urgency(
            s, visit_id=visit_id, after=key(100)
        ),
        "photographs of an element": lambda s: pages.photographs_by_urgency(
            s, element_id=chosen.choice(elements)
        ),
        "not yet looked at": lambda s: pages.photographs_by_urgency(
            s, visit_id=visit_id, seen=False, after=key(100)
        ),
        "next unsure finding": lambda s: pages.unsure_findings(s, visit_id, after=key(1)),
        "cracks by urgency": lambda s: pages.findings_by_urgency(s, visit_id, after=key(100)),
        "one photograph with its lines": lambda s: [
            line.record for line in pages.findings_of(s, chosen.randint(1, most))
        ],
        "totals of each element and state": lambda s: pages.state_totals(s, visit_id),
    }
    times: dict[str, list[float]] = {name: [] for name in (*reads, *WRITES)}
    for _ in range(ROUNDS):
        for name, read in reads.items():
            started = time.perf_counter()
            with register.reading() as session:
                read(session)
            times[name].append(time.perf_counter() - started)
    for number in range(1, ROUNDS + 1):
        line = decision(number, chosen.randint(1, most))
        started = time.perf_counter()
        with register.writing() as session:
            append_decision(session, session.get_one(Visit, visit_id), line)
        times["a decision"].append(time.perf_counter() - started)
        started = time.perf_counter()
        with register.writing() as session:
            refresh_totals(session, visit_id, [chosen.choice(elements)])
        times["totals of one element, added up again"].append(time.perf_counter() - started)
    figures = {"first": lambda each: each[0], "median": median, "most": max}
    return {
        name: {column: round(figure(each), 4) for column, figure in figures.items()}
        for name, each in times.items()
    }


def decision(number: int, finding: int) -> str:
    """Return a decision as JSON text."""
    sha256 = [hashlib.sha256(str(n).encode()).hexdigest() for n in (number - 1, number)]
    return json.dumps(
        {
            "number": number, "finding": f"{finding:064x}", "who": "Ada", "kind": "accept",
            "when": "2026-05-04T03:02:01Z", "payload": {}, "sha256": sha256[1],
            "previous": sha256[0] if number > 1 else "",
        }
    )  # fmt: skip


def page() -> str:
    """Return the page of the results."""
    known = json.loads((RESULTS / "register.json").read_text(encoding="utf-8"))
    text_ = "# How long pages of a large register take\n"
    for found in known.values():
        slowest = max(each["most"] for each in found["seconds"].values())
        verdict = "reached" if slowest < TARGET_S else "**missed**"
        text_ += f"""
## {found["database"]}

Made by `{found["command"]}`
({found["machine"]}). One visit has all photographs: {found["photographs"]:,}, with
{found["findings"]:,} findings, on {ELEMENTS} elements. {size(found)}
A list is read in pieces of {pages.PAGE} rows, from {ROUNDS} places of it at random; "first" is the
first time after the register was opened.

Target: each page below {TARGET_S} s. The slowest took {slowest:.2f} s: {verdict}.

| page | first | median | slowest |
|---|---|---|---|
"""
        for name, each in found["seconds"].items():
            row = " | ".join(
                f"{each[column] * 1000:.1f} ms" for column in ("first", "median", "most")
            )
            text_ += f"| {name} | {row} |\n"
    return text_


def size(found: dict[str, Any]) -> str:
    """Return what filling cost, in a sentence."""
    space = f" and has {found['size_mb']:,} MB" if found["size_mb"] else ""
    return f"The register was filled in {found['fill_s']:.0f} s{space}."


if __name__ == "__main__":
    main()
