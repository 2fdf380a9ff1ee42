"""Approval: a person closes a version; what follows belongs to the next one.

`approved-1.json` names who, when and with which statement, and holds the hashes of the record, of
the decisions up to there and of the photographs. `approved-1.sig` is an optional signature of that
file with the person's own Ed25519 key.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from cracklens.errors import CracklensError, DataError, OutputError, UsageError
from cracklens.files import INSPECTION, read_bytes, read_text, sha256_file, sync_folder, writing
from cracklens.record.base import Part
from cracklens.record.decisions.journal import Journal
from cracklens.record.decisions.model import Decision, Text
from cracklens.record.decisions.sign import Signer, is_signature
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
    public_key: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="Ed25519 key of the signature in 'approved-N.sig'; null without one.",
    )


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
    signer: Signer | None = None,
) -> Path:
    """Close the current version of an inspection.

    Nobody can decide while it is closed, so each decision belongs to one version.

    Args:
        folder: of the inspection.
        who: name of the person.
        role: such as "bridge inspector".
        statement: what the person states.
        expected: number of the last decision that the person saw; None for any.
        when: time with its zone; default: now.
        signer: signs the file; see `load_signer`.

    Raises:
        DataError: there is no record, or history was changed.
        ConflictError: others decided in between.
        OutputError: nothing was decided since the last version, or the file cannot be written.
        UsageError: the name, the role or the statement is empty.

    Returns:
        The new file.
    """
    Inspection.load(folder)  # refuses a folder without a record before a journal is made in it
    with Journal(folder).closed(expected=expected) as decisions:
        problems = approval_problems(folder)
        if problems:
            raise DataError(f"{folder} cannot be approved: {problems[0]}")
        facts = _next(folder, decisions, when)
        try:
            approval = Approval.model_validate(
                facts
                | {"who": who.strip(), "role": role.strip(), "statement": statement.strip()}
                | {"public_key": signer.public_key if signer else None}
            )
        except ValidationError as error:
            empty = ", ".join(str(fault["loc"][0]) for fault in error.errors())
            raise UsageError(f"the approval needs {empty}") from error
        return _write(folder, approval, signer)


def _next(folder: Path, decisions: Sequence[Decision], when: datetime | None) -> dict[str, Any]:
    """Return the facts of the approval of the current version."""
    before = approvals(folder)
    version = len(before) + 1
    record = sha256_file(folder / INSPECTION)
    if before and (before[-1].decisions, before[-1].record_sha256) == (len(decisions), record):
        raise OutputError(f"nothing was decided since version {version - 1} was approved")
    earlier = [*(one.when for one in before), *(one.when for one in decisions[-1:])]
    return {
        "version": version,
        "when": max([when or datetime.now(UTC), *earlier]),
        "cracklens_version": __version__,
        "record_sha256": record,
        "decisions": len(decisions),
        "last_decision_sha256": decisions[-1].sha256 if decisions else "",
        "photographs_sha256": _photographs(Inspection.load(folder)),
        "previous_sha256": sha256_file(_file(folder, version - 1)) if before else "",
    }


def _write(folder: Path, approval: Approval, signer: Signer | None) -> Path:
    """Write an approval through to the disk; its signature is there before it counts."""
    file = _file(folder, approval.version)
    text = json.dumps(approval.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    content = text.encode()
    signature = _signature(folder, approval.version)
    signature.unlink(missing_ok=True)  # of an approval that a power failure stopped
    if signer:
        _durable(signature, signer.sign(content))
    _durable(file, content)
    return file


def _durable(file: Path, content: bytes) -> None:
    with writing(file) as partial, partial.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(file.parent)


def approval_problems(folder: Path, public_key: str | None = None) -> list[str]:
    """Return what was changed since it was approved, one line each.

    Args:
        folder: of the inspection.
        public_key: of the person whose signature every version must have, 64 hexadecimal digits;
            None if any or none will do.
    """
    return list(_problems(folder, public_key))


def _problems(folder: Path, public_key: str | None) -> Iterator[str]:
    try:
        known, decisions = approvals(folder), Journal(folder).read()
    except DataError as error:
        yield str(error)
        return
    for approval in known:
        yield from _of_version(folder, approval, decisions)
        yield from _of_signature(folder, approval, public_key)
    yield from _of_decisions(known, decisions)
    if known and sha256_file(folder / INSPECTION) != known[-1].record_sha256:
        yield f"inspection.json was changed since version {known[-1].version} was approved"
    if public_key and not known:
        yield "no version is approved, so there is no signature to check"


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


def _of_signature(folder: Path, approval: Approval, public_key: str | None) -> Iterator[str]:
    file, version = _signature(folder, approval.version), approval.version
    if approval.public_key is None:
        if file.exists():
            yield f"{file.name} signs version {version}, which was approved without a signature"
        elif public_key:
            yield f"version {version} is not signed"
        return
    if public_key and approval.public_key != public_key:
        yield f"version {version} is signed with another key, {approval.public_key}"
    try:
        content = read_bytes(_file(folder, version))
        if not is_signature(approval.public_key, read_bytes(file), content):
            yield f"approved-{version}.json or its signature {file.name} was changed"
    except OSError as error:
        yield f"{file.name}, the signature of version {version}, cannot be read: {error.strerror}"
    except CracklensError as error:
        yield f"version {version}: {error}"


def _of_decisions(known: Sequence[Approval], decisions: Sequence[Decision]) -> Iterator[str]:
    """Name the first decision that says that it belongs to another version than it does."""
    for decision in decisions:
        own = 1 + sum(approval.decisions < decision.number for approval in known)
        if decision.version != own:
            yield (
                f"decision {decision.number} says version {decision.version} and belongs to "
                f"version {own}"
            )
            return


def _file(folder: Path, version: int) -> Path:
    return folder / f"approved-{version}.json"


def _signature(folder: Path, version: int) -> Path:
    return folder / f"approved-{version}.sig"


def _photographs(inspection: Inspection) -> str:
    known = "\n".join(sorted(photo.sha256 for photo in inspection.photographs))
    return hashlib.sha256(known.encode()).hexdigest()
