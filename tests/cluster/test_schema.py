"""What an index on the cluster is made of, and what an address may ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from indexer.errors import UsageError
from indexer.opensearch.address import Engine
from indexer.opensearch.store import OpenSearchStore
from tests.cluster.stores import new_store
from tests.contract.papers import MODEL

pytestmark = pytest.mark.cluster


HALVES = {"name": "sq", "parameters": {"type": "fp16"}}


@pytest.mark.parametrize(
    ("engine", "parameters"),
    [
        ("lucene", {"m": 16, "ef_construction": 100}),
        (
            "faiss",  # nothing is written to it: its native library comes with official images
            {"m": 16, "ef_construction": 100, "encoder": HALVES},
        ),
    ],
)
def test_the_engine_of_vectors(
    hosts: Sequence[tuple[str, int]], engine: Engine, parameters: dict[str, object]
) -> None:
    with new_store(hosts, engine=engine, shards=2, replicas=0) as store:
        with store.writer(lambda: MODEL):
            pass
        (told,) = store.cluster.call("GET", f"/{store.address.name}").values()
    vector = told["mappings"]["properties"]["vector"]
    assert vector["method"]["engine"] == engine
    assert vector["method"]["parameters"] == parameters
    assert vector["space_type"] == "innerproduct"
    assert told["settings"]["index"]["number_of_shards"] == "2"
    assert told["mappings"]["dynamic"] == "strict"


@pytest.mark.parametrize(
    ("name", "other", "own"),
    [("shards", 3, 2), ("replicas", 1, 0), ("engine", "faiss", "lucene")],
)
def test_an_address_must_agree_with_the_index(
    hosts: Sequence[tuple[str, int]], name: str, other: Any, own: object
) -> None:
    with new_store(hosts, shards=2, replicas=0) as store:
        with store.writer(lambda: MODEL):
            pass
        address = replace(store.address, **{name: other})
        for ask in (OpenSearchStore(address).snapshot, OpenSearchStore(address).writer().__enter__):
            with pytest.raises(UsageError, match=f"the index has {name}={own}"):
                ask()
