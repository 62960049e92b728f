"""A writer that is paused in the middle of something while another one takes over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from indexer.opensearch.address import Address
from indexer.opensearch.records.head import read_head
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore

WAIT_SECONDS = 60.0

When = Callable[[str, str, Any], bool]
"""Says of a request's method, path and body whether it is the one to pause at."""


class PausedCluster(Cluster):
    """Whose requests wait from a certain one on, as those of a process under SIGSTOP would."""

    def __init__(self, address: Address, when: When) -> None:
        super().__init__(address)
        self._when, self._stopping = when, threading.Lock()
        self._reached, self._resumed = threading.Event(), threading.Event()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        with self._stopping:
            if not self._reached.is_set() and self._when(method, path, body):
                self._reached.set()
        if self._reached.is_set():
            assert self._resumed.wait(WAIT_SECONDS)
        return super().call(method, path, body, **options)

    def wait_reached(self) -> None:
        assert self._reached.wait(WAIT_SECONDS)

    def resume(self) -> None:
        self._resumed.set()


@contextmanager
def paused(
    address: Address, work: Callable[[OpenSearchStore], object], when: When
) -> Iterator[Callable[[], BaseException | None]]:
    """A writer's work, paused at a request; gives what lets it go on and tells how it ended."""
    store = OpenSearchStore(address)
    store.cluster = cluster = PausedCluster(address, when)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work, store)
        try:
            _reached(cluster, working)
            yield lambda: _ended(cluster, working)
        finally:
            cluster.resume()
    store.close()


def _reached(cluster: PausedCluster, working: Future[object]) -> None:
    while not working.done():
        if cluster._reached.wait(0.05):
            return
    raise AssertionError(f"it was never paused: {working.exception()!r}")


def _ended(cluster: PausedCluster, working: Future[object]) -> BaseException | None:
    cluster.resume()
    return working.exception(WAIT_SECONDS)


def wait_free(address: Address) -> None:
    """Until the lease of whoever writes has run out."""
    cluster = Cluster(address)
    until = time.monotonic() + WAIT_SECONDS
    while not read_head(cluster).head.is_free:
        assert time.monotonic() < until
        time.sleep(0.05)
    cluster.close()
