"""What is new in an index, as saved searches see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice

from indexer.errors import ModelError, NearpaperError
from indexer.papers.paper import Paper
from indexer.where import Arrived
from search.answer.answer import Answer, Result
from search.browsing import TRENDING_DAYS, days_before
from search.engine import Engine
from search.limits import MAX_DEPTH
from search.options import SearchOptions
from search.query.filters import Filters

MOST = 100
"""Papers that one saved search brings."""
USUAL = 10
USUAL_SCORE = 0.955
"""High enough that a day without news stays one. In an index of MED, Cranfield and CSFCube, of the
papers judged relevant to questions of the first two 96 and 73 % score more; of others of the same
collection 9 and 8 %, of those of other collections 0.1 %. From 0.96 on it is 88 and 53 % of the
relevant, and 3 % of others of the same collection."""
_PAGE = 2 * MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """What somebody wants to hear of: one of ``question``, ``like`` and ``library``.

    Attributes:
        name: For the reader.
        question: As for ``Engine.search``.
        like: Ids of papers, as for ``Engine.similar``.
        library: Papers that stand for a taste, as for ``Engine.suiting``.
        unlike: Ids of papers to keep away from; not with a question.
        filters: Papers must pass these.
        limit: The most papers to bring, up to :data:`MOST`.
        min_score: With a library: papers that score less are no news.
    """

    name: str
    question: str = ""
    like: tuple[str, ...] = ()
    library: tuple[Paper, ...] = ()
    unlike: tuple[str, ...] = ()
    filters: Filters
    limit: int = USUAL
    min_score: float = USUAL_SCORE


@dataclass(frozen=True, slots=True)
class Section:
    """What a saved search found; never nothing."""

    name: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What is new.

    Attributes:
        sections: Of the searches that found something, in their order; no paper is there twice.
        came: How many papers came, whether anybody wants to hear of them or not.
    """

    sections: tuple[Section, ...]
    came: int

    @property
    def papers(self) -> list[Paper]:
        """All papers, in the order of reading."""
        return [result.paper for section in self.sections for result in section.results]


def digest(
    engine: Engine,
    searches: Sequence[SavedSearch],
    arrived: Arrived,
    *,
    known: Collection[str] = (),
) -> Digest:
    """What saved searches find among the papers that are new.

    Each takes its best papers; among these the trending ones come first. A paper belongs to the
    first search that takes it.

    Args:
        engine: To ask.
        searches: In the order of reading.
        arrived: Which papers are new.
        known: Ids of papers that the reader has seen.

    Raises:
        NearpaperError: A search can't be carried out; the message names it.
    """
    came = engine.browse(arrived=arrived, limit=1).total
    newest = engine.days().newest
    since = days_before(newest, TRENDING_DAYS) if newest else ""
    taken, sections = set(known), []
    for search in searches if came else ():
        try:
            found = tuple(islice(_news(engine, search, arrived, taken), search.limit))
        except NearpaperError as error:
            raise type(error)(f"search {search.name!r}: {error}") from error
        if found:
            sections.append(Section(search.name, _trending_first(found, since)))
        for result in found:
            taken.update((result.paper.id, *result.paper.ids))
    return Digest(tuple(sections), came)


def still_there(
    engine: Engine, searches: Sequence[SavedSearch]
) -> tuple[Sequence[SavedSearch], list[str]]:
    """Searches without ids of papers that aren't in the index, and what there is to say of these.

    A search that is left without a paper to be near to is left out. If that leaves none at all,
    they stay as they are, and can't be carried out.
    """
    kept, notes = [], []
    for search in searches:
        like, unlike = (_held(engine, ids) for ids in (search.like, search.unlike))
        if search.like and not like:
            lost = ", ".join(search.like)
            notes.append(
                f"search {search.name!r}: {lost} not in the index; the whole search is passed over"
            )
            continue
        for id in (*search.like, *search.unlike):
            if id not in (*like, *unlike):
                notes.append(f"search {search.name!r}: {id} is not in the index; passed over")
        kept.append(replace(search, like=like, unlike=unlike))
    return (kept, notes) if kept else (searches, [])


def _held(engine: Engine, ids: Sequence[str]) -> tuple[str, ...]:
    """Those of some ids that the index holds."""
    return tuple(id for id, paper in zip(ids, engine.lookup(ids), strict=True) if paper)


def _news(
    engine: Engine, search: SavedSearch, arrived: Arrived, taken: set[str]
) -> Iterator[Result]:
    """The new papers that a search finds, the best first."""
    least = search.min_score if search.library else 0.0
    options = SearchOptions(limit=_PAGE, min_score=least)
    options = options.but(filters=replace(search.filters, arrivals=arrived))
    for offset in count(0, _PAGE):
        deeper = offset + _PAGE <= MAX_DEPTH
        found = _found(engine, search, options.but(offset=offset)) if deeper else ()
        for result in found:
            if taken.isdisjoint((result.paper.id, *result.paper.ids)):
                yield result
        if len(found) < _PAGE:
            return


def _found(engine: Engine, search: SavedSearch, options: SearchOptions) -> Sequence[Result]:
    """A page of what a search finds."""
    if search.library:
        return engine.suiting(search.library, options, unlike=search.unlike)
    if search.like:
        return _near(engine.similar(search.like, options, unlike=search.unlike))
    return _near(engine.search(search.question, options))


def _near(answer: Answer) -> Sequence[Result]:
    """The results that are close to what was asked; by words alone nobody could tell."""
    if answer.understood.get("mode") == "lexical":
        raise ModelError(next(iter(answer.warnings), "the model can't be used"))
    return tuple(result for result in answer.results if result.close)


def _trending_first(results: Sequence[Result], since: str) -> tuple[Result, ...]:
    """Young papers with most upvotes first, then all others as they were."""

    def upvotes(result: Result) -> int:
        paper = result.paper
        return (paper.upvotes or 0) if since and paper.date >= since else 0

    return tuple(sorted(results, key=lambda result: (-upvotes(result), result.rank)))
