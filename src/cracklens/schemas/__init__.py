"""The JSON Schemas of what cracklens writes: files of the package, and the same on the site.

`docs/make_reference.py` makes them from the pydantic models; a test checks that they are up to
date.
"""

import json
from importlib.resources import files
from typing import Any

from cracklens.errors import UsageError, did_you_mean


def schemas() -> list[str]:
    """Return the names of the schemas, each with its version.

    >>> schemas()
    ['approval-1', 'decision-1', 'inspection-3', 'model-card-1']
    """
    names = (file.name for file in files(__name__).iterdir())
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def read_schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema (draft 2020-12), whose `$id` is its address on the site.

    Args:
        name: such as "inspection-3", for `inspection.json` with schema_version 3.

    Raises:
        UsageError: there is no such schema.

    >>> read_schema("inspection-3")["$id"]
    'https://cracklens.github.io/cracklens/schema/inspection-3.json'
    """
    known = schemas()
    if name not in known:
        raise UsageError(f"no schema {name!r}: {did_you_mean(name, known)}")
    text = (files(__name__) / f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content
