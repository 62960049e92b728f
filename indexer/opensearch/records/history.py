"""What came to an index on a cluster, and when: one document per change.

A change is decided by whoever creates its document first: the writer who made it, as committed, or
the next one, who found it unfinished, as not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opensearchpy.exceptions import NotFoundError

from indexer.opensearch.records.schema import log_index
from indexer.opensearch.requests.bulk import writable
from indexer.opensearch.requests.client import Cluster
from indexer.snapshot import Moment


def change_id(change: int) -> str:
    """Of the document of a change."""
    return f"change-{change}"


def new_change_path(cluster: Cluster, change: int) -> str:
    """Where the document of a change is written."""
    return f"/{writable(log_index(cluster.address))}/_doc/{change_id(change)}"


def read_change(cluster: Cluster, change: int, preference: str = "") -> Mapping[str, Any] | None:
    """The document of a change, if it is decided; of any copy or of one that is preferred."""
    params = {"preference": preference} if preference else {}
    try:
        path = f"/{log_index(cluster.address)}/_doc/{change_id(change)}"
        told: Mapping[str, Any] = cluster.call("GET", path, params=params)["_source"]
    except NotFoundError:
        return None
    return told


def moment(cluster: Cluster, identity: str, change: int, newest: int) -> Moment:
    """The index after a change, which it may never have had, or not up to ``newest``."""
    told = read_change(cluster, change) if 0 < change <= newest else None
    return Moment(identity, change, told["made"] if told and told["committed"] else "")


def moment_before(cluster: Cluster, identity: str, time: str, newest: int) -> Moment:
    """The index before its first change from a time on; after ``newest``, if that was earlier."""
    late = {"range": {"made": {"gte": time}}}
    first = next((change["number"] for change in changes(cluster, newest, late)), newest + 1)
    return moment(cluster, identity, first - 1, newest)


def changes(
    cluster: Cluster, newest: int, query: Mapping[str, Any], size: int = 1
) -> Iterator[Mapping[str, Any]]:
    """The committed changes of a query up to the ``newest``, ascending."""
    known = [{"term": {"committed": True}}, {"range": {"number": {"lte": newest}}}, query]
    body: dict[str, Any] = {"query": {"bool": {"filter": known}}, "size": size}
    body["sort"] = [{"number": "asc"}]
    while hits := cluster.search(log_index(cluster.address), body)["hits"]["hits"]:
        yield from (hit["_source"] for hit in hits)
        body["search_after"] = hits[-1]["sort"]
