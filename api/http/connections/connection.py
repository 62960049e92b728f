"""One connection: how long it may be idle, send a head, or take to read."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any

import h11
from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from api.http.load.bounds import Bounds

READ_AT_LEAST = 16 << 10
"""Bytes of an answer that a client takes until it is looked at again, or it has stalled."""
MOST_HEAD_LINES = 256
"""Of a request's head; browsers and proxies together send some fifty."""
_HEAD_END = re.compile(rb"\n\r?\n")
_REFUSAL = "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n{more}\r\n"


class BoundedConfig(Config):
    """What uvicorn is to do, the bounds of its connections, and where it is to answer probes."""

    def __init__(
        self,
        app: ASGIApp | Callable[[], ASGIApp],
        bounds: Bounds,
        *,
        probes: socket.socket | None = None,
        **options: Any,  # noqa: ANN401 - uvicorn's
    ) -> None:
        kept = round(bounds.kept_seconds)
        super().__init__(app, http=BoundedConnection, timeout_keep_alive=kept, **options)
        self.bounds, self.probes = bounds, probes


class BoundedConnection(H11Protocol):
    """A connection as uvicorn has it, but that waits for nothing without end."""

    config: BoundedConfig

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection up; where there are too many, one that is idle has to go."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._begun_since: float | None = None
        self._unread: tuple[int, float] | None = None
        self._head_lines = 0
        if len(self.connections) > self.config.bounds.connections:
            longest = longest_idle(one for one in self.connections if one is not self)
            if longest is None:
                self._refuse("503 Service Unavailable", "Retry-After: 2\r\n")
            else:
                longest.transport.abort()

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way, but perhaps the head of one."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    @property
    def idle_since(self) -> float:
        """When the last answer was finished, or the connection made; by the loop's clock."""
        return self._idle_since

    def on_response_complete(self) -> None:
        """Wait for the next head."""
        self._idle_since, self._begun_since = self.loop.time(), None
        self._head_lines = 0
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends, but no head of absurdly many lines."""
        if self.conn.their_state is h11.IDLE:
            self._head_lines += _HEAD_END.split(data, 1)[0].count(b"\n")
            if self._head_lines > MOST_HEAD_LINES:
                self._refuse("431 Request Header Fields Too Large")
                return
        super().data_received(data)

    def resume_writing(self) -> None:
        """The client has read nearly all that was sent to it."""
        self._unread = None
        super().resume_writing()

    def look(self, now: float) -> None:
        """Close the connection if what it waits for takes too long; ``now`` by the loop's clock."""
        if self.transport.is_closing() and not self.transport.get_write_buffer_size():
            return
        unread = self.transport.get_write_buffer_size()
        if unread:
            self._look_at_reading(unread, now)
        elif self.is_idle:
            self._look_at_head(now)

    def _look_at_head(self, now: float) -> None:
        """A request may have begun; after an answer none need come for a while."""
        begun = bool(self.conn.trailing_data[0])
        cycle: RequestResponseCycle | None = self.cycle
        since = self._idle_since
        if cycle is not None:
            self._begun_since = (self._begun_since or now) if begun else None
            since = self._begun_since or now
            if self.conn.their_state is h11.SEND_BODY:
                since = self._idle_since  # nobody waits for the rest of what is answered
        if now - since > self.config.bounds.head_seconds:
            self._refuse("408 Request Timeout") if begun else self.transport.close()

    def _look_at_reading(self, unread: int, now: float) -> None:
        """``unread`` bytes wait for the client to read them."""
        if self._unread is None or unread <= self._unread[0] - READ_AT_LEAST:
            self._unread = unread, now
        elif now - self._unread[1] > self.config.bounds.stalled_seconds:
            self.transport.abort()

    def _refuse(self, status: str, more: str = "") -> None:
        """Say why, as far as the client still listens, and close."""
        if self.conn.our_state is h11.IDLE:
            self.transport.write(_REFUSAL.format(status=status, more=more).encode("ascii"))
        self.transport.close()


def longest_idle(connections: Iterable[Any]) -> BoundedConnection | None:
    """The connection that has been idle for the longest; ``None`` where all are in use."""
    idle = [one for one in connections if one.is_idle and not one.transport.is_closing()]
    return min(idle, key=lambda one: one.idle_since, default=None)
