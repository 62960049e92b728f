"""Who we are and whom we trust.

User and password, or a key, come from the environment: never from an address, never in a message.
"""

from __future__ import annotations

import os
import ssl
from base64 import b64encode
from typing import Any

from indexer.errors import UsageError
from indexer.opensearch.address import Address

USER, PASSWORD, KEY = (f"NEARPAPER_OPENSEARCH_{name}" for name in ("USER", "PASSWORD", "KEY"))


def authorisation(address: Address) -> dict[str, Any]:
    """What the client is given to sign in with; raises ``UsageError`` for half of it."""
    user, password, key = (os.environ.get(name, "") for name in (USER, PASSWORD, KEY))
    if key and (user or password):
        raise UsageError(f"{address}: set either ${KEY}, or ${USER} and ${PASSWORD}, not both")
    if bool(user) != bool(password):
        raise UsageError(f"{address}: set both ${USER} and ${PASSWORD}, or neither")
    if not (key + user + password).isprintable():
        raise UsageError(f"{address}: ${USER}, ${PASSWORD} and ${KEY} must be one line of text")
    if key:
        if not key.isascii():
            raise UsageError(f"{address}: ${KEY} holds a sign that no key has; copy it again")
        return {"headers": {"authorization": f"ApiKey {key}"}}
    # By ourselves: the client would write letters as Latin-1, which OpenSearch doesn't read.
    token = b64encode(f"{user}:{password}".encode()).decode()
    return {"headers": {"authorization": f"Basic {token}"}} if user else {}


def trusted(address: Address) -> ssl.SSLContext | None:
    """What checks certificates; ``None`` without TLS. Raises ``UsageError`` if ``ca=`` is none."""
    if not address.tls:
        return None
    try:
        return ssl.create_default_context(cafile=address.ca)
    except OSError as error:  # also what ssl raises about the content
        reason = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else ""
        raise UsageError(
            f"{address}: ca= names no file of certificates ({reason or 'not PEM'}); name one"
        ) from error
