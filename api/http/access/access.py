"""Who may ask a service, as it was chosen."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import NearpaperError, UsageError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NoKeyError(NearpaperError):
    """A request has no key, or none that is valid."""

    status = 401
    kind = "no-key"
    title = "Please give your key"


class NotAllowedError(NearpaperError):
    """A request's key, or where it comes from, doesn't allow what it asks for."""

    status = 403
    kind = "not-allowed"
    title = "Not allowed"


class UnknownHostError(NearpaperError):
    """A request names a host that the service isn't."""

    status = 421
    kind = "unknown-host"
    title = "Another host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask.

    Attributes:
        keys: File of the keys; ``None`` where nobody needs one.
        open: Whether reading needs no key although there are some.
        hosts: Names that the service has beside those of loopback; ``None`` where it may have any.
        addresses: Whether any address is taken for the host's: nobody can lead a browser here by
            one that isn't ours.
        origins: Of other sites whose scripts may ask, such as ``https://example.org``.
    """

    keys: Path | None = None
    open: bool = False
    hosts: tuple[str, ...] | None = None
    addresses: bool = False
    origins: tuple[str, ...] = ()


ANYBODY = Access()
"""Whoever reaches the service, by whatever name."""


def access_for(
    host: str,
    *,
    keys: Path | None,
    open: bool,
    host_names: tuple[str, ...],
    origins: tuple[str, ...] = (),
) -> Access:
    """Who may ask a service that listens at ``host``.

    Raises:
        UsageError: Others could reach it, and nobody said who may.
    """
    near = is_loopback(host)
    if not (near or keys or open):
        raise UsageError(
            f"--host {host}: others could ask; name a file of keys with --keys (`nearpaper keys "
            "add NAME` makes one), or say --open"
        )
    for origin in origins:
        scheme, found, rest = origin.partition("://")
        if scheme not in ("http", "https") or not found or not rest or "/" in rest:
            raise UsageError(
                f"--cors-origin {origin}: write an origin, such as https://example.org"
            )
    names = tuple(name.lower().rstrip(".") for name in (*host_names, host))
    return Access(keys=keys, open=open, hosts=names, addresses=not near, origins=origins)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
