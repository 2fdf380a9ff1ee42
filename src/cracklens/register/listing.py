"""What a register holds, in short: for a terminal and for programs."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cracklens.register.pages import photographs_by_urgency, state_totals, visit_total, visits
from cracklens.register.places import elements_of, find_structure, find_visit
from cracklens.register.schema import InspectionRow


def listing(
    session: Session, structure: str | None = None, date: dt.date | None = None, limit: int = 20
) -> dict[str, Any]:
    """Return visits; of one structure also its elements, quantities and urgent photographs.

    Args:
        session: of the register.
        structure: its name; None for all.
        date: of the visit; None for the last one.
        limit: most photographs.

    Raises:
        DataNotFoundError: there is no such structure or visit.
    """
    rows = [
        {
            "structure": name,
            "date": visit.date.isoformat(),
            "inspector": visit.inspector,
            "visit": visit.id,
            "version": _last_version(session, visit.id),
            "photographs": (total := visit_total(session, visit.id)).photographs,
            "seen": total.seen,
            "cracks": total.cracks,
            "unsure": total.unsure,
        }
        for name, visit in visits(session)
        if structure in {None, name}
    ]
    content: dict[str, Any] = {"visits": rows}
    if structure is None:
        return content
    elements = {e.id: e.name for e in elements_of(session, find_structure(session, structure).id)}
    visit = find_visit(session, structure, date)
    page = photographs_by_urgency(session, visit_id=visit.id, limit=limit)
    content["elements"] = sorted(elements.values())
    content["quantities"] = [
        {
            "element": total.element,
            "code": total.code,
            "state": total.state,
            "cracks": round(total.cracks, 3),
            "length_m": round(total.length_m, 3),
        }
        for total in state_totals(session, visit.id)
    ]
    content["photographs"] = [
        {
            "id": row.id,
            "name": row.short_name,
            "path": row.path,
            "element": elements.get(row.element_id or 0),
            "urgency": None if row.urgency < 0 else row.urgency,
            "cracks": row.cracks,
            "unsure": row.unsure,
            "seen": row.seen,
        }
        for row in page.rows
    ]
    return content


def as_text(content: dict[str, Any]) -> str:
    """Return a listing for people."""
    lines = [
        f"{v['structure']}  {v['date']}  {v['photographs']:,} photographs ({v['seen']:,} seen), "
        f"{v['cracks']:,} cracks, {v['unsure']:,} unsure, version {v['version']}"
        for v in content["visits"]
    ] or ["the register holds no visit: cracklens register import FOLDER --structure NAME"]
    if content.get("quantities"):
        lines += ["", "expected length by element, code and state"]
        lines += [
            f"  {q['element'] or '(no element)'}  {q['code']} {q['state']}  {q['length_m']:.2f} m"
            for q in content["quantities"]
        ]
    if content.get("photographs"):
        lines += ["", "most urgent photographs"]
        lines += [
            f"  {p['name']}  {p['path']}  {p['element'] or '(no element)'}  "
            f"{'no priority' if p['urgency'] is None else format(p['urgency'], '.1f')}, "
            f"{p['cracks']:,} cracks"
            for p in content["photographs"]
        ]
    return "\n".join(lines)


def _last_version(session: Session, visit_id: int) -> int:
    last = select(func.max(InspectionRow.version)).where(InspectionRow.visit_id == visit_id)
    return session.scalar(last) or 0
