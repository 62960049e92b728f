"""The versions of papers that live after a change, as snapshots and the writer ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from opensearchpy.exceptions import NotFoundError

from indexer.analysis import TOKENS
from indexer.errors import NearpaperError, SnapshotExpiredError
from indexer.opensearch.querying.conditions import Query, Words, all_of, at_rows, living, query_of
from indexer.opensearch.querying.lexical_search import terms_of
from indexer.opensearch.records.documents import names_told
from indexer.opensearch.records.head import lost, read_head
from indexer.opensearch.requests.client import Cluster
from indexer.papers.identity import Name
from indexer.where import Where

WINDOW = 10_000
"""The most that the cluster gives at once."""
RECORDS = 1_000
"""Whole documents at once."""
FEW = 50
"""Documents that are had sooner by id: 13 in 14 ms instead of 20, 150 in 62 instead of 40."""
_NAMES = 1_000
_BY_ROW = [{"row": "asc"}]

Keys = NDArray[np.int64]
Hits = tuple[Keys, NDArray[np.float32]]
Stored = Mapping[str, Any]


class Versions:
    """The papers of one state of an index. Safe to use from many threads.

    Args:
        cluster: Where it is.
        index: That holds the papers.
        change: After which they live.
        aborted: Changes that were never committed.
        tokens: Version of the words in it, by which questions are read.
    """

    def __init__(
        self,
        cluster: Cluster,
        index: str,
        change: int,
        aborted: Collection[int],
        tokens: int = TOKENS,
    ) -> None:
        self.cluster, self.index, self.change, self.tokens = cluster, index, change, tokens
        self.living = living(change, aborted)

    def query(self, where: Where) -> Query:
        """Those that a condition holds for."""
        return all_of(self.living, query_of(where, Words(self.tokens, self.terms)))

    def terms(self, text: str) -> list[Query]:
        """The queries of the words by which BM25 finds a text."""
        return terms_of(text, self.tokens, self.frequencies)

    def frequencies(self, stems: Sequence[str]) -> list[int]:
        """In how many papers each stem is found."""
        return self.counts([{"term": {"text": stem}} for stem in stems])

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """How many papers each of some queries finds."""
        if not queries:
            return []
        each = {str(n): query for n, query in enumerate(queries)}
        told = self.aggregated(self.living, {"each": {"filters": {"filters": each}}})
        return [told["each"]["buckets"][name]["doc_count"] for name in each]

    def search(
        self, body: Mapping[str, Any], like: bytes = b"", *, by_words: bool = False
    ) -> dict[str, Any]:
        """One whole answer; raises ``SnapshotExpiredError`` if the papers are gone."""
        try:
            return self.cluster.search(self.index, body, like, by_words=by_words)
        except NotFoundError as error:
            raise missing(self.cluster, self.index) from error

    def count(self, query: Query) -> int:
        """How many documents a query finds."""
        told = self.search({"size": 0, "track_total_hits": True, "query": query})
        return int(told["hits"]["total"]["value"])

    def aggregated(self, query: Query, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is counted over the documents of a query."""
        told: dict[str, Any] = self.search({"size": 0, "query": query, "aggs": asked})
        return dict(told["aggregations"])

    def ranked(self, query: Query, k: int, like: bytes, *, by_words: bool = False) -> Hits:
        """The ``k`` documents of highest score, equal ones by row."""
        sort = [{"_score": "desc"}, *_BY_ROW]
        found = list(self._sorted(query, sort, k, like, by_words=by_words))
        rows = np.array([row for _, row in found], np.int64)
        return rows, np.array([score for score, _ in found], np.float32)

    def ordered(self, query: Query, sort: Sequence[Mapping[str, str]], k: int) -> Keys:
        """The first ``k`` documents by the values of some fields, equal ones by row."""
        found = self._sorted(query, [*sort, *_BY_ROW], k)
        return np.array([values[-1] for values in found], np.int64)

    def _sorted(
        self,
        query: Query,
        sort: Sequence[Mapping[str, str]],
        k: int,
        like: bytes = b"",
        *,
        by_words: bool = False,
    ) -> Iterator[list[Any]]:
        """The values that the first ``k`` documents are sorted by."""
        body = {"query": query, "sort": sort, "_source": False, "stored_fields": "_none_"}
        body |= {"track_total_hits": False}
        while k > 0:
            size = min(k, WINDOW)
            hits = self.search({**body, "size": size}, like, by_words=by_words)["hits"]["hits"]
            yield from (hit["sort"] for hit in hits)
            if len(hits) < size:
                return
            k, body["search_after"] = k - size, hits[-1]["sort"]

    def scan(self, query: Query, size: int) -> Iterator[Keys]:
        """The rows of all documents of a query, ascending, ``size`` at a time."""
        held: list[int] = []
        for values in self._sorted(query, _BY_ROW, 2**63):
            held.append(values[0])
            if len(held) == size:
                yield np.array(held, np.int64)
                held = []
        if held:
            yield np.array(held, np.int64)

    def sources(
        self, query: Query, names: Sequence[str], *, most: int | None = None, versions: bool = False
    ) -> Iterator[Stored]:
        """Some fields of all documents of a query, by row; with ``versions``, whole hits."""
        body: dict[str, Any] = {"query": query, "sort": _BY_ROW, "_source": list(names)}
        body |= {"track_total_hits": False, "seq_no_primary_term": versions}
        left = 2**63 if most is None else most
        while left > 0:
            size = min(left, RECORDS)
            hits = self.search({**body, "size": size})["hits"]["hits"]
            yield from hits if versions else (hit["_source"] for hit in hits)
            if len(hits) < size:
                return
            left, body["search_after"] = left - size, hits[-1]["sort"]

    def stored(self, keys: Sequence[int], names: Sequence[str]) -> Iterator[Stored]:
        """Some fields of documents by their rows, in the order given; all if none is named.

        Raises ``SnapshotExpiredError`` where one is gone.
        """
        for first in range(0, len(keys), RECORDS):
            part = keys[first : first + RECORDS]
            found = (self._few if len(part) <= FEW else self._many)(part, names)
            if not found.keys() >= set(part):
                raise expired(self.cluster)
            yield from (found[key] for key in part)

    def _few(self, keys: Sequence[int], names: Sequence[str]) -> dict[int, Stored]:
        params = {"realtime": "false"}
        params |= {"_source_includes": ",".join(names)} if names else {}
        ids = {"ids": list(map(str, keys))}
        try:
            told = self.cluster.call("POST", f"/{self.index}/_mget", ids, params=params)
        except NotFoundError as error:
            raise missing(self.cluster, self.index) from error
        return {int(each["_id"]): each["_source"] for each in told["docs"] if each.get("found")}

    def _many(self, keys: Sequence[int], names: Sequence[str]) -> dict[int, Stored]:
        body = {"query": at_rows(keys), "size": len(keys), "track_total_hits": False}
        body |= {"_source": list(names) if names else True, "sort": _BY_ROW}
        hits = self.search(body)["hits"]["hits"]
        return {int(hit["sort"][0]): hit["_source"] for hit in hits}

    def bearers(self, names: Iterable[str]) -> list[tuple[Name, int]]:
        """Where these stand among the names of papers, with their rows, ascending."""
        wanted = list(dict.fromkeys(names))
        found = []
        for first in range(0, len(wanted), _NAMES):
            part = set(wanted[first : first + _NAMES])
            query = all_of(self.living, {"terms": {"names": sorted(part)}})
            for stored in self.sources(query, ("row", "told")):
                told = (name for name in names_told(stored) if name.name in part)
                found += [(name, int(stored["row"])) for name in told]
        return found

    def located(self, names: Iterable[str]) -> dict[str, int]:
        """Rows by any name: of the paper whose id it is, else of the oldest."""
        wanted = list(dict.fromkeys(names))
        own: dict[str, int] = {}
        other: dict[str, int] = {}
        for first in range(0, len(wanted), _NAMES):
            part = wanted[first : first + _NAMES]
            query = all_of(self.living, {"terms": {"names": part}})
            for stored in self.sources(query, ("row", "id", "names")):
                row = int(stored["row"])
                own.setdefault(stored["id"], row)
                for name in stored["names"]:
                    other.setdefault(name, row)
        return {name: own.get(name, other[name]) for name in wanted if name in other}

    def columns(self, rows: Sequence[int], column: str) -> dict[int, int]:
        """The values of a column by row; raises ``SnapshotExpiredError`` where one is gone."""
        found: dict[int, int] = {}
        for first in range(0, len(rows), WINDOW):
            part = rows[first : first + WINDOW]
            body = {"query": at_rows(part), "size": len(part), "docvalue_fields": ["row", column]}
            body |= {"_source": False, "stored_fields": "_none_", "track_total_hits": False}
            for hit in self.search(body)["hits"]["hits"]:
                found[hit["fields"]["row"][0]] = hit["fields"][column][0]
        if len(found) < len(rows):
            raise expired(self.cluster)
        return found

    def from_place(self, query: Query, places: Mapping[str, int], n: int) -> Keys:
        """The first ``n`` rows of a query within some places of the ring that samples are from."""
        return self.ordered(all_of(query, {"range": {"place": places}}), [{"place": "asc"}], n)

    def days(self, field: str, around: int) -> tuple[int, int, int]:
        """The newest day of all, the last before a day, the first after it; 0 for none."""
        before, after = {"lt": around}, {"gt": around}
        told = self.aggregated(
            self.living,
            {
                "newest": {"max": {"field": field}},
                "previous": _within(field, before, "max"),
                "following": _within(field, after, "min"),
            },
        )
        found = (told["newest"], told["previous"]["day"], told["following"]["day"])
        newest, previous, following = (int(each["value"] or 0) for each in found)
        return newest, previous, following if around else 0

    def among(self, rows: Sequence[int]) -> Query:
        """Those of some rows that live."""
        return all_of(self.living, at_rows(rows))


def _within(field: str, days: Mapping[str, int], which: str) -> dict[str, Any]:
    return {"filter": {"range": {field: days}}, "aggs": {"day": {which: {"field": field}}}}


def expired(cluster: Cluster) -> SnapshotExpiredError:
    """What was being read is gone."""
    return SnapshotExpiredError(
        f"{cluster.address}: the index changed while it was read; ask again"
    )


def missing(cluster: Cluster, index: str) -> NearpaperError:
    """Why an index of papers isn't there: another one stands for it, or somebody deleted it."""
    head = read_head(cluster).head
    published = head.published.index if head.published else ""
    return lost(cluster.address, index) if index in (head.index, published) else expired(cluster)
