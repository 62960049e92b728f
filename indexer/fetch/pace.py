"""The distance between requests, by the monotonic clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Lets one request begin ``delay`` seconds after the last one ended, whatever became of it.

    The first waits, too: a process that was killed a moment ago may have asked just before.

    Attributes:
        delay: Seconds.
        clock: Seconds that only ever grow.
        sleep: Waits for some seconds; may come back early.
    """

    delay: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free: float = field(init=False)

    def __post_init__(self) -> None:
        self._free = self.clock() + self.delay

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait, and hold the time of one request."""
        while (left := self._free - self.clock()) > 0:
            self.sleep(left)
        try:
            yield
        finally:
            self._free = self.clock() + self.delay

    def hold(self, seconds: float) -> None:
        """Let nothing begin within so many seconds from now."""
        self._free = max(self._free, self.clock() + seconds)
