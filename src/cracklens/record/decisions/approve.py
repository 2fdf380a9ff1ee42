"""Approval: a person closes a version; what follows belongs to the next one.

`approved-1.json` names who, when and with which statement, and holds the hashes of the record, of
the decisions up to there and of the photographs. `approved-1.sig` is an optional signature of that
file with the person's own Ed25519 key.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError

from cracklens.errors import DataError, OutputError
from cracklens.files import INSPECTION, read_text, sha256_file, writing
from cracklens.record.base import Part
from cracklens.record.decisions.journal import ConflictError, Journal
from cracklens.record.decisions.model import Decision, Text
from cracklens.record.schema import Inspection
from cracklens.version import __version__

_NAME = re.compile(r"approved-([1-9]\d*)\.json")
STATEMENT = (
    "I have looked at the findings of this inspection and approve them with the decisions that "
    "stand beside them."
)


class Approval(Part):
    """A closed version of an inspection."""

    schema_version: Literal[1] = 1
    version: int = Field(ge=1)
    who: Text
    role: Text
    when: AwareDatetime
    statement: Text
    cracklens_version: str
    record_sha256: str = Field(description="Of inspection.json.")
    decisions: int = Field(ge=0, description="Number of the last decision of this version.")
    last_decision_sha256: str = Field(description="Empty without decisions.")
    photographs_sha256: str = Field(description="Over the hashes of all photographs.")
    previous_sha256: str = Field(description="Of the file of the version before; empty for none.")


def approvals(folder: Path) -> list[Approval]:
    """Return the approved versions of an inspection, the first one first.

    Raises:
        DataError: one cannot be read or is missing.
    """
    found = sorted(
        (int(match[1]), path)
        for path in folder.glob("approved-*.json")
        if (match := _NAME.fullmatch(path.name))
    )
    read: list[Approval] = []
    for place, (number, path) in enumerate(found, 1):
        if number != place:
            raise DataError(f"{folder}: approved-{place}.json is missing")
        try:
            approval = Approval.model_validate_json(read_text(path))
        except (OSError, ValidationError) as error:
            raise DataError(f"{path} is no approval: {error}") from error
        if approval.version != number:
            raise DataError(f"{path} says version {approval.version}")
        read.append(approval)
    return read


def approve(
    folder: Path,
    *,
    who: str,
    role: str,
    statement: str = STATEMENT,
    expected: int | None = None,
    when: datetime | None = None,
) -> Path:
    """Close the current version of an inspection.

    Args:
        folder: of the inspection.
        who: name of the person.
        role: such as "bridge inspector".
        statement: what the person states.
        expected: number of the last decision that the person saw; None for any.
        when: time with its zone; default: now.

    Raises:
        DataError: there is no record, or history was changed.
        ConflictError: others decided in between.
        OutputError: nothing was decided since the last version, or the file cannot be written.

    Returns:
        The new file.
    """
    problems = approval_problems(folder)
    if problems:
        raise DataError(f"{folder} cannot be approved: {problems[0]}")
    before = approvals(folder)
    decisions = Journal(folder).read()
    if expected is not None and expected != len(decisions):
        raise ConflictError(len(decisions), expected)
    inspection = Inspection.load(folder)
    version = len(before) + 1
    record = sha256_file(folder / INSPECTION)
    if before and (before[-1].decisions, before[-1].record_sha256) == (len(decisions), record):
        raise OutputError(f"nothing was decided since version {version - 1} was approved")
    earlier = [*(one.when for one in before), *(one.when for one in decisions[-1:])]
    approval = Approval(
        version=version,
        who=who.strip(),
        role=role.strip(),
        when=max([when or datetime.now(UTC), *earlier]),
        statement=statement.strip(),
        cracklens_version=__version__,
        record_sha256=record,
        decisions=len(decisions),
        last_decision_sha256=decisions[-1].sha256 if decisions else "",
        photographs_sha256=_photographs(inspection),
        previous_sha256=sha256_file(_file(folder, version - 1)) if before else "",
    )
    file = _file(folder, version)
    with writing(file) as partial:
        content = json.dumps(approval.model_dump(mode="json"), indent=2, ensure_ascii=False)
        partial.write_text(content + "\n", encoding="utf-8")
    return file


def approval_problems(folder: Path) -> list[str]:
    """Return what was changed since it was approved, one line each."""
    return list(_problems(folder))


def _problems(folder: Path) -> Iterator[str]:
    try:
        known, decisions = approvals(folder), Journal(folder).read()
    except DataError as error:
        yield str(error)
        return
    for approval in known:
        yield from _of_version(folder, approval, decisions)
    if known and sha256_file(folder / INSPECTION) != known[-1].record_sha256:
        yield f"inspection.json was changed since version {known[-1].version} was approved"


def _of_version(folder: Path, approval: Approval, decisions: Sequence[Decision]) -> Iterator[str]:
    version = approval.version
    if approval.decisions > len(decisions):
        gone = approval.decisions - len(decisions)
        yield f"version {version}: {gone} of its decisions are missing"
    elif approval.decisions:
        last = decisions[approval.decisions - 1].sha256
        if last != approval.last_decision_sha256:
            yield f"version {version}: its decisions were changed after it was approved"
    before = sha256_file(_file(folder, version - 1)) if version > 1 else ""
    if before != approval.previous_sha256:
        yield f"approved-{version - 1}.json was changed after version {version} was approved"


def _file(folder: Path, version: int) -> Path:
    return folder / f"approved-{version}.json"


def _photographs(inspection: Inspection) -> str:
    known = "\n".join(sorted(photo.sha256 for photo in inspection.photographs))
    return hashlib.sha256(known.encode()).hexdigest()
