"""Bodies of requests: received whole before a request gets its turn, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from api.http.load.lane import OverloadedError

MAX_BODY = 4 << 20
"""Bytes of a request's body: a thousand questions of four thousand letters."""


class ClientGoneError(Exception):
    """The connection was closed before the request was whole."""


class Bodies:
    """Receives bodies; all that are held at once stay within a number of bytes."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds, self.held = most, seconds, 0

    async def receive(self, receive: Receive) -> bytearray:
        """A whole body; :meth:`release` it.

        Raises:
            HTTPException: 408 where it takes too long, 413 where it is too large.
            OverloadedError: All bodies together are too large.
            ClientGoneError: The connection is gone.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while await self._receive_more(receive, body):
                    pass
        except BaseException as error:
            self.release(body)
            if isinstance(error, TimeoutError):
                raise HTTPException(408, headers={"Connection": "close"}) from None
            raise
        return body

    async def _receive_more(self, receive: Receive, body: bytearray) -> bool:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        self.held += len(chunk)
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, headers={"Connection": "close"})
        if self.held > self._most:
            raise OverloadedError("too many large requests at once; try again in a few seconds")
        return bool(message.get("more_body", False))

    def release(self, body: bytearray) -> None:
        """Let go of a body."""
        self.held -= len(body)
        body.clear()


class Client:
    """The other end of a request whose body is here: gone, or waiting for its answer."""

    def __init__(self, receive: Receive) -> None:
        self.gone = asyncio.ensure_future(_disconnected(receive))

    async def wait(self, work: asyncio.Task[None], seconds: float) -> bool:
        """Wait for some work while somebody is there for it; ``True`` once it is done."""
        done, _ = await asyncio.wait(
            {work, self.gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        return work in done

    async def close(self) -> None:
        """Look no longer."""
        self.gone.cancel()
        with suppress(asyncio.CancelledError):
            await self.gone


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def replayed(body: bytearray, client: Client) -> Callable[[], Awaitable[Message]]:
    """What receives a body that is here already, then the end of the connection."""
    message: Message | None = {"type": "http.request", "body": bytes(body), "more_body": False}

    async def receive() -> Message:
        nonlocal message
        if message is not None:
            whole, message = message, None
            return whole
        await asyncio.wait({client.gone})
        return {"type": "http.disconnect"}

    return receive
