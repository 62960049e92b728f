"""The server of a service: its connections, its probes, and how it stops without a gap."""

from __future__ import annotations

import asyncio
import socket
from math import ceil

from api.http.connections.probe_server import ProbeServer
from api.http.connections.watched_server import TICKS, WatchedServer
from api.http.load.stopping import stop_taking

GRACE_SECONDS = 10
"""For which requests in progress may go on after the server was told to stop."""
LINGER_SECONDS = 0.2
"""For which those that have just connected may send their request, after the last one could."""


class BoundedServer(WatchedServer):
    """A server that answers probes beside all else, and finishes what it has begun."""

    _probes: ProbeServer | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; also for probes, where they have a port of their own."""
        await super().startup(sockets)
        if self.config.probes is not None:
            self._probes = ProbeServer(self.config, self.lifespan.state)
            self._probes.begin(self.config.probes)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish the requests that have begun, within :data:`GRACE_SECONDS`; then listen no more.

        Until they are finished, others are still taken up: the application tells them so.
        """
        stop_taking(self.lifespan.state)
        begun, counter = set(self.server_state.tasks), 0
        while counter < GRACE_SECONDS * TICKS and not self.force_exit:
            if all(task.done() for task in begun):
                break
            await asyncio.sleep(1 / TICKS)
            counter += 1
            await self.on_tick(counter)
        for server in self.servers:
            server.close()
        await asyncio.sleep(LINGER_SECONDS)
        if self._probes is not None:
            await asyncio.to_thread(self._probes.end)
        # What was answered may have to be read yet.
        self.config.timeout_graceful_shutdown = max(1, GRACE_SECONDS - ceil(counter / TICKS))
        await super().shutdown(sockets)
