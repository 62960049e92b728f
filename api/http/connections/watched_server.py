"""uvicorn's server, which looks at its connections once a second."""

from __future__ import annotations

import asyncio
import socket

from uvicorn import Server

from api.http.connections.connection import BoundedConfig, BoundedConnection

ACCEPTED_AT_ONCE = 32
"""Connections taken up before the first of them is seen, and one may have to go."""
QUEUED = 1024
"""Connections that the system keeps for us until they are taken up."""
TICKS = 10
"""A second."""


class WatchedServer(Server):
    """A server whose connections keep within their bounds."""

    config: BoundedConfig

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. asyncio accepts as many at once as it lets the system queue: not so here."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(QUEUED)

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if not counter % TICKS:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, BoundedConnection):
                    connection.look(now)
        return await super().on_tick(counter)
