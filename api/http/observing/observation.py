"""Every request counted, timed and logged, under an id that other services know it by."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.observing.logs import ACCESS, SLOW
from api.http.observing.metrics import REQUESTS, SECONDS

SLOW_SECONDS = 2.0
"""From which on a request has a line in the log of slow ones."""
_TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
"""https://www.w3.org/TR/trace-context/#traceparent-header, version 00."""
_OTHER = "other"
"""The route of what matches none, so that addresses that were made up make no metrics."""


class Observation:
    """ASGI middleware that counts, times and logs.

    Of an address it tells the route alone: what somebody looks for is theirs, and an address may
    hold a token.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and take note of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, id = time.perf_counter(), request_id(Headers(scope=scope).get("traceparent", ""))
        scope.setdefault("state", {})["request_id"] = id  # seen from outside of here, too
        status, sent = 0, 0

        async def send_on(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = id
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except Exception as error:
            # The answer to it is made outside of here.
            if not status and not isinstance(error, ClientDisconnect):
                status = 500
            raise
        finally:
            _note(scope, id, status, sent, time.perf_counter() - started)


def request_id(traceparent: str) -> str:
    """The trace that a request belongs to, or a new one."""
    found = _TRACE.fullmatch(traceparent)
    return found[1] if found else secrets.token_hex(16)


def _note(scope: Scope, id: str, status: int, sent: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", _OTHER)
    REQUESTS.labels(route, str(status) if status else "gone").inc()
    SECONDS.labels(route).observe(seconds)
    if seconds < SLOW_SECONDS and not ACCESS.isEnabledFor(20):
        return
    caller = scope.get("state", {}).get("caller")
    fields: dict[str, Any] = {
        "request": id,
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round(1000 * seconds, 1),
        "bytes": sent,
        "client": (scope.get("client") or ("",))[0],
        "key": caller.name if caller else "",
    }
    ACCESS.info("request", extra={"fields": fields})
    if seconds >= SLOW_SECONDS:
        SLOW.warning("slow request", extra={"fields": fields})
