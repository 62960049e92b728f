"""The papers of highest cosine: by HNSW, or all of them compared."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.opensearch.querying.conditions import Query
from indexer.opensearch.querying.versions import WINDOW, Hits, Versions
from indexer.where import Where


def approximate(versions: Versions, vector: bytes, k: int, where: Where) -> Hits:
    """The ``k`` nearest that HNSW finds among the papers that pass; at most :data:`WINDOW`."""
    k = min(k, WINDOW)
    asked = {"vector": _numbers(vector), "k": k, "filter": versions.query(where)}
    return _cosines(versions.ranked({"knn": {"vector": asked}}, k, vector))


def exact(versions: Versions, vector: bytes, k: int, where: Where) -> Hits:
    """The ``k`` nearest of all papers that pass."""
    script: dict[str, Any] = {
        "source": "knn_score",
        "lang": "knn",
        "params": {
            "field": "vector",
            "query_value": _numbers(vector),
            "space_type": "innerproduct",
        },
    }
    query: Query = {"script_score": {"query": versions.query(where), "script": script}}
    return _cosines(versions.ranked(query, k, vector))


def _numbers(vector: bytes) -> list[float]:
    numbers: list[float] = np.frombuffer(vector, np.float32).tolist()
    return numbers


def _cosines(hits: Hits) -> Hits:
    """Scores are above 0 on the cluster: 1 + c for a cosine c from 0 on, else 1 / (1 - c)."""
    rows, scores = hits[0], hits[1].astype(np.float64)
    cosines: NDArray[np.float64] = np.where(scores >= 1, scores - 1, 1 - 1 / scores)
    return rows, cosines.astype(np.float32)
