"""A key: who has it, what it allows, until when; and the hash by which it is known."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args

from indexer.errors import UsageError

Role = Literal["reader", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
PREFIX = "np_"
"""Of every key, so that scanners for secrets find those that got into a repository."""
_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key.

    Attributes:
        name: Of whoever has it.
        role: A reader may ask; an admin may also change the index.
        hash: SHA-256 in hexadecimal. A key is random, so that no slow hash is needed.
        added: Day, ``YYYY-MM-DD``.
        expires: Last day on which it holds, likewise in UTC; empty for ever.
    """

    name: str
    role: Role
    hash: str
    added: str
    expires: str = ""

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed."""
        return bool(self.expires) and _today() > self.expires

    def fits(self, hash: str) -> bool:
        """Whether a key of this hash is this one; takes the same time whatever differs."""
        return hmac.compare_digest(self.hash, hash)


def new_key(name: str, role: str, expires: str) -> tuple[str, Key]:
    """A new key, and what is to be kept of it; raises ``UsageError``."""
    if expires and checked_day(expires) < _today():
        raise UsageError(f"--expires {expires}: has passed; name a later day")
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    return secret, Key(
        name=checked_name(name),
        role=checked_role(role),
        hash=hash_of(secret),
        added=_today(),
        expires=expires,
    )


def hash_of(secret: str) -> str:
    """SHA-256 of a key, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def checked_name(name: str) -> str:
    """A name as it may be; raises ``UsageError``."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}': write a name with 1 to 64 letters, digits, - and _")
    return name


def checked_role(role: str) -> Role:
    """A role there is; raises ``UsageError``."""
    for known in ROLES:
        if role == known:
            return known
    raise UsageError(f"'{role}': no role; choose from {', '.join(ROLES)}")


def checked_day(day: str) -> str:
    """A day as ``YYYY-MM-DD``; raises ``UsageError``."""
    try:
        if date.fromisoformat(day).isoformat() == day:
            return day
    except ValueError:
        pass
    raise UsageError(f"'{day}': no day; write YYYY-MM-DD")


def key_from(record: Any) -> Key:  # noqa: ANN401 - not checked yet
    """A key as it was kept; raises ``UsageError``, ``TypeError`` or ``KeyError``."""
    hash = record["hash"]
    if not re.fullmatch("[0-9a-f]{64}", hash):
        raise UsageError("no hash")
    return Key(
        name=checked_name(record["name"]),
        role=checked_role(record["role"]),
        hash=hash,
        added=checked_day(record["added"]),
        expires=checked_day(record["expires"]) if record["expires"] else "",
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
