"""A line of requests, so many of which are worked on at once."""

from __future__ import annotations

import asyncio

from api.http.observing.metrics import RUNNING, WAITING
from indexer.errors import NearpaperError


class OverloadedError(NearpaperError):
    """More is asked of the service than it can answer."""

    status = 503
    kind = "overloaded"
    title = "Too many requests"


class Lane:
    """First come, first served.

    Args:
        name: In metrics.
        running: How many are worked on at once.
        waiting: How many may wait for that.
    """

    def __init__(self, name: str, running: int, waiting: int) -> None:
        self._turns = asyncio.Semaphore(running)
        self._told = RUNNING.labels(name), WAITING.labels(name)
        self._most, self._running = waiting, running
        self.waiting = self.running = 0

    @property
    def is_full(self) -> bool:
        """Whether the next one would be turned away."""
        return self.running >= self._running and self.waiting >= self._most

    async def enter(self) -> None:
        """Wait for a turn; raises :class:`OverloadedError` where too many do already."""
        if self.is_full:
            raise OverloadedError("too many requests are waiting; try again in a few seconds")
        self._count(waiting=1)
        try:
            await self._turns.acquire()
        finally:
            self._count(waiting=-1)
        self._count(running=1)

    def leave(self) -> None:
        """Let the next one in."""
        self._count(running=-1)
        self._turns.release()

    def _count(self, *, running: int = 0, waiting: int = 0) -> None:
        self.running += running
        self.waiting += waiting
        self._told[0].inc(running)
        self._told[1].inc(waiting)
