"""A copy of an index on a cluster for as long as it is measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from indexer.errors import UsageError
from indexer.location import Location, address_of, cluster_store
from indexer.maintenance.copy import copy
from indexer.opensearch.address import Address


@contextmanager
def scratch_copy(folder: Path, cluster: Location) -> Iterator[Address]:
    """The address of a copy beside an address, which is removed at the end.

    Raises ``UsageError`` where the other is no address.
    """
    address = address_of(cluster)
    if address is None:
        raise UsageError("papers are indexed in the cache; --index takes the address of a cluster")
    name = f"{address.name[:80]}-scratch-{uuid4().hex[:8]}"
    place = replace(address, name=name)
    with closing(cluster_store(place)) as store:
        from indexer.opensearch.writing.creation import remove_index

        try:
            copied = copy(folder, store)
            if copied.interrupted:
                raise KeyboardInterrupt
            yield place
        finally:
            remove_index(store.cluster)
