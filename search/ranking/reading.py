"""How a question is read with an index at hand: whose names are authors', and what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from indexer.papers.folding import words
from indexer.snapshot import Keys, Snapshot
from indexer.where import ALL, Where, both
from search.query.conditions import period_in_words
from search.query.corpus import Cited
from search.query.filters import any_of
from search.query.names import surname_place
from search.query.parser import Query, parse
from search.ranking.cited import LIKELY, has_cited
from search.ranking.known_items import LOOKED_AT, titled
from search.ranking.ranking import Ranking

SAMPLE = 50
"""Papers in which it is looked up how often a word of names is a surname."""
CAPITAL = 10
"""A word with a capital letter may be so many times as frequent among words as among authors."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it is asked of one snapshot.

    Attributes:
        query: What is searched for.
        notes: What the reader of the answer should know.
    """

    query: Query
    notes: tuple[str, ...] = ()


def read(snapshot: Snapshot, plain: Query, today: date) -> Reading:
    """A question with authors and times read from its words, where the index has such papers.

    Args:
        snapshot: Of the index that is asked.
        plain: The question, parsed word for word.
        today: By the clock: whoever says "last year" means their own, whatever is indexed.
    """
    if plain.id:
        return Reading(plain)
    query = parse(plain.asked, IndexedNames(snapshot, today))
    notes = _wish(query, today)
    if query.heard and _is_title(snapshot, plain.asked):
        return Reading(plain)
    if query.filters != plain.filters and not snapshot.count(_filtered(query)):
        return Reading(plain, (_nothing(query, plain), *notes))
    return Reading(query, notes)


class IndexedNames:
    """What a snapshot knows of authors."""

    def __init__(self, snapshot: Snapshot, today: date) -> None:
        self._snapshot = snapshot
        self.today = today

    def is_author(self, name: str, *, certain: bool = False) -> bool:
        """Whether some paper has such an author, and the words aren't better known as words."""
        asked = words(name)
        where = any_of("author", (name,))
        held = self._snapshot.count(where) if any(len(word) > 1 for word in asked) else 0
        long = [word for word in asked if len(word) > 1]
        if not held or len(long) > 1:
            return held > 0
        found = self._snapshot.ordered("newest", SAMPLE, where)
        if certain and self._surnamed(name, found[:LIKELY]):
            return True
        surnamed = self._surnamed(name, found)
        as_surname = held * surnamed / len(found)
        times = CAPITAL if _is_capitalised(name) else 1
        return surnamed > 0 and (certain or as_surname * times >= self._as_word(long))

    def _surnamed(self, name: str, keys: Keys) -> int:
        """How many of some papers have an author of that surname."""
        papers = self._snapshot.papers(keys)
        return sum(any(surname_place(one, name) for one in paper.authors) for paper in papers)

    def has(self, cited: Cited) -> bool:
        """Whether there is a paper that a citation can mean."""
        return has_cited(self._snapshot, cited)

    def _as_word(self, asked: Sequence[str]) -> int:
        """How many papers have a word in title or abstract."""
        stems = [stem for word in asked for stem in self._snapshot.stems(word)]
        return max(self._snapshot.document_frequencies(stems), default=0)


def _is_title(snapshot: Snapshot, asked: str) -> bool:
    """Whether a paper is entitled so, which may be misspelt: "ImagNet in 2020"."""
    candidates, _ = snapshot.bm25(asked, LOOKED_AT, ALL)
    ranking = Ranking(where=ALL, mode="lexical", text=asked, head=candidates)
    return len(titled(snapshot, ranking, asked)) > 0


def _filtered(query: Query) -> Where:
    """The papers that pass the filters of a question, whatever else it asks for."""
    where: Where = ALL
    for filters in query.filters:
        where = both(where, filters.where())
    return where


def _is_capitalised(name: str) -> bool:
    """Whether it is printed as names are, unlike "song" and unlike the acronym "FIRE"."""
    longer = [part for part in name.split() if len(part) > 2]
    return any(part[:1].isupper() and not part.isupper() for part in longer or name.split())


def _nothing(query: Query, plain: Query) -> str:
    """What to say where no paper passes what was read from the words."""
    read = [each for each in query.filters if each not in plain.filters]
    by = [f"by {' or '.join(each.authors)}" for each in read if each.authors]
    dates = list(filter(None, map(period_in_words, read)))
    return f"no paper {' and '.join([*by, *dates])}; searched for the words as typed"


def _wish(query: Query, today: date) -> tuple[str, ...]:
    """That "recent" is no date; whoever means one has to say it."""
    if not query.recent:
        return ()
    since = today.year - 1
    return (
        f"“{query.recent}” names no date, so papers of any age are here; sort by newest, or ask "
        f"for “since {since}”",
    )
