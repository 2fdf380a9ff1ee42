"""The schemas in the package are those of the site, and say where they are."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from cracklens.errors import UsageError
from cracklens.models.card import SCHEMA_VERSION as CARD_VERSION
from cracklens.record.decisions import JOURNAL_SCHEMA
from cracklens.record.schema import SCHEMA_VERSION as RECORD_VERSION
from cracklens.schemas import read_schema, schemas

ROOT = Path(__file__).parents[1]
SITE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"][
    "Documentation"
]


def test_each_format_has_its_schema():
    assert schemas() == [
        "approval-1",
        f"decision-{JOURNAL_SCHEMA}",
        f"inspection-{RECORD_VERSION}",
        f"model-card-{CARD_VERSION}",
    ]
    assert schemas() == sorted(path.stem for path in (ROOT / "docs" / "schema").iterdir())


@pytest.mark.parametrize("name", schemas())
def test_the_id_is_the_address_on_the_site(name):
    schema = read_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    page = (ROOT / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(page) == schema
    assert schema["$id"] == f"{SITE}/schema/{name}.json"
    (site,) = re.findall(
        r"^site_url: (\S+)/$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE
    )
    assert site == SITE


def test_another_name_is_an_error():
    with pytest.raises(UsageError, match="did you mean 'inspection-3'"):
        read_schema("inspection")
