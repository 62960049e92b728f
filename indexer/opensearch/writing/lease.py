"""The right to write: held by whoever last changed the head, and renewed while it lives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn
from uuid import uuid4

from indexer.errors import IndexBusyError, NearpaperError
from indexer.opensearch.records.head import LEASE_SECONDS, Head, Stored, replaced
from indexer.opensearch.requests.client import WRITING_SECONDS, Cluster

_HEART_SECONDS = 5.0
"""For which a renewal is tried, and holds up whoever writes."""

Decide = Callable[[Cluster, Head, int], Head]
"""Finds out whether a change was committed, and gives the head that says so."""


class Lease:
    """The head of an index as its writer holds it. Safe to use from two threads.

    Raises:
        IndexBusyError: Another process holds it, or took it over.
    """

    def __init__(self, cluster: Cluster, stored: Stored) -> None:
        if not stored.head.is_free:
            seconds = max(1, round(stored.head.until - time.time()))
            raise IndexBusyError(
                f"{cluster.address}: another process is writing to the index; wait for it, or, if "
                f"it was killed, {seconds} s"
            )
        self._cluster, self._stored, self._owner = cluster, stored, uuid4().hex
        self._changing, self._ended = threading.Lock(), threading.Event()
        self.change()
        self._heart = threading.Thread(target=self._renew, daemon=True, name="index-lease")
        self._heart.start()

    @property
    def head(self) -> Head:
        """As it is now."""
        return self._stored.head

    def change(self, **values: Any) -> None:  # noqa: ANN401 - fields of the head
        """Replace fields of the head, which also renews the lease."""
        with self._changing:
            self._change(values)

    def _change(self, values: Mapping[str, Any], patience: float = 2 * WRITING_SECONDS) -> None:
        if self._ended.is_set():
            self.lost()
        held = {"owner": self._owner, "until": time.time() + LEASE_SECONDS}
        head = replace(self.head, **{**held, **values})
        try:
            self._stored = replaced(self._cluster, self._stored, head, self._owner, patience)
        except IndexBusyError:
            self._ended.set()
            raise

    def settle(self, decide: Decide) -> None:
        """Find out of every change that was begun whether it was committed."""
        head = self.head
        for number in range(head.decided + 1, head.change + 1):
            head = decide(self._cluster, head, number)
        if head.decided > self.head.decided:
            self.put(head)

    def put(self, head: Head) -> None:
        """Replace all of the head but who writes."""
        with self._changing:
            self._stored = replace(self._stored, head=head)
            self._change({})

    def decided(self, head: Head) -> None:
        """Take over what was decided just now; the cluster is told with the next change."""
        with self._changing:
            self._stored = replace(self._stored, head=head)

    def lost(self) -> NoReturn:
        """Stop: somebody else writes."""
        self._ended.set()
        raise IndexBusyError(
            f"{self._cluster.address}: another process took over writing; what this one had "
            "committed is kept: run the same command again to resume"
        )

    def end(self) -> None:
        """Let the next writer in; where the cluster can't be told, it waits for the lease."""
        with self._changing:
            if not self._ended.is_set():
                with suppress(NearpaperError):
                    self._change({"owner": "", "until": 0.0}, _HEART_SECONDS)
            self._ended.set()
        self._heart.join()

    def _renew(self) -> None:
        while not self._ended.wait(LEASE_SECONDS / 3):
            # Whoever writes meets what is wrong at the next change.
            with self._changing, suppress(NearpaperError):
                if not self._ended.is_set():
                    self._change({}, _HEART_SECONDS)
