"""When an answer is no longer worth its work: whoever asked is gone, or has waited too long.

A thread can't be stopped from outside. What takes long asks between its steps, by
:func:`require_wanted`; who asks for it says by a :class:`Stop` when to give up.
"""

from __future__ import annotations

import time
from contextvars import ContextVar

from indexer.errors import NearpaperError


class UnwantedError(NearpaperError):
    """An answer took longer than its deadline, or whoever asked for it is gone."""

    status = 503
    kind = "deadline"
    title = "The answer took too long"


class Stop:
    """Says when to give up. Safe to use from many threads.

    Args:
        seconds: From now until the deadline.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._gone = False

    @property
    def remaining(self) -> float:
        """Seconds until the deadline; 0 when it has passed."""
        return max(0.0, self._until - time.monotonic())

    def give_up(self) -> None:
        """Nobody wants the answer any more."""
        self._gone = True

    def require_wanted(self) -> None:
        """Raise :class:`UnwantedError` if the answer is no longer wanted."""
        if self._gone or not self.remaining:
            raise UnwantedError("the answer took too long; ask for less, or try again later")


_STOP: ContextVar[Stop | None] = ContextVar("stop", default=None)


def heed(stop: Stop) -> None:
    """Let what this context does from now on give up when ``stop`` says so."""
    _STOP.set(stop)


def require_wanted() -> None:
    """Raise :class:`UnwantedError` if what this context works on is no longer wanted."""
    if (stop := _STOP.get()) is not None:
        stop.require_wanted()
