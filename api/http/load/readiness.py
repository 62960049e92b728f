"""Whether the service is ready, told at once even while all its threads are busy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from indexer.errors import NearpaperError

State = TypeVar("State")
PATIENCE_SECONDS = 0.05
"""What a probe waits for news; without any it is told what was so a moment ago."""


class Readiness(Generic[State]):
    """Looks at something in a thread of its own, one look at a time.

    Args:
        look: Gives the state, or raises a ``NearpaperError``; may take long.
        unknown: What is so before the first look has ended.
    """

    def __init__(self, look: Callable[[], State], unknown: NearpaperError) -> None:
        self._look = look
        self._known: State | NearpaperError = unknown
        self._thread: ThreadPoolExecutor | None = None
        self._looking: asyncio.Future[State | NearpaperError] | None = None

    async def state(self) -> State:
        """The newest state; raises the error that is in its place."""
        if self._looking is None or self._looking.done():
            self._thread = self._thread or ThreadPoolExecutor(1, "readiness")
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(self._thread, self._looked)
        await asyncio.wait({self._looking}, timeout=PATIENCE_SECONDS)
        if self._looking.done():
            self._known = self._looking.result()
        if isinstance(self._known, NearpaperError):
            raise self._known
        return self._known

    def _looked(self) -> State | NearpaperError:
        try:
            return self._look()
        except NearpaperError as error:
            return error

    def close(self) -> None:
        """End the thread; whoever looks again begins anew."""
        if self._thread is not None:
            self._thread.shutdown()
        self._thread = self._looking = None
