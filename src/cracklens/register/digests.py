"""Hashes of records: what says that two of them are the same."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cracklens.record.schema import Inspection, PhotoRecord


def photo_digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the record of a photograph.

    Args:
        content: the whole record as JSON values.
    """
    return _sha256(content)


def inspection_digest(head: dict[str, Any], photographs: Sequence[str]) -> str:
    """Return the SHA-256 of an inspection.

    Args:
        head: the record as JSON values, without its photographs.
        photographs: the digests of these, in order.
    """
    return _sha256({"head": head, "photographs": list(photographs)})


def content_of(photo: PhotoRecord) -> dict[str, Any]:
    """Return the record of a photograph as JSON values."""
    return photo.model_dump(mode="json")


def head_of(inspection: Inspection) -> dict[str, Any]:
    """Return an inspection as JSON values, without its photographs."""
    return inspection.model_dump(mode="json", exclude={"photographs"})


def _sha256(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()
