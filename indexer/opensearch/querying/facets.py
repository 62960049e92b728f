"""Exact counts of values, though each shard only tells of its most frequent ones.

A value that some shards left out is found no more often than the last value that each of these told
of. So the first values are known once the last of them is more frequent than that; until it is, the
shards are asked for more. Counts that may lack a shard's part are then asked for by value.
"""

from __future__ import annotations

from typing import Any

from indexer.opensearch.querying.conditions import Query
from indexer.opensearch.querying.versions import WINDOW, Versions
from indexer.snapshot import Facets

FIELDS = ("category", "author", "venue")
YEARS = 3_000
MORE, _FACTOR = 1_000, 8
"""Values that each shard tells of beyond those asked for, and times as many at the next try."""
_ORDER = [{"_count": "desc"}, {"_key": "asc"}]

Buckets = list[dict[str, Any]]


def facets(versions: Versions, query: Query, most: int) -> Facets:
    """Exact counts of the most frequent values, by falling count, then by value; of all years."""
    years = {"terms": {"field": "year", "size": YEARS, "order": {"_key": "desc"}}}
    asked = {field: _terms(field, most, most + MORE) for field in FIELDS if most > 0}
    told = versions.aggregated(query, {"year": years, **asked})
    return {
        "year": {f"{each['key']:04}": each["doc_count"] for each in told["year"]["buckets"]},
        **{field: _exact(versions, query, field, most, told.get(field)) for field in FIELDS},
    }


def value_counts(versions: Versions, query: Query, field: str) -> dict[str, int]:
    """Exact counts of all values of a field that has at most :data:`WINDOW`."""
    told = versions.aggregated(query, {"all": _terms(field, WINDOW, WINDOW)})
    return {each["key"]: each["doc_count"] for each in told["all"]["buckets"]}


def _exact(
    versions: Versions, query: Query, field: str, most: int, told: dict[str, Any] | None
) -> dict[str, int]:
    size = most + MORE
    while told is not None:
        buckets: Buckets = told["buckets"]
        if not told["doc_count_error_upper_bound"]:
            return {each["key"]: each["doc_count"] for each in buckets[:most]}
        least = min(each["doc_count"] for each in buckets[:most])
        if least > told["doc_count_error_upper_bound"]:
            # Those that may stand among the first: by what is known of them at least.
            likely = [each["key"] for each in buckets if _at_most(each) >= least]
            return _counted(versions, query, field, likely, most)
        size *= _FACTOR
        told = versions.aggregated(query, {field: _terms(field, size, size)})[field]
    return {}


def _at_most(bucket: dict[str, Any]) -> int:
    return int(bucket["doc_count"] + bucket["doc_count_error_upper_bound"])


def _counted(
    versions: Versions, query: Query, field: str, values: list[str], most: int
) -> dict[str, int]:
    """How often each of some values is found; asked for by name, every shard tells."""
    asked = _terms(field, len(values), len(values))
    asked["terms"]["include"] = values
    told = versions.aggregated(query, {field: asked})[field]
    return {each["key"]: each["doc_count"] for each in told["buckets"][:most]}


def _terms(field: str, size: int, shard_size: int) -> dict[str, Any]:
    """All that the shards tell is kept, as more than ``size`` may stand among the first."""
    return {
        "terms": {
            "field": field,
            "size": shard_size if shard_size > size else size,
            "shard_size": shard_size,
            "order": _ORDER,
            "show_term_doc_count_error": True,
        }
    }
