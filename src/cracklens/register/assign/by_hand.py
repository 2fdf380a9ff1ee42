"""An element for photographs that a person names."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from sqlalchemy.orm import Session

from cracklens.errors import DataNotFoundError
from cracklens.file_names import FileIndex, folded
from cracklens.register.assign.proposal import Proposal, paths_of


def propose_by_hand(
    session: Session, visit_id: int, photographs: Sequence[str], element: str
) -> Proposal:
    """Propose one element for photographs.

    Args:
        session: of the register.
        visit_id: of the visit.
        photographs: file names, ends of paths, or patterns such as "north/*".
        element: its name.

    Raises:
        DataNotFoundError: one of them is not there.
    """
    paths = paths_of(session, visit_id)
    by_path = {Path(path): photograph_id for photograph_id, path in paths.items()}
    index = FileIndex(by_path)
    chosen: dict[int, str] = {}
    ambiguous = {}
    for name in photographs:
        if any(mark in name for mark in "*?["):
            wanted = folded(name.replace("\\", "/"))
            found = [path for path in by_path if fnmatchcase(folded(path.as_posix()), wanted)]
        elif len(found := index.find(name)) > 1:
            several = ", ".join(sorted(map(str, found))[:3])
            ambiguous[name] = f"may mean {several}: write more of the path"
            continue
        if not found:
            raise DataNotFoundError(f"there is no photograph {name!r} in this visit")
        chosen |= dict.fromkeys((by_path[path] for path in found), element)
    return Proposal(chosen, ambiguous)
