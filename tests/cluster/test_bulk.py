"""A bulk answer is 200 while the cluster refuses some of its documents for now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from indexer.opensearch.requests import bulk
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore
from indexer.papers.paper import Paper
from tests.cluster.conftest import Hosts
from tests.cluster.stores import new_store
from tests.contract.papers import MODEL, commit
from tests.contract.questions import all_keys

pytestmark = pytest.mark.cluster

FULL = {"type": "rejected_execution_exception", "reason": "rejected execution: queue is full"}


class FullQueue(Cluster):
    """Of each bulk of several documents it takes the first half; the queue is full for the rest."""

    refused = 0

    def write(self, method: str, path: str, body: Any = None, **params: Any) -> dict[str, Any]:
        if not path.endswith("/_bulk") or len(body) < 4:
            return super().write(method, path, body, **params)
        assert all(line.startswith('{"create"') for line in body[::2])
        half = len(body) // 4 * 2
        told = super().write(method, path, body[:half], **params)
        refused = {"create": {"status": 429, "error": FULL}}
        self.refused += (len(body) - half) // 2
        told["items"] += [refused] * ((len(body) - half) // 2)
        return told


@pytest.fixture
def store(hosts: Hosts) -> Iterator[OpenSearchStore]:
    with new_store(hosts) as store:
        yield store


def test_what_was_refused_for_now_is_sent_again(
    store: OpenSearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_PAUSE_SECONDS", 0.01)
    papers = [Paper(id=f"p{number}", title=f"paper {number}") for number in range(9)]
    store.cluster.close()
    store.cluster = cluster = FullQueue(store.address)
    with store.writer(lambda: MODEL) as writer:
        commit(writer, papers)
        writer.publish()
    assert cluster.refused >= 5
    snapshot = store.snapshot()
    assert snapshot is not None
    found = snapshot.papers(all_keys(snapshot))
    assert sorted(paper.id for paper in found) == [paper.id for paper in papers]


def test_a_queue_that_stays_full_ends_the_change(
    store: OpenSearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writer(lambda: MODEL) as writer:
        commit(writer, [Paper(id="kept", title="kept")])
        writer.publish()
    monkeypatch.setattr(bulk, "_PATIENCE_SECONDS", 0.0)
    store.cluster.close()
    store.cluster = FullQueue(store.address)
    with (
        pytest.raises(Exception, match="takes no more papers now"),
        store.writer() as writer,
    ):
        commit(writer, [Paper(id=f"p{number}", title="lost") for number in range(9)])
    with store.writer() as writer:
        writer.publish()
    snapshot = store.snapshot()
    assert snapshot is not None
    assert [paper.id for paper in snapshot.papers(all_keys(snapshot))] == ["kept"]
