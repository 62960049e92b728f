"""Under which names the service answers, and to scripts of which sites."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.access.access import LOOPBACK, Access, NotAllowedError, UnknownHostError
from api.http.problems import answer_error
from indexer.errors import NearpaperError

FREE = ("/healthz", "/readyz")
"""For supervisors, who ask by whatever address they have, and are told nothing."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class KnownHosts:
    """ASGI middleware that refuses requests for other hosts, and changes asked by other sites.

    A site may let its own name point here (DNS rebinding), and its scripts then read what they
    get; the host that they ask for is still theirs.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say why not."""
        if scope["type"] == "http" and scope["path"] not in FREE:
            request = Request(scope)
            if (error := self._fault(request)) is not None:
                await answer_error(request, error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _fault(self, request: Request) -> NearpaperError | None:
        named = request.headers.get("host", "")
        if self._access.hosts is not None and named and not self._is_ours(_host_of(named)):
            return UnknownHostError(
                "the request is for a host that this service isn't; start it with --host-name if "
                "it is"
            )
        origin = request.headers.get("origin")
        if request.method in _SAFE or origin is None or origin in self._access.origins:
            return None
        if _netloc_of(origin) == named.lower():
            return None
        return NotAllowedError(
            "the request comes from another site; start the service with --cors-origin to allow it"
        )

    def _is_ours(self, host: str) -> bool:
        if host in LOOPBACK or host in (self._access.hosts or ()):
            return True
        try:
            return self._access.addresses and bool(ipaddress.ip_address(host))
        except ValueError:
            return False


def _netloc_of(origin: str) -> str | None:
    """Host and port of an origin, ``None`` where it makes no sense."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _host_of(header: str) -> str:
    """The name or address in a ``Host`` header, without its port; empty where it makes no sense."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""
