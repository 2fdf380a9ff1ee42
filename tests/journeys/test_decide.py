"""Deciding, approving and checking an inspection with the installed command."""

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)
from PIL import Image

from cracklens.record.decisions import JOURNAL, findings_of
from cracklens.record.schema import Inspection


@pytest.fixture
def report(tmp_path, small_inspection):
    (crack, other), *_ = (photo.cracks for photo in small_inspection.photographs if photo.cracks)
    photo = next(photo for photo in small_inspection.photographs if photo.cracks)
    plain = photo.model_copy(update={"overlay": None, "sha256": "a" * 64})
    assert {crack.id, other.id} == {f"{photo.id}-C01", f"{photo.id}-C02"}
    small_inspection.model_copy(update={"photographs": [plain], "copies": []}).save(
        tmp_path / "report"
    )
    return tmp_path / "report"


def keys(folder: Path) -> Path:
    key = ed25519.Ed25519PrivateKey.generate()
    locked = BestAvailableEncryption(b"secret")
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    return folder / "key.pem"


def test_from_the_first_decision_to_a_signed_version_that_shows_each_change(
    cracklens, report, tmp_path
):
    photo = Inspection.load(report).photographs[0]
    first, second = (f"{photo.id}-C0{number}" for number in (1, 2))
    before = (report / "inspection.json").read_bytes()

    said = cracklens("decide", report, first, "accept", "--by", "A. Smith").stdout
    assert said == f"decision 1: {first}: accepted as a crack\n"
    key = findings_of(photo)[1].id
    done = cracklens(
        "decide", report, key, "reject", "--kind", "joint", "--by", "A. Smith", "--json"
    )
    assert json.loads(done.stdout)["finding"] == key
    cracklens("decide", report, first, "gauge", "--width-mm", "0.4", "--by", "B. Jones")
    cracklens("decide", report, "2", "undo", "--by", "B. Jones")
    late = cracklens(
        "decide", report, second, "accept", "--by", "C", "--expected", "2", code=1
    ).stderr
    assert "somebody else decided in between" in late
    assert "did you mean" in cracklens(
        "decide", report, f"{first}x", "accept", "--by", "C", code=2
    ).stderr  # fmt: skip

    listing = cracklens("decisions", report).stdout
    assert max(map(len, listing.splitlines())) <= 80
    assert "rejected, a joint (undone)" in listing
    assert [one["holds"] for one in json.loads(cracklens("decisions", report, "--json").stdout)[
        "decisions"]] == [True, False, True, True]  # fmt: skip

    key_file = keys(tmp_path)
    approving = ("approve", report, "--by", "B. Jones", "--role", "engineer", "--key", key_file)
    without = {name: value for name, value in os.environ.items() if "PASSWORD" not in name}
    assert "CRACKLENS_KEY_PASSWORD" in cracklens(*approving, code=2, env=without).stderr
    closed = cracklens(*approving, env={**os.environ, "CRACKLENS_KEY_PASSWORD": "secret"}).stdout
    assert closed.startswith("version 1 approved with 4 decisions, signed with key ")
    assert "signed" in cracklens("decisions", report).stdout
    public = tmp_path / "public.pem"
    cracklens("validate", report, "--public-key", public)
    assert (report / "inspection.json").read_bytes() == before

    cracklens("decide", report, second, "comment", "--text", "wet", "--by", "A. Smith")
    assert json.loads(Path(report, JOURNAL).read_text("utf-8").splitlines()[-1])["version"] == 2
    cracklens("validate", report)

    approved = report / "approved-1.json"
    approved.write_text(approved.read_text("utf-8").replace("engineer", "director"), "utf-8")
    said = cracklens("validate", report, code=1).stdout
    assert "approved-1.json or its signature approved-1.sig was changed" in said
    journal = report / JOURNAL
    journal.write_text(journal.read_text("utf-8").replace("0.4", "0.2"), "utf-8")
    assert "history was changed at decision 3" in cracklens("validate", report, code=1).stdout
    assert "history was changed at decision 3" in cracklens("decisions", report, code=1).stderr


def test_decisions_go_along_to_another_inspection(cracklens, report, tmp_path):
    inspection = Inspection.load(report)
    photo = inspection.photographs[0]
    again, fewer = tmp_path / "again", tmp_path / "fewer"
    inspection.save(again)
    for crack in photo.cracks:
        cracklens("decide", report, crack.id, "accept", "--by", "A. Smith")
    done = cracklens("decisions", report, "--carry-to", again).stdout
    assert f"{len(photo.cracks)} decisions carried to {again}, 0 not" in done
    assert cracklens("decisions", again).stdout.count("A. Smith") == len(photo.cracks)

    less = photo.model_copy(update={"cracks": photo.cracks[:1], "field": None})
    inspection.model_copy(update={"photographs": [less]}).save(fewer)
    done = cracklens("decisions", report, "--carry-to", fewer).stdout
    assert "not carried: decision 2" in done
    assert "no line of the new inspection" in done
    twice = cracklens("decisions", report, "--carry-to", fewer, code=2).stderr
    assert "has decisions already" in " ".join(twice.split())


def test_an_inspection_with_decisions_is_never_replaced(cracklens, report, tmp_path):
    (tmp_path / "photographs").mkdir()
    Image.new("RGB", (300, 200)).save(tmp_path / "photographs" / "a.png")
    photo = Inspection.load(report).photographs[0]
    cracklens("decide", report, photo.cracks[0].id, "accept", "--by", "A. Smith")
    for option in ("--overwrite", "--resume"):
        said = cracklens("inspect", tmp_path / "photographs", "-o", report, option, code=1).stderr
        assert "--carry-to" in " ".join(said.split())
    assert (report / JOURNAL).is_file()
