"""One published state of an index in memory, which answers by going through all its papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.closeness.calibration import KEY, calibration_of
from indexer.entries import Entry
from indexer.glossary.counts import Counts
from indexer.glossary.glossary import Glossary
from indexer.glossary.tables import Table, arrays_of
from indexer.memory.bm25 import Words
from indexer.memory.conditions import holds
from indexer.memory.documents import Document, document_of
from indexer.memory.state import State
from indexer.papers.identity import meet, names_of
from indexer.papers.paper import Paper
from indexer.sampling import drawn
from indexer.snapshot import (
    About,
    Column,
    DayField,
    Days,
    Facets,
    Hits,
    Keys,
    Moment,
    Order,
    Vector,
)
from indexer.where import ALL, Where

_CACHED = 256
_NEARNESS_SAMPLE = 100
_DAY = len("YYYY-MM-DD")


class MemorySnapshot:
    """A published state. A paper's key is its row number, so there are gaps."""

    def __init__(self, state: State, generation: int) -> None:
        self._state = state
        self._keys: Keys = np.array([*state.live], np.int64)
        entries = state.live.values()
        vectors = [entry.vector for entry in entries]
        self._vectors = np.array(vectors, np.float16).reshape(-1, state.model.dimension)
        self._chosen = lru_cache(_CACHED)(self._select)
        self.about = About(
            identity=state.identity,
            fingerprint=uuid4().hex,
            generation=generation,
            change=state.change,
            papers=len(entries),
            truncated=sum(entry.truncated for entry in entries),
            model=state.model,
            recipe=state.recipe,
            nearness=_nearness(self._vectors.astype(np.float32)),
        )
        self.calibration = calibration_of(state.meta.get(KEY))

    @cached_property
    def _words(self) -> Words:
        return Words({key: entry.paper for key, entry in self._state.live.items()})

    @cached_property
    def _documents(self) -> dict[int, Document]:
        return {
            key: document_of(key, entry.paper, entry.arrived or 0, self._words)
            for key, entry in self._state.live.items()
        }

    def _select(self, where: Where) -> Keys:
        """The keys of all papers that a condition holds for, ascending."""
        keys = _keys(key for key, paper in self._documents.items() if holds(where, paper))
        keys.flags.writeable = False  # it is kept, and handed out in pieces
        return keys

    def _among(self, where: Where) -> list[Document]:
        return [self._documents[key] for key in self._chosen(where).tolist()]

    def locate(self, names: Sequence[str]) -> Keys:
        """Papers by any of their names; -1 where there is none."""
        found = self._state.located(names)
        return _keys(found.get(name, -1) for name in names)

    def match(self, papers: Sequence[Paper]) -> Keys:
        """Papers that are the same as the given ones, the oldest of several; or -1."""
        return _keys(self._same_as(paper) for paper in papers)

    def _same_as(self, paper: Paper) -> int:
        names = names_of(paper)
        bearers = self._state.bearers(name.name for name in names)
        met = (
            row
            for known, row in bearers
            for name in names
            if known.name == name.name and meet(name, known)
        )
        return min(met, default=-1)

    def papers(self, keys: Keys) -> list[Paper]:
        """The records, in the order of the keys."""
        return [self._state.live[key].paper for key in keys.tolist()]

    def vectors(self, keys: Keys) -> NDArray[np.float32]:
        """``(n, d)`` vectors of unit length."""
        halves: NDArray[np.float16] = self._vectors[np.searchsorted(self._keys, keys)]
        return halves.astype(np.float32)

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """``(n,)`` row numbers: the keys themselves."""
        return np.array(keys, np.int64)

    def entries(self, keys: Keys) -> list[Entry]:
        """All that was committed of the papers, in the order of the keys."""
        return [self._state.live[key] for key in keys.tolist()]

    def values(self, column: Column, keys: Keys) -> NDArray[Any]:
        """``(n,)`` values of a column."""
        value, dtype = _COLUMNS[column]
        return np.array([value(self._documents[key]) for key in keys.tolist()], dtype)

    def passes(self, keys: Keys, where: Where) -> NDArray[np.bool_]:
        """``(n,)``: which papers a condition holds for."""
        return np.isin(keys, self._chosen(where))

    def count(self, where: Where) -> int:
        """How many papers a condition holds for."""
        return len(self._chosen(where))

    def facets(self, where: Where, most: int) -> Facets:
        """Exact counts of years, and of the most frequent categories, authors and venues."""
        papers = [document.paper for document in self._among(where)]
        years = Counter(paper.date[:4] for paper in papers if paper.date)
        return {
            "year": dict(sorted(years.items(), reverse=True)),
            "category": _frequent((paper.categories for paper in papers), most),
            "author": _frequent((paper.authors for paper in papers), most),
            "venue": _frequent(((paper.venue,) for paper in papers if paper.venue), most),
        }

    def nearest(self, vector: Vector, k: int, where: Where, *, exact: bool = False) -> Hits:
        """The ``k`` papers of highest cosine, always exact."""
        keys = self._chosen(where)
        # Row by row, so that equal vectors have equal cosines.
        cosines = (self.vectors(keys) * vector.astype(np.float64)).sum(axis=1)
        return _best(keys, cosines.astype(np.float32), k)

    def bm25(self, text: str, k: int, where: Where) -> Hits:
        """The ``k`` papers of highest BM25 score for the words of a text."""
        scores = self._words.scores(text)
        keys = _keys(key for key in self._chosen(where).tolist() if key in scores)
        return _best(keys, np.array([scores[key] for key in keys.tolist()], np.float32), k)

    def ordered(self, order: Order, k: int, where: Where, offset: int = 0) -> Keys:
        """``k`` papers in an order, behind the first ``offset``."""
        papers = self._among(where)
        if order in ("submitted", "submitted_upvotes"):
            papers = [document for document in papers if document.paper.submitted]
        papers.sort(key=_ORDERS[order], reverse=order != "added")
        return _keys(document.key for document in papers[offset : offset + k])

    def sample(self, n: int, where: Where, seed: int) -> Keys:
        """``min(n, count)`` papers at random, ascending; always the same of the same seed."""
        keys = self._chosen(where)
        chosen: Keys = keys[drawn(keys, n, seed)]
        return chosen

    def scan(self, where: Where, size: int = 4096) -> Iterator[Keys]:
        """All papers that a condition holds for, ascending, ``size`` at a time."""
        keys = self._chosen(where)
        return (keys[first : first + size] for first in range(0, len(keys), size))

    def stems(self, text: str) -> list[str]:
        """The words of a text as they are looked up."""
        return analysis.stems(text)

    def document_frequencies(self, stems: Sequence[str]) -> list[int]:
        """How many papers hold each stem in title or abstract."""
        return list(map(self._words.document_frequency, stems))

    @cached_property
    def glossary(self) -> Glossary:
        """Words and abbreviations of the papers."""
        papers = (entry.paper for entry in self._state.live.values())
        return Glossary([Table(arrays_of(Counts.of(papers)))])

    def days(self, field: DayField, around: str = "") -> Days:
        """Days of publication, or of submission to a list, that are known to the day."""
        told = (getattr(document.paper, field) for document in self._documents.values())
        days = sorted(day for day in told if len(day) == _DAY)
        return Days(
            newest=max(days, default=""),
            previous=max((day for day in days if day < around), default=""),
            following=min((day for day in days if day > around and around), default=""),
        )

    def sources(self) -> dict[str, int]:
        """How many papers each source tells of, the largest source first."""
        papers = (document.paper for document in self._among(ALL))
        return _frequent((paper.sources for paper in papers), most=None)

    def moment(self, change: int | None = None) -> Moment:
        """The index after a change, by default this snapshot's own."""
        change = self.about.change if change is None else change
        made = self._state.changes[change - 1] if 0 < change <= self.about.change else ""
        return Moment(self.about.identity, change, made)

    def moment_before(self, time: str) -> Moment:
        """The index before its first change from a time on."""
        earlier = [change for change, made in enumerate(self._state.changes) if made >= time]
        return self.moment(min(earlier, default=None))

    def changes(self) -> dict[int, str]:
        """When each change was committed, by its number."""
        return {number: made for number, made in enumerate(self._state.changes, 1) if made}


_COLUMNS: dict[Column, tuple[Callable[[Document], int | str], type[np.generic]]] = {
    "date": (lambda document: document.first, np.int32),
    "upvotes": (lambda document: document.upvotes, np.int32),
    "title_key": (lambda document: document.title_key, np.uint64),
    "title": (lambda document: document.paper.title, np.object_),
}
_ORDERS: dict[Order, Callable[[Document], Any]] = {
    "added": lambda document: document.key,
    "newest": lambda document: document.first,
    "upvotes": lambda document: (document.upvotes, document.first),
    "submitted": lambda document: (document.paper.submitted, document.upvotes),
    "submitted_upvotes": lambda document: (document.upvotes, document.paper.submitted),
}


def _keys(found: Iterable[int]) -> Keys:
    return np.array([*found], np.int64)


def _best(keys: Keys, scores: NDArray[np.float32], k: int) -> Hits:
    """The first ``k`` by falling score, then by key."""
    order = np.lexsort((keys, -scores))[: max(0, k)]
    return keys[order], scores[order]


def _frequent(values: Iterable[Sequence[str]], most: int | None) -> dict[str, int]:
    """How many papers have each value, by falling count, then by value."""
    counts = Counter(value for each in values for value in set(each))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])


def _nearness(vectors: NDArray[np.float32]) -> float:
    """The median cosine of a vector to the nearest other one, of a sample; 0 if there is none."""
    if len(vectors) < 2:
        return 0.0
    chosen = np.unique(np.linspace(0, len(vectors) - 1, _NEARNESS_SAMPLE).astype(np.int64))
    return float(np.median(np.sort(vectors[chosen] @ vectors.T, axis=1)[:, -2]))
