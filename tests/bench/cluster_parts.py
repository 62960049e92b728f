"""The bare requests of a hybrid question: what no engine around them can be faster than."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from indexer.models.load import load_embedder
from indexer.opensearch.address import Address
from indexer.opensearch.querying.conditions import any_of
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.records.head import read_head
from indexer.opensearch.requests.client import Cluster
from search.ranking.ranking import DEPTH

_SORT = [{"_score": "desc"}, {"row": "asc"}]


class BareCluster:
    """Requests as an answer makes them, straight to the cluster."""

    def __init__(self, address: Address) -> None:
        self._cluster = Cluster(address)
        head = read_head(self._cluster).head
        if head.published is None:
            raise ValueError(f"{address}: nothing is published")
        published = head.published
        self._versions = Versions(self._cluster, published.index, published.change, head.aborted)
        self._embedder = load_embedder(published.model.name)

    def requests(self, text: str) -> dict[str, Callable[[], object]]:
        """What is measured for a question; making the requests isn't part of it."""
        versions, living = self._versions, self._versions.living
        vector = self._embedder.encode_queries([text])[0]
        knn = {"vector": vector.tolist(), "k": DEPTH, "filter": living}
        body = {"size": DEPTH, "sort": _SORT, "_source": False, "stored_fields": "_none_"}
        body |= {"track_total_hits": False}
        nearest = {"knn": {"vector": knn}}
        dense = {**body, "query": nearest}
        words = {"filter": [living], "must": [any_of(versions.terms(text))]}
        lexical = {**body, "query": {"bool": words}}
        head = {"search_type": "dfs_query_then_fetch", "allow_partial_search_results": False}
        legs = [json.dumps(line) for line in (head, dense, head, lexical)]
        rows = versions.ranked(nearest, 10, b"")[0]
        aggregations = {
            field: {"terms": {"field": field, "size": 20, "shard_size": 1_020}}
            for field in ("year", "category", "author", "venue")
        }
        path = f"/{versions.index}/_msearch"
        return {
            "encoding": partial(self._embedder.encode_queries, [text]),
            "both legs": partial(self._cluster.call, "POST", path, legs),
            "k-NN once more": partial(versions.search, dense),
            "facets": partial(versions.aggregated, living, aggregations),
            "ten records": partial(_read, versions, rows.tolist(), "record"),
            "vectors of three": partial(_read, versions, rows[:3].tolist(), "half"),
        }

    def close(self) -> None:
        """Let go of the connections."""
        self._cluster.close()


def _read(versions: Versions, rows: list[int], field: str) -> object:
    return list(versions.stored(rows, (field,)))
