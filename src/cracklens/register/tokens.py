"""Tokens for programs that use the API. Only a salted hash of each is kept."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cracklens.errors import DataNotFoundError, UsageError
from cracklens.register.schema import ApiToken
from cracklens.register.schema.base import now

_PREFIX = "clt"
_SECRET_BYTES = 32


def create_token(session: Session, name: str, expires: datetime | None = None) -> str:
    """Make a token and return it; it cannot be shown again.

    It holds 256 random bits, so that one round of SHA-256 is enough: nobody can try them all.

    Args:
        session: one that writes.
        name: of the user or the program.
        expires: with a time zone; None if it does not.

    Raises:
        UsageError: the name is empty.
    """
    if not name.strip():
        raise UsageError("the name of a token is empty: say who will use it")
    secret, salt = secrets.token_urlsafe(_SECRET_BYTES), secrets.token_hex(16)
    row = ApiToken(name=name, salt=salt, hash=_hash(salt, secret), expires=expires)
    session.add(row)
    session.flush()
    return f"{_PREFIX}_{row.id}_{secret}"


def user_of(session: Session, token: str) -> str | None:
    """Return the name that a token stands for; None if it is wrong, expired or revoked."""
    prefix, _, rest = token.partition("_")
    number, _, secret = rest.partition("_")
    if prefix != _PREFIX or not number.isdecimal() or not number.isascii() or len(number) > 9:  # noqa: PLR2004
        return None
    row = session.get(ApiToken, int(number))
    if row is None or not hmac.compare_digest(row.hash, _hash(row.salt, secret)):
        return None
    if row.revoked or (row.expires and row.expires <= now()):
        return None
    return row.name


def revoke_token(session: Session, token_id: int) -> None:
    """Make a token useless.

    Raises:
        DataNotFoundError: there is none of that number.
    """
    row = session.get(ApiToken, token_id)
    if row is None:
        raise DataNotFoundError(f"there is no token {token_id}")
    row.revoked = row.revoked or now()


def tokens(session: Session) -> list[ApiToken]:
    """Return all tokens, the oldest first; their secrets are not known."""
    return list(session.scalars(select(ApiToken).order_by(ApiToken.id)))


def _hash(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode("utf-8", "backslashreplace")).hexdigest()
