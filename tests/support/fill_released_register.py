"""Make `tests/register/released/REVISION.sql`: a filled register of the present revision.

Run it once when a revision is released, before the next one is written:

    python tests/support/fill_released_register.py
"""

import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cracklens.record.schema import Inspection
from cracklens.register import jobs, revisions, tokens
from cracklens.register.assign import assign, propose_by_pattern
from cracklens.register.database import create
from cracklens.register.decisions import JOURNAL
from cracklens.register.import_inspection import VisitFacts, import_inspection
from cracklens.register.schema import Visit
from register_records import decision_lines

RELEASED = Path(__file__).parent.parent / "register" / "released"
DAY = datetime(2026, 5, 4, tzinfo=UTC).date()


def main() -> int:
    record = Inspection.load(RELEASED / "inspection.json")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record.save(folder / "in")
        (folder / "in" / JOURNAL).write_text("\n".join(decision_lines(3)), encoding="utf-8")
        with create(folder / "register.db") as register:
            done = import_inspection(
                register, folder / "in", "Bridge 17", VisitFacts(DAY, inspector="Ada")
            )
            with register.writing() as session:
                visit = session.get_one(Visit, done.visit_id)
                assign(session, visit, propose_by_pattern(session, visit.id, "{element}/*"))
                jobs.enqueue(session, "inspect", {"folder": "bridge"})
                tokens.create_token(session, "asset system")
        with sqlite3.connect(folder / "register.db") as database:
            text = "\n".join(database.iterdump()) + "\n"
        database.close()
    RELEASED.mkdir(exist_ok=True)
    (RELEASED / f"{revisions.latest()}.sql").write_text(
        text.replace(name, "/site"), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
