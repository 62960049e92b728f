"""What keeps an index on a cluster in order: its dead papers purged, its papers written anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from opensearchpy.exceptions import NotFoundError

from indexer.errors import ClusterError
from indexer.opensearch.querying.conditions import living
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore

_BATCH = 500
_PAUSE_SECONDS = 0.5


def purge(store: OpenSearchStore) -> int:
    """Delete what no published state needs any more; the generation.

    What an answer under way still reads of it is asked for again in the newest state.
    """
    with store.writer(outdated=True) as writer:
        about, head = writer.publish(), writer.head
        writer.recount()
        cluster, index = store.cluster, head.index
        dead = {"bool": {"must_not": [living(about.change, head.aborted)]}}
        _awaited(cluster, f"/{index}/_delete_by_query", {"query": dead}, conflicts="proceed")
        _awaited(cluster, f"/{index}/_forcemerge", None, only_expunge_deletes="true")
        return about.generation


def _awaited(
    cluster: Cluster,
    path: str,
    body: Mapping[str, Any] | None,
    **params: Any,  # noqa: ANN401 - of the request
) -> None:
    """Start something that may take hours, and wait until it is done."""
    task = cluster.write("POST", path, body, wait_for_completion="false", **params)["task"]
    try:
        while not (told := cluster.call("GET", f"/_tasks/{task}"))["completed"]:
            time.sleep(_PAUSE_SECONDS)
    except NotFoundError as error:
        raise ClusterError(
            f"{cluster.address}: the node that did it is gone; run the same command again"
        ) from error
    if problem := told.get("error") or told.get("response", {}).get("failures"):
        raise ClusterError(f"{cluster.address}: the cluster failed partway through: {problem}")


def rewrite(store: OpenSearchStore, advanced: Callable[[int, float], None]) -> int:
    """Write all papers anew with their vectors into another index; the new generation.

    Searches go on over the old one. Stopped or killed, the same call goes on where it was.

    Args:
        store: The index.
        advanced: Is told how many papers were written just now, and the share of all.
    """
    with store.writer(outdated=True) as writer:
        head = writer.head
        staging = writer.staging(head.model, head.recipe)
        while count := staging.carry(_BATCH):
            advanced(count, staging.share())
        staging.adopt()
        return writer.publish().generation
