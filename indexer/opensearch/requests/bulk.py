"""Documents that are written, each looked at: a bulk answer is 200 while single ones fail.

A document is written once the primary and, where the index has replicas, at least one of them has
it. What may pass, such as a queue that is full, is sent again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from opensearchpy.exceptions import NotFoundError

from indexer.errors import ClusterError
from indexer.opensearch.requests.client import NO_INDEX, Cluster
from indexer.opensearch.requests.refusals import no_room, short

_TOO_FEW = "unavailable_shards_exception"
"""Of a document that too few copies could be asked to keep."""
Action = Sequence[str]
"""The lines of one action of a bulk request."""

BYTES = 8_000_000
"""Of one request."""
_PASSING = frozenset((429, 500, 503))
_PAUSE_SECONDS = 0.5
_PATIENCE_SECONDS = 300.0
"""A cluster waits a minute for a node that is gone before it makes other copies."""


def writable(index: str) -> str:
    """The alias by which an index is written.

    A document for an index that was deleted would make it anew, without its mapping; for an alias
    that is gone it is refused.
    """
    return f"{index}.write"


def create_action(id: object, document: Mapping[str, Any]) -> Action:
    """Write a whole document where there is none of that id; else it counts as a conflict.

    So it may be sent again, and may come so late that the document was changed meanwhile.
    """
    return json.dumps({"create": {"_id": str(id)}}), json.dumps(document)


def update_action(hit: Mapping[str, Any], changed: Mapping[str, Any]) -> Action:
    """Change a document if it is still as it was found."""
    compared = {"_id": hit["_id"], "if_seq_no": hit["_seq_no"]}
    compared["if_primary_term"] = hit["_primary_term"]
    return json.dumps({"update": compared}), json.dumps({"doc": changed})


def delete_action(row: int) -> Action:
    """Delete a document; it need not be there."""
    return (json.dumps({"delete": {"_id": str(row)}}),)


def write_all(cluster: Cluster, index: str, actions: Iterable[Action], copies: int) -> list[str]:
    """Write documents so that so many copies have them.

    Returns:
        Ids of those that were compared and weren't as they were found, or were there already.

    Raises:
        ClusterError: The cluster refuses some, or keeps too few copies.
        StorageError: It has no room.
    """
    conflicts: list[str] = []
    for part in _parts(actions):
        until = time.monotonic() + _PATIENCE_SECONDS
        left = part
        while left:
            left, lost = _sent(cluster, index, left, copies)
            conflicts += lost
            if left and time.monotonic() > until:
                raise ClusterError(
                    f"{cluster.address}: the cluster takes no more papers now; look at its health, "
                    "then run the same command again"
                )
            if left:
                time.sleep(_PAUSE_SECONDS)
    return conflicts


def _parts(actions: Iterable[Action]) -> Iterator[list[Action]]:
    part: list[Action] = []
    size = 0
    for action in actions:
        part.append(action)
        size += sum(map(len, action))
        if size > BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _sent(
    cluster: Cluster, index: str, actions: Sequence[Action], copies: int
) -> tuple[list[Action], list[str]]:
    """What has to be sent again, and the ids of what wasn't as it was found."""
    lines = [line for action in actions for line in action]
    params = {"wait_for_active_shards": copies, "timeout": "30s", "require_alias": "true"}
    told = cluster.write("POST", f"/{writable(index)}/_bulk", lines, **params)
    again, conflicts, copied = [], [], copies
    for action, item in zip(actions, told["items"], strict=True):
        (result,) = item.values()
        status, problem = result["status"], result.get("error")
        if "_shards" in result:
            copied = min(copied, result["_shards"]["successful"])
        elif problem and problem.get("type") == _TOO_FEW:
            copied = 0
        if status == 409:
            conflicts.append(result["_id"])
        elif problem and status in _PASSING and not no_room(cluster.address, str(problem)):
            again.append(action)
        elif problem:
            raise _refused(cluster, status, problem)
    if copied < copies:
        _await_copies(cluster, index, copies)
    return again, conflicts


def _refused(cluster: Cluster, status: int, problem: Mapping[str, Any]) -> Exception:
    """What says that one document can't be written."""
    if problem.get("type") == NO_INDEX:
        return NotFoundError(status, NO_INDEX, {"error": problem})
    reason = short(problem.get("reason", status))
    return no_room(cluster.address, str(problem)) or ClusterError(
        f"{cluster.address}: the cluster refused a paper: {reason}"
    )


def _await_copies(cluster: Cluster, index: str, copies: int) -> None:
    """Wait until what was lost with a node has been copied to another one."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        health = cluster.look(f"/_cluster/health/{index}", level="shards")
        shards = [
            shard for one in health.get("indices", {}).values() for shard in one["shards"].values()
        ]
        if shards and all(shard["active_shards"] >= copies for shard in shards):
            return
        time.sleep(_PAUSE_SECONDS)
    raise ClusterError(
        f"{cluster.address}: fewer than {copies} copies of the papers can be kept; start more "
        "nodes, or make the index with ?replicas=0"
    )
