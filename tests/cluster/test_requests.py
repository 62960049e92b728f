"""How often an answer asks the cluster: each request costs about as much as what it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from indexer.opensearch.requests.client import Cluster
from indexer.pipeline import add
from search.engine import Engine
from tests.cluster.stores import new_store
from tests.conftest import SAMPLE

pytestmark = pytest.mark.cluster

QUESTION = "papers that say encoder and decoder are attention layers that look at all positions"
MOST = 8
"""The head; the words' papers, their counts, and titles; the nearest; records, vectors, facets."""


def test_a_question_takes_few_requests(
    hosts: Sequence[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    call = Cluster.call

    def noted(self: Cluster, method: str, path: str, *given: Any, **more: Any) -> Any:
        asked.append(f"{method} {path} {given}")
        return call(self, method, path, *given, **more)

    with new_store(hosts, replicas=0) as store:
        add(store, [str(SAMPLE)], model="hashing")
        with Engine.open(store) as engine:
            engine.search("graph kernels for molecules")  # reads what is kept for all questions
            monkeypatch.setattr(Cluster, "call", noted)
            found = engine.search(QUESTION)
            assert len(asked) <= MOST, "\n".join(asked)
    assert found.close
