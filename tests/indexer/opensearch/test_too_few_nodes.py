"""A cluster that can't keep the copies that are asked for says so, and how to go on."""

from __future__ import annotations

from typing import Any, cast

import pytest

from indexer.errors import ClusterError
from indexer.opensearch.address import Address
from indexer.opensearch.requests import bulk
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing import creation

ADDRESS = Address(hosts=(("127.0.0.1", 9200),), name="papers")
ACTION = ("{}", "{}")


class Answers:
    """What a cluster says of its health, and to a bulk that too few copies could take."""

    address = ADDRESS

    def __init__(self, *active: int, nodes: int = 3) -> None:
        shards = {str(place): {"active_shards": each} for place, each in enumerate(active)}
        self._health = {"number_of_data_nodes": nodes, "indices": {"papers-1": {"shards": shards}}}

    def look(self, path: str, **params: str) -> dict[str, Any]:
        return self._health

    def write(self, *sent: Any, **params: Any) -> dict[str, Any]:
        problem = {"type": "unavailable_shards_exception", "reason": "not enough active copies"}
        return {"items": [{"create": {"status": 503, "error": problem}}]}


def cluster(*active: int, nodes: int = 3) -> Cluster:
    return cast("Cluster", Answers(*active, nodes=nodes))


@pytest.mark.parametrize("active", [(1,), (3, 3, 1)])
def test_a_shard_without_a_second_copy_keeps_no_papers(
    active: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(bulk, "_PAUSE_SECONDS", 0.01)
    with pytest.raises(ClusterError, match=r"with \?replicas=0"):
        bulk.write_all(cluster(*active), "papers-1", [ACTION], 2)


def test_an_index_with_a_copy_of_all_is_not_begun_on_one_node() -> None:
    with pytest.raises(ClusterError, match=r"with \?replicas=0"):
        creation._require_nodes(cluster(nodes=1))
    creation._require_nodes(cluster(nodes=2))
