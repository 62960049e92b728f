"""Indexes on the cluster of the tests, each under a name of its own and removed at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from indexer.opensearch.address import Address
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore
from indexer.opensearch.writing.creation import remove_index


def new_address(hosts: Sequence[tuple[str, int]], **parts: Any) -> Address:
    """Of an index that isn't there yet."""
    return Address(hosts=tuple(hosts), name=f"test-{uuid4().hex[:12]}", tls=False, **parts)


@contextmanager
def new_store(hosts: Sequence[tuple[str, int]], **parts: Any) -> Iterator[OpenSearchStore]:
    """A store of an index that isn't there yet."""
    address = new_address(hosts, **parts)
    store = OpenSearchStore(address)
    try:
        yield store
    finally:
        store.close()
        remove_all(address)


def remove_all(address: Address) -> None:
    """Delete all that an index has on the cluster."""
    cluster = Cluster(address)
    remove_index(cluster)
    cluster.close()
