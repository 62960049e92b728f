"""The protocol of a snapshot: one published state of an index, which answers all questions.

``search`` and ``api`` read snapshots and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.closeness.calibration import Calibration
from indexer.entries import Entry
from indexer.glossary.glossary import Glossary
from indexer.models.embedder import Model
from indexer.papers.paper import Paper
from indexer.where import Where

Keys = NDArray[np.int64]
"""``(n,)``: papers of one snapshot. Opaque, not negative; a paper that came later has a higher one.
"""
Hits = tuple[Keys, NDArray[np.float32]]
"""Papers and their scores, best first, equal scores by key."""
Vector = NDArray[np.float32]
"""``(d,)``, unit length."""
Facets = dict[str, dict[str, int]]
"""How many papers have each value, by field."""

Column = Literal["date", "upvotes", "title_key", "title"]
"""Values that cost less than whole papers: ``YYYYMMDD`` as int32 (0 for none), upvotes as int32 (-1
for unknown), a uint64 that is equal for titles of the same words, and the title as a ``str``."""
Order = Literal["added", "newest", "upvotes", "submitted", "submitted_upvotes"]
"""``added``: by key. ``newest``: by date. ``upvotes``: then by date. The last two hold only papers
that were submitted to a list: the newest day first and within it most upvotes, or the reverse.
What is still equal stands by key."""
DayField = Literal["date", "submitted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a snapshot is of.

    Attributes:
        identity: Tells the index from others; a copy has the same.
        fingerprint: Differs between any two published states of any two indexes.
        generation: Counts publications, from 1.
        change: Number of the last change that is in it.
        papers: How many papers it holds.
        truncated: Of these, how many are longer than the model reads.
        model: What made the vectors.
        recipe: Name and version of the text that was embedded.
        nearness: Median cosine of a paper to its nearest neighbour.
    """

    identity: str
    fingerprint: str
    generation: int
    change: int
    papers: int
    truncated: int
    model: Model
    recipe: str
    nearness: float


@dataclass(frozen=True, slots=True)
class Moment:
    """An index after one of its changes.

    Attributes:
        identity: Tells the index from others; a copy has the same.
        change: Number of the change, 0 before the first.
        made: When it was committed, ISO 8601 in UTC; empty where there is no such change.
    """

    identity: str
    change: int
    made: str


@dataclass(frozen=True, slots=True)
class Days:
    """Days that have papers, as ``YYYY-MM-DD``, empty where there is none.

    Attributes:
        newest: The last of all.
        previous: The last before the day that was asked about.
        following: The first after it.
        submitted: They are days of submission to a list, not of publication.
    """

    newest: str = ""
    previous: str = ""
    following: str = ""
    submitted: bool = False


class Snapshot(Protocol):
    """One published state of an index. Safe to use from many threads; it never changes or writes.

    It can be read for some seconds after a newer one was published; then methods that read papers
    may raise ``SnapshotExpiredError``. Keys of one snapshot mean nothing to another.
    """

    @property
    def about(self) -> About:
        """What it is of."""
        ...

    @property
    def calibration(self) -> Calibration:
        """What nearness means in this index; it may come after the papers."""
        ...

    def locate(self, names: Sequence[str]) -> Keys:
        """``(n,)`` papers by any of their normalised names (ids, DOIs); -1 where there is none.

        Where several papers have a name, it means the one whose id it is, else the oldest.
        """
        ...

    def match(self, papers: Sequence[Paper]) -> Keys:
        """``(n,)`` papers that the given ones are duplicates of, -1 where there is none."""
        ...

    def papers(self, keys: Keys) -> list[Paper]:
        """The records, in the order of the keys."""
        ...

    def vectors(self, keys: Keys) -> NDArray[np.float32]:
        """``(n, d)`` vectors of unit length, as they are kept in 16 bits."""
        ...

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """``(n,)`` row numbers, which ascend as keys do and are the same in a copy."""
        ...

    def entries(self, keys: Keys) -> list[Entry]:
        """All that was committed of the papers, in the order of the keys, with their arrivals."""
        ...

    def values(self, column: Column, keys: Keys) -> NDArray[Any]:
        """``(n,)`` values of a column."""
        ...

    def passes(self, keys: Keys, where: Where) -> NDArray[np.bool_]:
        """``(n,)``: which papers a condition holds for."""
        ...

    def count(self, where: Where) -> int:
        """How many papers a condition holds for."""
        ...

    def facets(self, where: Where, most: int) -> Facets:
        """Exact counts of ``year`` (all, newest first), ``category``, ``author`` and ``venue``.

        Of the last three the ``most`` frequent values, by falling count, then by value.
        """
        ...

    def nearest(self, vector: Vector, k: int, where: Where, *, exact: bool = False) -> Hits:
        """The ``k`` papers of highest cosine; whenever k pass, k come back.

        Without ``exact``, with the recall that a large index was built for; asked for more, it
        may find nearer ones. With it, the first k are the same whatever is asked for beyond them.
        """
        ...

    def bm25(self, text: str, k: int, where: Where) -> Hits:
        """The ``k`` papers of highest BM25 score (k1 1.2, b 0.75) for the words of a text."""
        ...

    def ordered(self, order: Order, k: int, where: Where, offset: int = 0) -> Keys:
        """``k`` papers in an order that no question gives, behind the first ``offset``."""
        ...

    def sample(self, n: int, where: Where, seed: int) -> Keys:
        """``min(n, count)`` papers at random, ascending; always the same of the same seed."""
        ...

    def scan(self, where: Where, size: int = 4096) -> Iterator[Keys]:
        """All papers that a condition holds for, ascending, ``size`` at a time."""
        ...

    def stems(self, text: str) -> list[str]:
        """The words of a text as they are looked up: folded, stemmed, without stop words."""
        ...

    def document_frequencies(self, stems: Sequence[str]) -> list[int]:
        """How many papers hold each of some words of :meth:`stems` in title or abstract, about."""
        ...

    @property
    def glossary(self) -> Glossary:
        """What the papers write and abbreviate; empty in an index that is older than this."""
        ...

    def days(self, field: DayField, around: str = "") -> Days:
        """Days of publication, or of submission to a list, that are known to the day."""
        ...

    def sources(self) -> dict[str, int]:
        """How many papers each source tells of, the largest source first."""
        ...

    def moment(self, change: int | None = None) -> Moment:
        """The index after a change, by default this snapshot's own."""
        ...

    def moment_before(self, time: str) -> Moment:
        """The index before its first change from a time on, ISO 8601 in UTC to the second."""
        ...

    def changes(self) -> dict[int, str]:
        """When each change up to this snapshot's own was committed, by its number."""
        ...
