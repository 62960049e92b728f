"""Whether the service is ready, told at once even while all its threads are busy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

from indexer.errors import NearpaperError

State = TypeVar("State")
PATIENCE_SECONDS = 0.05
"""What a probe waits for news; without any it is told what was so a moment ago."""


class Readiness(Generic[State]):
    """Looks at something in a thread of its own, one look at a time. May be asked from any loop.

    Args:
        look: Gives the state, or raises a ``NearpaperError``; may take long.
        unknown: What is so before the first look has ended.
    """

    def __init__(self, look: Callable[[], State], unknown: NearpaperError) -> None:
        self._look = look
        self._known: State | NearpaperError = unknown
        self._thread: ThreadPoolExecutor | None = None
        self._looking: Future[State | NearpaperError] | None = None
        self._turn = Lock()

    async def state(self) -> State:
        """The newest state; raises the error that is in its place."""
        looking = self._look_again()
        await asyncio.wait({asyncio.wrap_future(looking)}, timeout=PATIENCE_SECONDS)
        if looking.done():
            self._known = looking.result()
        if isinstance(self._known, NearpaperError):
            raise self._known
        return self._known

    def _look_again(self) -> Future[State | NearpaperError]:
        """The look that is under way, or a new one."""
        with self._turn:
            if self._looking is None or self._looking.done():
                self._thread = self._thread or ThreadPoolExecutor(1, "readiness")
                self._looking = self._thread.submit(self._looked)
            return self._looking

    def _looked(self) -> State | NearpaperError:
        try:
            return self._look()
        except NearpaperError as error:
            return error

    def close(self) -> None:
        """End the thread; whoever looks again begins anew."""
        with self._turn:
            if self._thread is not None:
                self._thread.shutdown()
            self._thread = self._looking = None
