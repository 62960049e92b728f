"""Whether a change was committed: decided once and for all by the creation of one document.

A writer gets a change number from the head, writes papers that are born or die with it, and commits
by creating ``change-N``. The next writer creates the same document, as aborted, for each number
that has none. Only one of the two can succeed, so a writer that was paused, and wakes up after
another took over, can't commit; and what it still writes is born or dies with a change that is
known to be aborted, which every query passes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from opensearchpy.exceptions import ConflictError

from indexer.errors import ClusterError
from indexer.models.embedder import Model
from indexer.opensearch.records.head import Head
from indexer.opensearch.records.history import new_change_path, read_change
from indexer.opensearch.requests.client import PRIMARY, Cluster
from indexer.opensearch.writing.lease import Lease


def commit_change(cluster: Cluster, lease: Lease, value: Mapping[str, Any], copies: int) -> None:
    """Commit the last change, so that so many copies of the log have it.

    Raises ``IndexBusyError`` if somebody else had it aborted.
    """
    head = lease.head
    document = _document(head, head.change, committed=True, value=value)
    told = _created(cluster, head.change, document, copies)
    if told != document:
        lease.lost()
    lease.decided(_committed(head, told))


def abort(cluster: Cluster, head: Head, number: int) -> Head:
    """The head after a change that nobody writes any more, which may turn out to be committed."""
    told = _created(cluster, number, _document(head, number, committed=False, value={}))
    if told["committed"]:
        return _committed(head, told)
    return replace(head, decided=number, aborted=(*head.aborted, number))


def _created(
    cluster: Cluster, number: int, document: Mapping[str, Any], copies: int = 1
) -> Mapping[str, Any]:
    """The document of a change: this one, unless there was one before."""
    params = {"op_type": "create", "require_alias": "true", "wait_for_active_shards": copies}
    try:
        cluster.write("PUT", new_change_path(cluster, number), document, **params)
    except ConflictError as error:
        told = read_change(cluster, number, PRIMARY)
        if told is None:
            raise ClusterError(
                f"{cluster.address}: nobody can say whether change {number} was written; look at "
                "the cluster's health, then run the same command again"
            ) from error
        return told
    return document


def _document(
    head: Head, number: int, *, committed: bool, value: Mapping[str, Any]
) -> Mapping[str, Any]:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    value = {**value, "owner": head.owner}
    return {"number": number, "made": made, "committed": committed, "value": value}


def _committed(head: Head, told: Mapping[str, Any]) -> Head:
    """The head after a committed change."""
    value = told["value"]
    head = replace(head, decided=told["number"], meta={**head.meta, **value.get("meta", {})})
    if "index" in value:
        made = {"index": value["index"], "model": Model(**value["model"])}
        # A version that knew of no other words told none.
        made["tokens"] = value.get("tokens", 1)
        head = replace(head, **made, recipe=value["recipe"], staging=None)
    return head
