"""One generation of an index in a folder, and its catalog, as a snapshot. Keys are positions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.closeness.calibration import KEY, Calibration, calibration_of
from indexer.entries import Entry
from indexer.errors import SnapshotExpiredError
from indexer.glossary.glossary import Glossary
from indexer.local import orders
from indexer.local.about import about_of
from indexer.local.catalog import history
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.provenance import entries, source_counts
from indexer.local.catalog.staged_vectors import embedded_again
from indexer.local.catalog.submissions import Submissions
from indexer.local.facets import FEW, facets, facets_of_few
from indexer.local.lexical_search import bm25
from indexer.local.masks import Masks
from indexer.local.segments.columns import count
from indexer.local.segments.generation import Generation
from indexer.papers.dates import date_key, day_of
from indexer.papers.identity import Name, meet, names_of
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
from indexer.where import ALL, Submitted, Where

_COLUMNS: dict[Column, str] = {"date": "dates", "upvotes": "upvotes", "title_key": "titles"}


class LocalSnapshot:
    """A published state. Safe to use from many threads.

    Attributes:
        generation: Of the index.
    """

    def __init__(self, generation: Generation, catalog: Catalog) -> None:
        self.generation, self._catalog = generation, catalog
        self._change = generation.manifest.change
        self._masks = Masks(generation, catalog)
        self._submissions = Submissions(catalog, self._change)
        self._facets_of_all: dict[int, Facets] = {}

    @cached_property
    def about(self) -> About:
        """What it is of."""
        identity = self._catalog.meta("identity") or ""
        return about_of(self.generation.manifest, identity, self.generation.nearness)

    @property
    def calibration(self) -> Calibration:
        """What nearness means in this index, as it was fitted last."""
        return calibration_of(self._catalog.meta(KEY))

    def locate(self, names: Sequence[str]) -> Keys:
        """``(n,)`` papers by any of their normalised names; -1 where there is none."""
        rows = self._catalog.live_rows(names, self._change)
        return self.generation.positions([rows.get(name, 0) for name in names])

    def match(self, papers: Sequence[Paper]) -> Keys:
        """``(n,)`` papers that are the same as the given ones, the oldest of several; or -1."""
        told: defaultdict[str, list[tuple[int, Name]]] = defaultdict(list)
        for place, paper in enumerate(papers):
            for name in names_of(paper):
                told[name.name].append((place, name))
        rows = np.zeros(len(papers), np.int64)
        for known, row in sorted(
            self._catalog.bearers(told, change=self._change), key=lambda one: -one[1]
        ):
            for place, name in told[known.name]:
                if meet(name, known):
                    rows[place] = row
        return self.generation.positions(rows)

    def papers(self, keys: Keys) -> list[Paper]:
        """The records; raises ``SnapshotExpiredError`` where two compactions were faster."""
        return self._catalog.papers(self.rows(keys).tolist())

    def vectors(self, keys: Keys) -> NDArray[np.float32]:
        """``(n, d)`` vectors of unit length."""
        return self.generation.vectors(np.asarray(keys, np.int64))

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """``(n,)`` row ids."""
        return self.generation.column("rows", np.asarray(keys, np.int64))

    def entries(self, keys: Keys) -> list[Entry]:
        """All that was committed of the papers; raises ``SnapshotExpiredError``."""
        found = entries(self._catalog, self.rows(keys).tolist())
        if embedded_again(self._catalog) > self._change:  # with vectors of another model
            raise SnapshotExpiredError(
                f"{self._catalog.database.path}: the papers were embedded anew meanwhile; ask again"
            )
        return found

    def values(self, column: Column, keys: Keys) -> NDArray[Any]:
        """``(n,)`` values of a column."""
        keys = np.asarray(keys, np.int64)
        if column == "title":
            return np.array(self._catalog.titles(self.rows(keys).tolist()), np.object_)
        return self.generation.column(_COLUMNS[column], keys)

    def passes(self, keys: Keys, where: Where) -> NDArray[np.bool_]:
        """``(n,)``: which papers a condition holds for."""
        keys, few = np.asarray(keys, np.int64), self._masks.few(where)
        return self._masks.of(where)[keys] if few is None else np.isin(keys, few)

    def count(self, where: Where) -> int:
        """How many papers a condition holds for."""
        if where == ALL:
            return self.about.papers
        if isinstance(where, Submitted):
            return self._submissions.count(where.first, where.last)
        few = self._masks.few(where)
        return count(self._masks.of(where)) if few is None else len(few)

    def facets(self, where: Where, most: int) -> Facets:
        """Exact counts of the most frequent values; those of all papers are worked out once."""
        if where != ALL:
            few = self._masks.few(where)
            if few is not None and len(few) <= FEW:
                return facets_of_few(self.generation, few, most)
            return facets(self.generation, self._masks.of(where), most)
        found = self._facets_of_all.get(most)
        if found is None:
            found = facets(self.generation, self.generation.live, most)
            self._facets_of_all[most] = found
        return {field: dict(counts) for field, counts in found.items()}

    def nearest(self, vector: Vector, k: int, where: Where, *, exact: bool = False) -> Hits:
        """The ``k`` papers of highest cosine, without ``exact`` with the recall of the manifest."""
        return self.generation.nearest(vector, k, self._masks.of(where), exact=exact)

    def bm25(self, text: str, k: int, where: Where) -> Hits:
        """The ``k`` papers of highest BM25 score for the words of a text."""
        return bm25(self.generation, text, k, self._masks.of(where))

    def ordered(self, order: Order, k: int, where: Where, offset: int = 0) -> Keys:
        """``k`` papers in an order that no question gives, behind the first ``offset``."""
        if order in ("submitted", "submitted_upvotes"):
            return self._submitted(order == "submitted_upvotes", k, where, offset)
        by = orders.NEWEST if order == "newest" else orders.MOST_UPVOTED
        few = self._masks.few(where)
        if few is None:
            mask = self._masks.of(where)
            if order == "added":
                return np.flatnonzero(mask)[offset : offset + k]
            return orders.first(self.generation, by, mask, offset + k)[offset:]
        if order != "added":
            few = orders.first_of(self.generation, by, few, offset + k)
        return few[offset : offset + k]

    def _submitted(self, by_upvotes: bool, k: int, where: Where, offset: int) -> Keys:
        """What few conditions leave of a list is read in its order; a page of it by the page."""
        if isinstance(where, Submitted) or where == ALL:
            days = where if isinstance(where, Submitted) else Submitted()
            rows = self._submissions.ordered(
                days.first, days.last, by_upvotes=by_upvotes, limit=k, offset=offset
            )
            return self.generation.positions(rows)
        keys = self.generation.positions(self._submissions.ordered(by_upvotes=by_upvotes))
        return keys[self._masks.of(where)[keys]][offset : offset + k]

    def sample(self, n: int, where: Where, seed: int) -> Keys:
        """``min(n, count)`` papers at random, ascending; always the same of the same seed."""
        keys = np.flatnonzero(self._masks.of(where))
        chosen: Keys = keys[drawn(self.generation.column("rows", keys), n, seed)]
        return chosen

    def scan(self, where: Where, size: int = 4096) -> Iterator[Keys]:
        """All papers that a condition holds for, ascending, ``size`` at a time."""
        keys = np.flatnonzero(self._masks.of(where))
        return (keys[first : first + size] for first in range(0, len(keys), size))

    def stems(self, text: str) -> list[str]:
        """The words of a text as they are looked up: folded, stemmed, without stop words."""
        return analysis.stems(text, self.generation.lexicon.tokens)

    def document_frequencies(self, stems: Sequence[str]) -> list[int]:
        """How many papers hold each stem in title or abstract; dead versions are counted, too."""
        return list(map(self.generation.lexicon.document_frequency, stems))

    @cached_property
    def glossary(self) -> Glossary:
        """Words and abbreviations; empty in an index that an older nearpaper wrote last."""
        parts = [segment.columns.glossary for segment in self.generation.segments]
        told = [part for part in parts if part is not None]
        return Glossary(told if len(told) == len(parts) else ())

    def days(self, field: DayField, around: str = "") -> Days:
        """Days of publication, or of submission to a list, that are known to the day."""
        if field == "submitted":
            return self._submissions.days(around)
        days = self._days
        if not len(days):
            return Days()
        asked = date_key(around) if around else 0
        before, after = np.searchsorted(days, asked), np.searchsorted(days, asked, "right")
        return Days(
            newest=day_of(int(days[-1])),
            previous=day_of(int(days[before - 1])) if before else "",
            following=day_of(int(days[after])) if asked and after < len(days) else "",
        )

    @cached_property
    def _days(self) -> NDArray[np.int32]:
        dates = self.generation.gather("dates", self.generation.live)
        return np.unique(dates[dates % 100 > 0])

    def sources(self) -> dict[str, int]:
        """How many papers each source tells of, the largest source first."""
        return source_counts(self._catalog, self._change)

    def moment(self, change: int | None = None) -> Moment:
        """The index after a change, by default this snapshot's own."""
        asked = self._change if change is None else change
        return history.moment(self._catalog, asked, self._change)

    def moment_before(self, time: str) -> Moment:
        """The index before its first change from a time on, ISO 8601 in UTC to the second."""
        return history.moment_before(self._catalog, time, self._change)

    def changes(self) -> dict[int, str]:
        """When each change up to this snapshot's own was committed, by its number."""
        return history.changes(self._catalog, self._change)
