"""Signatures of approved versions, checked here and by OpenSSL."""

import shutil
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from cracklens.errors import MissingExtraError, UsageError
from cracklens.record.decisions.approve import approval_problems, approve
from cracklens.record.decisions.sign import PASSWORD, load_signer, read_public_key

PEM = Encoding.PEM


def private(key, password=None):
    locked = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(PEM, PrivateFormat.PKCS8, locked)


@pytest.fixture
def folder(inspection, tmp_path):
    inspection.save(tmp_path / "report")
    return tmp_path / "report"


@pytest.fixture
def key(tmp_path):
    made = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(private(made))
    public = made.public_key().public_bytes(PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    return tmp_path / "key.pem"


@pytest.fixture
def signed(folder, key):
    approve(folder, who="B", role="inspector", signer=load_signer(key))
    return folder


def test_a_signed_version_is_valid_with_the_key_of_the_person(signed, key):
    assert approval_problems(signed) == []
    assert approval_problems(signed, read_public_key(key.with_name("public.pem"))) == []
    assert len((signed / "approved-1.sig").read_bytes()) == 64


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_checks_it_too(signed, key):
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key.with_name("public.pem"),
               "-rawin", "-in", signed / "approved-1.json", "-sigfile", signed / "approved-1.sig"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("name", ["approved-1.json", "approved-1.sig"])
def test_an_altered_version_or_signature_is_named(signed, name):
    file = signed / name
    content = file.read_bytes()
    changed = content.replace(b"inspector", b"Inspector") if name.endswith("json") else b"x" * 64
    file.write_bytes(changed)
    assert approval_problems(signed) == [
        "approved-1.json or its signature approved-1.sig was changed"
    ]


def test_a_removed_signature_shows(signed):
    (signed / "approved-1.sig").unlink()
    (said,) = approval_problems(signed)
    assert said.startswith("approved-1.sig, the signature of version 1, cannot be read")


def test_a_signature_that_was_put_beside_an_unsigned_version_shows(folder):
    approve(folder, who="B", role="inspector")
    (folder / "approved-1.sig").write_bytes(b"x" * 64)
    assert "approved without a signature" in approval_problems(folder)[0]


def test_the_key_of_another_person_shows(signed):
    other = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert "signed with another key" in approval_problems(signed, other)[0]


def test_versions_that_are_not_signed_or_not_there_show(folder):
    key = "a" * 64
    assert approval_problems(folder, key) == [
        "no version is approved, so there is no signature to check"
    ]
    approve(folder, who="B", role="inspector")
    assert approval_problems(folder, key) == ["version 1 is not signed"]


def test_an_encrypted_key_needs_its_password(tmp_path, monkeypatch):
    monkeypatch.delenv(PASSWORD, raising=False)
    file = tmp_path / "key.pem"
    file.write_bytes(private(ed25519.Ed25519PrivateKey.generate(), b"secret"))
    with pytest.raises(UsageError, match=PASSWORD):
        load_signer(file)
    with pytest.raises(UsageError, match="password may be wrong"):
        load_signer(file, lambda: "wrong")
    by_hand = load_signer(file, lambda: "secret")
    monkeypatch.setenv(PASSWORD, "secret")
    assert load_signer(file).public_key == by_hand.public_key


def test_another_kind_of_key_and_what_is_no_key_are_refused(tmp_path, key):
    other = tmp_path / "rsa.pem"
    other.write_bytes(private(rsa.generate_private_key(65537, 2048)))
    with pytest.raises(UsageError, match="no Ed25519 key"):
        load_signer(other)
    with pytest.raises(UsageError, match="openssl genpkey"):
        load_signer(key.with_name("public.pem"))
    with pytest.raises(UsageError, match="openssl pkey"):
        read_public_key(key)
    with pytest.raises(UsageError, match="cannot be read"):
        read_public_key(tmp_path / "none.pem")


def test_without_the_extra_a_signature_is_not_taken_for_checked(signed, key, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert "'sign' extra" in approval_problems(signed)[0]
    with pytest.raises(MissingExtraError):
        load_signer(key)
