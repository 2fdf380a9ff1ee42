"""Published data sets that a copy on disk can be checked against."""

import hashlib
from collections.abc import Iterable
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from cracklens.errors import UsageError, did_you_mean


class Source(BaseModel):
    """Facts about a published data set; one JSON file each under `published/`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    version: str
    doi: str
    citation: str
    licence: str
    counts: dict[str, int]
    distinct_files: int
    size_px: tuple[int, int]
    digest: str


def load_source(name: str) -> Source:
    """Return the facts of a published data set, such as "metu".

    Raises:
        UsageError: unknown name.
    """
    folder = files("cracklens.datasets") / "published"
    known = sorted(
        f.name.removesuffix(".json") for f in folder.iterdir() if f.name.endswith("json")
    )
    if name not in known:
        raise UsageError(f"no published data set {name!r}: {did_you_mean(name, known)}")
    return Source.model_validate_json((folder / f"{name}.json").read_text(encoding="utf-8"))


def known_source(digest_of_data: str) -> Source | None:
    """Return the published data set whose complete copy has this digest, if any."""
    folder = files("cracklens.datasets") / "published"
    for file in folder.iterdir():
        if file.name.endswith(".json"):
            source = Source.model_validate_json(file.read_text(encoding="utf-8"))
            if source.digest == digest_of_data:
                return source
    return None


def digest(files_by_class: Iterable[tuple[str, str]]) -> str:
    """Return one SHA-256 over (class, SHA-256 of a file) pairs, independent of their order.

    >>> digest([("b", "02"), ("a", "01")]) == digest([("a", "01"), ("b", "02")])
    True
    """
    total = hashlib.sha256()
    for label, sha256 in sorted(files_by_class):
        total.update(f"{label}\t{sha256}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()
