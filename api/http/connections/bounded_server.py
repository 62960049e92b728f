"""uvicorn's server, which looks at its connections once a second, and stops without a gap."""

from __future__ import annotations

import asyncio
import socket
from math import ceil

from uvicorn import Server

from api.http.connections.connection import BoundedConfig, BoundedConnection
from api.http.load.stopping import stop_taking

ACCEPTED_AT_ONCE = 32
"""Connections taken up before the first of them is seen, and one may have to go."""
QUEUED = 1024
"""Connections that the system keeps for us until they are taken up."""
GRACE_SECONDS = 10
"""For which requests in progress may go on after the server was told to stop."""
LINGER_SECONDS = 0.2
"""For which those that have just connected may send their request, after the last one could."""
_TICKS = 10  # A second.


class BoundedServer(Server):
    """A server whose connections keep within their bounds."""

    config: BoundedConfig

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. asyncio accepts as many at once as it lets the system queue: not so here."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(QUEUED)

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if not counter % _TICKS:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, BoundedConnection):
                    connection.look(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish the requests that have begun, within :data:`GRACE_SECONDS`; then listen no more.

        Until they are finished, others are still taken up: the application tells them so.
        """
        stop_taking(self.lifespan.state)
        begun, counter = set(self.server_state.tasks), 0
        while counter < GRACE_SECONDS * _TICKS and not self.force_exit:
            if all(task.done() for task in begun):
                break
            await asyncio.sleep(1 / _TICKS)
            counter += 1
            await self.on_tick(counter)
        for server in self.servers:
            server.close()
        await asyncio.sleep(LINGER_SECONDS)
        # What was answered may have to be read yet.
        self.config.timeout_graceful_shutdown = max(1, GRACE_SECONDS - ceil(counter / _TICKS))
        await super().shutdown(sockets)
