"""What was written becomes visible to searches.

A copy of a shard that is being moved, or was just given up, is searched for a moment longer by
nodes that haven't heard of it. It lacks what was written since, and no answer says so. Whoever
counts papers or looks for those that die would take a wrong answer for good, so a writer looks
whether its last change is there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from indexer.errors import ClusterError
from indexer.opensearch.querying.conditions import EVERYTHING
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.requests.client import WRITING_SECONDS, Cluster

_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Written:
    """How many versions of papers in an index are born and die by a change."""

    index: str
    change: int
    births: int
    deaths: int


def refresh(cluster: Cluster, index: str, written: Written | None) -> None:
    """Let searches see all of an index of papers, and of what was ``written`` last, if it is there.

    Raises ``ClusterError`` if they don't see that within a minute.
    """
    until = time.monotonic() + WRITING_SECONDS
    while True:
        cluster.write("POST", f"/{index}/_refresh")
        if written is None or written.index != index:
            return
        if _seen(cluster, index, written.change) == written:
            return
        if time.monotonic() > until:
            raise ClusterError(
                f"{cluster.address}: searches don't see the papers that were written last; look "
                "at the cluster's health, then run the same command again"
            )
        time.sleep(_PAUSE_SECONDS)


def _seen(cluster: Cluster, index: str, change: int) -> Written:
    """What searches see of a change."""
    parts = {name: {"term": {name: change}} for name in ("born", "died")}
    versions = Versions(cluster, index, change, ())
    told = versions.aggregated(EVERYTHING, {"seen": {"filters": {"filters": parts}}})
    born, died = (told["seen"]["buckets"][name]["doc_count"] for name in parts)
    return Written(index, change, born, died)
