"""How much the service takes on at once."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass, replace

from indexer.location import Location, address_of, default_location

CORES = os.cpu_count() or 1
RESERVED_FILES = 128
"""Open files that connections leave to the index, its catalog's connections, and 32 connections
that are accepted before the first of them is seen."""
MOST_FILES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much the service takes on; the same for one process as for several together.

    Attributes:
        connections: Open at once. Beyond, the one that has been idle for the longest is closed.
        running: Requests that are worked on at once: one for each core, as more make each other
            slow. With two for each of two cores, 200 clients had 41 answers a second instead of
            54, and the slowest probe took 142 ms instead of 80.
        waiting: Requests that wait for one of these; beyond, 503.
        slow_running: Of requests that take seconds (reasons, reranking, batches); besides those.
        slow_waiting: Likewise.
        deadline: Seconds after which a request that wasn't answered gets 503.
        slow_deadline: Likewise for those that take seconds. A batch, which is sent as it is made,
            has to be read by then.
        body_seconds: For receiving a body.
        body_bytes: Of all bodies that are being received or worked on.
        head_seconds: For receiving a head, and for a connection without one.
        kept_seconds: For which a connection is kept after an answer: longer than clients do (nginx
            60, Python's 5), so that none sends its next request while this end closes.
        stalled_seconds: For reading the next 16 KiB of an answer.
    """

    connections: int = 1000
    running: int = max(2, CORES)
    waiting: int = 128
    slow_running: int = max(1, CORES // 2)
    slow_waiting: int = 16
    deadline: float = 30.0
    slow_deadline: float = 120.0
    body_seconds: float = 30.0
    body_bytes: int = 64 << 20
    head_seconds: float = 10.0
    kept_seconds: float = 75.0
    stalled_seconds: float = 20.0

    def within_files(self) -> Bounds:
        """With as many connections as this process may hold files open, which it raises first."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
        if soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        connections = max(8, max(soft, most) - RESERVED_FILES)
        return replace(self, connections=min(self.connections, connections))

    def shared(self, workers: int) -> Bounds:
        """The part of each of some processes that answer at one address."""

        def part(whole: int) -> int:
            return max(1, whole // workers)

        return replace(
            self,
            connections=part(self.connections),
            running=part(self.running),
            waiting=part(self.waiting),
            slow_running=part(self.slow_running),
            slow_waiting=part(self.slow_waiting),
            body_bytes=part(self.body_bytes),
        )


BOUNDS = Bounds()
"""Of a service for which nobody says otherwise."""
OVER_CLUSTER = 2
"""Requests for each core over a cluster, which does most of the work."""


def bounds_over(location: Location | None) -> Bounds:
    """Of a service over an index; ``None`` for the default one."""
    if address_of(location or default_location()) is None:
        return BOUNDS
    return replace(BOUNDS, running=OVER_CLUSTER * CORES)
