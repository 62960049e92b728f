"""A copy of an index that is being made on a cluster: a head without anything published.

Papers are only ever created, and under their row numbers. So whoever was thought dead and wakes up
again can't undo what happened to a paper since; and another state is copied to another index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from indexer.analysis import TOKENS
from indexer.copying import Origin, require_all
from indexer.entries import Entry
from indexer.errors import IndexNotFoundError, UsageError
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.records.documents import document_of
from indexer.opensearch.records.head import Head, Stored, read_head
from indexer.opensearch.records.history import change_id
from indexer.opensearch.records.schema import log_index, next_index, papers_index
from indexer.opensearch.requests.bulk import create_action, write_all
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing.creation import (
    copies_kept,
    create_papers,
    create_with,
    remove,
    require_agreement,
)
from indexer.opensearch.writing.lease import Lease
from indexer.opensearch.writing.publication import publish


@contextmanager
def copying(cluster: Cluster, origin: Origin) -> Iterator[OpenSearchCopying]:
    """A copy on a cluster, begun or gone on with.

    Raises:
        UsageError: There is an index, or an unfinished one of other shards, replicas or engine.
        IndexBusyError: Another process copies to it.
    """
    stored = _begun(cluster, origin)
    is_anew = (stored.head.copy_of, stored.head.tokens) != (origin.fingerprint, TOKENS)
    lease = Lease(cluster, stored)
    try:
        if is_anew:
            _begin_anew(cluster, lease, origin)
        else:
            lease.change(meta=origin.meta)
        copies = copies_kept(cluster, lease.head.index)
        yield OpenSearchCopying(cluster, lease, origin, copies, is_anew=is_anew)
    finally:
        lease.end()


class OpenSearchCopying:
    """An index of papers that grows; see :class:`~indexer.copying.Copying`.

    Attributes:
        is_anew: Whether an unfinished copy of another state was thrown away for it.
    """

    workspace = None

    def __init__(
        self, cluster: Cluster, lease: Lease, origin: Origin, copies: int, *, is_anew: bool
    ) -> None:
        self._cluster, self._lease, self._origin = cluster, lease, origin
        self._copies, self.is_anew = copies, is_anew

    @property
    def last_row(self) -> int:
        """Row number up to which it has all papers, 0 for none."""
        return self._lease.head.row

    def add(self, rows: Sequence[int], entries: Sequence[Entry]) -> None:
        """Take papers over, each born by the change with which it came."""
        born = [
            create_action(row, document_of(entry, row, entry.arrived or 0))
            for row, entry in zip(rows, entries, strict=True)
        ]
        # What is there was written before the last stop.
        write_all(self._cluster, self._lease.head.index, born, self._copies)
        self._lease.change(row=rows[-1])

    def finish(self) -> None:
        """Write the changes and let readers see it; the alias comes last."""
        head, log = self._lease.head, log_index(self._cluster.address)
        changes = [
            create_action(
                change_id(number), {"number": number, "made": made, "committed": True, "value": {}}
            )
            for number, made in self._origin.changes.items()
        ]
        write_all(self._cluster, log, changes, self._copies)
        self._cluster.write("POST", f"/{head.index}/_refresh")
        versions = Versions(self._cluster, head.index, head.decided, ())
        require_all(self._cluster.address, versions.count(versions.living), self._origin)
        publish(self._cluster, self._lease)


def _begun(cluster: Cluster, origin: Origin) -> Stored:
    """The head of an unfinished copy, be it of another state; a new one where there is none."""
    try:
        stored = read_head(cluster)
    except IndexNotFoundError:
        return create_with(cluster, _head(origin, papers_index(cluster.address, 1)))
    if stored.head.published is not None:
        raise UsageError(f"{cluster.address}: is there already; choose another NAME")
    require_agreement(cluster, stored.head.index)
    return stored


def _head(origin: Origin, index: str) -> Head:
    return Head(
        identity=origin.identity,
        index=index,
        model=origin.model,
        recipe=origin.recipe,
        decided=origin.change,
        change=origin.change,
        meta=origin.meta,
        copy_of=origin.fingerprint,
    )


def _begin_anew(cluster: Cluster, lease: Lease, origin: Origin) -> None:
    """Throw away what was copied of another state."""
    old, log = lease.head.index, log_index(cluster.address)
    new = _head(origin, next_index(cluster.address, old))
    create_papers(cluster, new.index, new.model, new.recipe)
    cluster.write("POST", f"/{log}/_refresh")
    lease.change()  # what another copy has finished meanwhile isn't this one's to delete
    every = {"query": {"exists": {"field": "number"}}}
    cluster.write("POST", f"/{log}/_delete_by_query", every, conflicts="proceed", refresh="true")
    lease.put(new)
    remove(cluster, old)
