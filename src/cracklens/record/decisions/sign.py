"""Signatures of approvals with the Ed25519 key (RFC 8032) of a person.

`approved-1.sig` holds the 64 bytes of the signature of `approved-1.json`, which names the public
key. Other programs check it too:

    openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in approved-1.json \
        -sigfile approved-1.sig
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cracklens.errors import DataError, MissingExtraError, UsageError
from cracklens.files import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
    )

PASSWORD = "CRACKLENS_KEY_PASSWORD"  # noqa: S105 - the name of a variable
"""Environment variable with the password of a private key."""
_HOW = "make one with: openssl genpkey -algorithm ed25519 -aes256 -out key.pem"
AskPassword = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs with a private key.

    Attributes:
        public_key: of the key, 64 hexadecimal digits.
    """

    public_key: str
    _key: "Ed25519PrivateKey"

    def sign(self, content: bytes) -> bytes:
        """Return the signature of a file, 64 bytes."""
        return self._key.sign(content)


def load_signer(file: Path, ask: AskPassword | None = None) -> Signer:
    """Return what signs with the private key of a PEM file.

    An encrypted key is opened with the password in `CRACKLENS_KEY_PASSWORD`, else with what `ask`
    returns.

    Args:
        file: in PEM, as OpenSSL writes it (PKCS 8), encrypted or not.
        ask: asks the person for the password; None if nobody can be asked.

    Raises:
        MissingExtraError: `cryptography` is not installed.
        UsageError: the file is no Ed25519 private key, or the password is wrong or missing.
    """
    _require_installed()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _read(file)
    password: bytes | None = None
    if b"ENCRYPTED" in content:
        given = os.environ.get(PASSWORD) or (ask() if ask else None)
        if not given:
            raise UsageError(f"{file} is encrypted: put its password into {PASSWORD}")
        password = given.encode()
    try:
        key = load_pem_private_key(content, password)
    except Exception as error:
        why = "the password may be wrong" if password else _HOW
        raise UsageError(f"{file} cannot be opened as a private key in PEM: {why}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{file} is no Ed25519 key: {_HOW}")
    return Signer(key.public_key().public_bytes_raw().hex(), key)


def read_public_key(file: Path) -> str:
    """Return the public key of a PEM file, 64 hexadecimal digits.

    Raises:
        MissingExtraError: `cryptography` is not installed.
        UsageError: the file is no Ed25519 public key.
    """
    _require_installed()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    how = "write it with: openssl pkey -in key.pem -pubout -out public.pem"
    try:
        key = load_pem_public_key(_read(file))
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"{file} is no public key in PEM: {how}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{file} is no Ed25519 key: {how}")
    return key.public_bytes_raw().hex()


def is_signature(public_key: str, signature: bytes, content: bytes) -> bool:
    """Return whether a signature is that of a file by a key.

    Args:
        public_key: 64 hexadecimal digits.
        signature: 64 bytes.
        content: of the file.

    Raises:
        MissingExtraError: `cryptography` is not installed.
        DataError: the public key is none.
    """
    _require_installed()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key: Ed25519PublicKey
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    except ValueError as error:
        raise DataError(f"{public_key!r} is no public key of Ed25519") from error
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _read(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror or error})") from error


def _require_installed() -> None:
    try:
        import cryptography  # noqa: F401 - whether it is there
    except ImportError as error:
        raise MissingExtraError("signing and checking signatures", "sign") from error
