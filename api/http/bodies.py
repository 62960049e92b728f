"""A bound on what a request may carry, however it is sent."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 4 << 20
"""Bytes of a request's body: a thousand questions of four thousand letters."""


class BoundedBodies:
    """ASGI middleware that stops reading a body behind :data:`MAX_BODY`, with status 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it carries."""
        carried = 0

        async def receive_counted() -> Message:
            nonlocal carried
            message = await receive()
            carried += len(message.get("body", b""))
            if carried > MAX_BODY:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_counted, send)
