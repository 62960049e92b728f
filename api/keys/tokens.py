"""Signed tokens, which stand for a key where the key itself has no place.

A token is signed with the hash of its key: it ends with the key, and nothing else has to be kept.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from itsdangerous import BadSignature, TimestampSigner

from api.keys.key import Key
from api.keys.key_file import KeyRing

Purpose = Literal["session", "feed"]
SESSION_SECONDS = 30 * 24 * 3600
"""After which one has to sign in again."""
_MOST_CHARACTERS = 300


def token_for(key: Key, purpose: Purpose) -> str:
    """A token for a browser's ``session``, or for the address of a ``feed``."""
    return _signer(key, purpose).sign(key.name).decode("ascii")


def holder_of(token: str, purpose: Purpose, ring: KeyRing) -> Key | None:
    """Whose token it is; ``None`` where it isn't one for this purpose that holds."""
    if len(token) > _MOST_CHARACTERS or not token.isascii():
        return None
    key = ring.named(token.partition(".")[0])
    if key is None:
        return None
    try:
        name = _signer(key, purpose).unsign(
            token, max_age=SESSION_SECONDS if purpose == "session" else None
        )
    except BadSignature:
        return None
    return key if name == key.name.encode("ascii") else None


def _signer(key: Key, purpose: Purpose) -> TimestampSigner:
    return TimestampSigner(
        key.hash, salt=f"nearpaper {purpose}", digest_method=hashlib.sha256, key_derivation="hmac"
    )
