"""A service that was told to stop: what it had begun is finished, and nothing new is begun."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, ClassVar

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.engine_provider import NotReadyError
from api.http.problems import answer_error

TOLD_TO_THE_END = frozenset({"/healthz", "/readyz", "/metrics"})
"""What whoever looks after the process may still ask."""
_MARK = "stopping"


class StoppingError(NotReadyError):
    """The service takes no new requests."""

    kind: ClassVar[str] = "stopping"
    title: ClassVar[str] = "Stopping"


def stop_taking(state: MutableMapping[str, Any]) -> None:
    """Mark the requests that come from now on.

    Args:
        state: Of a server; each request gets a copy of what it is when the request comes.
    """
    state[_MARK] = True


def require_taking(scope: Scope) -> None:
    """Raise :class:`StoppingError` for a request that came after the server was told to stop."""
    if _MARK in scope.get("state", {}):
        raise StoppingError("the service is stopping; try again in a few seconds")


class Taking:
    """ASGI middleware that takes new requests until the server is told to stop."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or say that another place or time is better."""
        if scope["type"] == "http" and scope["path"] not in TOLD_TO_THE_END:
            try:
                require_taking(scope)
            except StoppingError as error:
                response = answer_error(Request(scope), error)
                response.headers["Connection"] = "close"
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)
