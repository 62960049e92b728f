"""One published state of an index on a cluster. Keys are row numbers.

What a leg found is kept for the last questions, so that the pages of one answer are cut from one
ranking: papers that are written and not yet published already move the counts behind BM25.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.closeness.calibration import KEY, calibration_of
from indexer.entries import Entry
from indexer.glossary.glossary import Glossary
from indexer.kept.calls import kept
from indexer.kept.recent import Recent
from indexer.opensearch.querying import vector_search
from indexer.opensearch.querying.conditions import EVERYTHING, all_of, any_of
from indexer.opensearch.querying.facets import facets, value_counts
from indexer.opensearch.querying.glossaries import Glossaries
from indexer.opensearch.querying.lexical_search import SCALE
from indexer.opensearch.querying.versions import RECORDS, Versions
from indexer.opensearch.records.documents import ENTRY, entry_of, half_of, paper_of
from indexer.opensearch.records.head import Head, Published
from indexer.opensearch.records.history import changes, moment, moment_before
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing.publication import about
from indexer.papers.dates import date_key, day_of
from indexer.papers.identity import Name, meet, names_of
from indexer.papers.paper import Paper
from indexer.sampling import start_of
from indexer.snapshot import Column, DayField, Days, Facets, Hits, Keys, Moment, Order, Vector
from indexer.where import ALL, AllWords, Where

DEPTH = 1_000
"""To which legs are always looked up and then cut, so that the first are the same for any ``k``."""
KEPT = 256
"""Legs, counts and facets of the last questions."""
KEPT_VECTORS, KEPT_RECORDS, KEPT_WORDS = 20_000, 2_000, 20_000
"""The last vectors (15 MB of 384 dimensions), records (8 MB) and words that are kept."""
_DTYPES = {"date": np.int32, "upvotes": np.int32, "title_key": np.uint64}
_ORDERS: dict[Order, tuple[str, ...]] = {
    "added": (),
    "newest": ("date",),
    "upvotes": ("upvotes", "date"),
    "submitted": ("submitted", "upvotes"),
    "submitted_upvotes": ("upvotes", "submitted"),
}


class RecentPapers:
    """The last records and vectors of one index of papers, by row; a row never changes."""

    def __init__(self) -> None:
        self.records: Recent[int, Paper] = Recent("records", KEPT_RECORDS)
        self.halves: Recent[int, NDArray[np.float16]] = Recent("vectors", KEPT_VECTORS)


class OpenSearchSnapshot:
    """A published state. Safe to use from many threads.

    Args:
        cluster: Where the index is.
        head: Of the index.
        published: What of it is seen.
        recent: Of its papers.
        tokens: Version of the words in its index of papers.
        glossaries: Read what its papers write and abbreviate.
    """

    def __init__(
        self,
        cluster: Cluster,
        head: Head,
        published: Published,
        recent: RecentPapers,
        tokens: int,
        glossaries: Glossaries,
    ) -> None:
        self._cluster, self._recent = cluster, recent
        self._parts, self._glossaries = head.glossary, glossaries
        self._versions = Versions(cluster, published.index, published.change, head.aborted, tokens)
        self._bm25 = kept("rankings", KEPT, self._scored)
        self._nearest = kept("rankings", KEPT, self._approximate)
        self._facets = kept("facets", KEPT, self._facets_of)
        self._counts = kept("counts", KEPT, self._counted)
        self._frequencies: Recent[str, int] = Recent("words", KEPT_WORDS)
        self.about = about(head.identity, published)
        self.calibration = calibration_of(head.meta.get(KEY))

    def locate(self, names: Sequence[str]) -> Keys:
        """``(n,)`` papers by any of their normalised names; -1 where there is none."""
        found = self._versions.located(names)
        return np.array([found.get(name, -1) for name in names], np.int64)

    def match(self, papers: Sequence[Paper]) -> Keys:
        """``(n,)`` papers that the given ones are duplicates of, the oldest of several; or -1."""
        told: defaultdict[str, list[tuple[int, Name]]] = defaultdict(list)
        for place, paper in enumerate(papers):
            for name in names_of(paper):
                told[name.name].append((place, name))
        rows = np.full(len(papers), -1, np.int64)
        for known, row in sorted(self._versions.bearers(told), key=lambda one: -one[1]):
            for place, name in told[known.name]:
                if meet(name, known):
                    rows[place] = row
        return rows

    def papers(self, keys: Keys) -> list[Paper]:
        """The records, in the order of the keys; raises ``SnapshotExpiredError``."""
        return self._recent.records.get(keys.tolist(), self._records_with_halves)

    def _records(self, keys: Sequence[int]) -> Iterator[Paper]:
        return map(paper_of, self._versions.stored(keys, ("record",)))

    def _records_with_halves(self, keys: Sequence[int]) -> list[Paper]:
        """As whoever asks for whole papers often asks for their vectors next."""
        stored = list(self._versions.stored(keys, ("record", "half")))
        self._recent.halves.put(keys, map(half_of, stored))
        return list(map(paper_of, stored))

    def vectors(self, keys: Keys) -> NDArray[np.float32]:
        """``(n, d)`` vectors of unit length; raises ``SnapshotExpiredError``."""
        halves = self._recent.halves.get(keys.tolist(), self._halves)
        return np.array(halves, np.float32).reshape(-1, self.about.model.dimension)

    def _halves(self, keys: Sequence[int]) -> Iterator[NDArray[np.float16]]:
        return map(half_of, self._versions.stored(keys, ("half",)))

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """``(n,)`` row numbers: the keys themselves."""
        return np.array(keys, np.int64)

    def entries(self, keys: Keys) -> list[Entry]:
        """All that was committed of the papers; raises ``SnapshotExpiredError``."""
        return list(map(entry_of, self._versions.stored(keys.tolist(), ENTRY)))

    def values(self, column: Column, keys: Keys) -> NDArray[Any]:
        """``(n,)`` values of a column."""
        if column == "title":
            papers = self._recent.records.get(keys.tolist(), self._records)
            return np.array([paper.title for paper in papers], np.object_)
        found = self._versions.columns(np.unique(keys).tolist(), column)
        values = np.array([found[key] for key in keys.tolist()], np.int64)
        return values.astype(_DTYPES[column])

    def passes(self, keys: Keys, where: Where) -> NDArray[np.bool_]:
        """``(n,)``: which papers a condition holds for."""
        query = all_of(self._versions.among(keys.tolist()), self._versions.query(where))
        return np.isin(keys, self._versions.ordered(query, (), len(keys)))

    def count(self, where: Where) -> int:
        """How many papers a condition holds for."""
        if where == ALL:
            return self.about.papers
        return self._counts(where)

    def _counted(self, where: Where) -> int:
        query = self._versions.query(where)
        if not isinstance(where, AllWords):
            return self._versions.count(query)
        # Whoever asks how many papers hold all words asks for each of them next.
        count: list[int] = []

        def read(stems: Sequence[str]) -> list[int]:
            words = [{"term": {"text": stem}} for stem in stems]
            told, *each = self._versions.counts([query, *words])
            count.append(told)
            return each

        self._frequencies.get(self.stems(where.text), read)
        return count[0] if count else self._versions.count(query)

    def facets(self, where: Where, most: int) -> Facets:
        """Exact counts of years, and of the most frequent categories, authors and venues."""
        return {field: dict(counts) for field, counts in self._facets(where, most).items()}

    def _facets_of(self, where: Where, most: int) -> Facets:
        return facets(self._versions, self._versions.query(where), most)

    def nearest(self, vector: Vector, k: int, where: Where, *, exact: bool = False) -> Hits:
        """The ``k`` papers of highest cosine; without ``exact`` as HNSW finds them."""
        asked = np.ascontiguousarray(vector, np.float32).tobytes()
        keys, cosines = (self._exact if exact else self._nearest)(asked, max(k, DEPTH), where)
        return keys[:k], cosines[:k]

    def _approximate(self, asked: bytes, depth: int, where: Where) -> Hits:
        found = vector_search.approximate(self._versions, asked, depth, where)
        if len(found[0]) < depth and len(found[0]) < self.count(where):
            return self._exact(asked, depth, where)
        return _frozen(found)

    def _exact(self, asked: bytes, depth: int, where: Where) -> Hits:
        return _frozen(vector_search.exact(self._versions, asked, depth, where))

    def bm25(self, text: str, k: int, where: Where) -> Hits:
        """The ``k`` papers of highest BM25 score for the words of a text."""
        keys, scores = self._bm25(text, max(k, DEPTH), where)
        return keys[:k], scores[:k]

    def _scored(self, text: str, depth: int, where: Where) -> Hits:
        words = any_of(self._versions.terms(text))
        passing = {"filter": [self._versions.query(where)], "must": [words]}
        keys, scores = self._versions.ranked({"bool": passing}, depth, text.encode(), by_words=True)
        return _frozen((keys, (scores * np.float64(SCALE)).astype(np.float32)))

    def ordered(self, order: Order, k: int, where: Where, offset: int = 0) -> Keys:
        """``k`` papers in an order that no question gives, behind the first ``offset``."""
        query = self._versions.query(where)
        if order in ("submitted", "submitted_upvotes"):
            query = all_of(query, {"exists": {"field": "submitted"}})
        sort = [{field: "desc"} for field in _ORDERS[order]]
        return self._versions.ordered(query, sort, offset + k)[offset:]

    def sample(self, n: int, where: Where, seed: int) -> Keys:
        """``min(n, count)`` papers at random, ascending; always the same of the same seed."""
        query, start = self._versions.query(where), start_of(seed)
        found = self._versions.from_place(query, {"gte": start}, n)
        if len(found) < n:
            before = self._versions.from_place(query, {"lt": start}, n - len(found))
            found = np.concatenate([found, before])
        return np.sort(found)

    def scan(self, where: Where, size: int = 4096) -> Iterator[Keys]:
        """All papers that a condition holds for, ascending, ``size`` at a time."""
        return self._versions.scan(self._versions.query(where), size)

    def stems(self, text: str) -> list[str]:
        """The words of a text as they are looked up: folded, stemmed, without stop words."""
        return analysis.stems(text, self._versions.tokens)

    def document_frequencies(self, stems: Sequence[str]) -> list[int]:
        """How many papers hold each stem in title or abstract."""
        return self._frequencies.get(stems, self._versions.frequencies)

    @cached_property
    def glossary(self) -> Glossary:
        """Words and abbreviations, read with the first question that asks for them."""
        return self._glossaries.of(self._parts)

    def days(self, field: DayField, around: str = "") -> Days:
        """Days of publication, or of submission to a list, that are known to the day."""
        asked = date_key(around) if around else 0
        told = self._versions.days(f"{field}_day", asked)
        newest, previous, following = (day_of(day) if day else "" for day in told)
        return Days(newest, previous, following)

    def sources(self) -> dict[str, int]:
        """How many papers each source tells of, the largest source first."""
        return value_counts(self._versions, self._versions.living, "sources")

    def moment(self, change: int | None = None) -> Moment:
        """The index after a change, by default this snapshot's own."""
        asked = self.about.change if change is None else change
        return moment(self._cluster, self.about.identity, asked, self.about.change)

    def moment_before(self, time: str) -> Moment:
        """The index before its first change from a time on, ISO 8601 in UTC to the second."""
        return moment_before(self._cluster, self.about.identity, time, self.about.change)

    def changes(self) -> dict[int, str]:
        """When each change up to this snapshot's own was committed, by its number."""
        every = changes(self._cluster, self.about.change, EVERYTHING, size=RECORDS)
        return {int(change["number"]): change["made"] for change in every}


def _frozen(hits: Hits) -> Hits:
    """Best first, equal scores by key; nobody may change what is kept."""
    keys, scores = hits
    order = np.lexsort((keys, -scores))
    keys, scores = keys[order], scores[order]
    keys.flags.writeable = scores.flags.writeable = False
    return keys, scores
