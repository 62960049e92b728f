"""Whether a condition holds for a paper: each kind as :mod:`indexer.where` words it."""

from __future__ import annotations

from functools import lru_cache, singledispatch

from indexer import analysis
from indexer.memory.documents import Document
from indexer.papers.dates import period_end
from indexer.papers.folding import fold, title_hash, words
from indexer.where import (
    All,
    AllWords,
    Among,
    And,
    AnyWord,
    Arrived,
    Dates,
    Has,
    Not,
    Or,
    Phrase,
    Retracted,
    Submitted,
    TitleIs,
    Where,
)

_CACHED = 1_024
_all_words = lru_cache(_CACHED)(analysis.all_words)
_phrases = lru_cache(_CACHED)(analysis.phrases)
_title_hash = lru_cache(_CACHED)(title_hash)


@singledispatch
def holds(where: Where, paper: Document) -> bool:
    """Whether a condition holds for a paper."""
    raise TypeError(f"{where!r}: not a condition")


@holds.register
def _(where: All, paper: Document) -> bool:
    return True


@holds.register
def _(where: Dates, paper: Document) -> bool:
    return 0 < paper.first <= period_end(where.last) and paper.last >= where.first


@holds.register
def _(where: Has, paper: Document) -> bool:
    wanted, length = _asked(where)
    return bool(wanted) and any(
        wanted <= value.found_by and (value.length == length or not where.whole)
        for value in paper.values[where.field]
    )


@holds.register
def _(where: Phrase, paper: Document) -> bool:
    return any(
        _stands_in(phrase, paper.stems[field])
        for phrase in _phrases(where.text)
        for field in where.fields
    )


@holds.register
def _(where: AnyWord, paper: Document) -> bool:
    return paper.key in paper.words.scores(where.text)


@holds.register
def _(where: AllWords, paper: Document) -> bool:
    wanted = _all_words(where.text)
    held = {stem for placed in paper.stems.values() for _, stem in placed}
    return bool(wanted) and all(any(held.issuperset(way) for way in ways) for ways in wanted)


@holds.register
def _(where: TitleIs, paper: Document) -> bool:
    return paper.title_key == _title_hash(where.title)


@holds.register
def _(where: Submitted, paper: Document) -> bool:
    day = paper.paper.submitted
    return bool(day) and where.first <= day <= where.last


@holds.register
def _(where: Retracted, paper: Document) -> bool:
    return paper.paper.retracted


@holds.register
def _(where: Arrived, paper: Document) -> bool:
    return where.since < paper.arrived <= where.upto


@holds.register
def _(where: Among, paper: Document) -> bool:
    return paper.key in where.keys


@holds.register
def _(where: Not, paper: Document) -> bool:
    return not holds(where.where, paper)


@holds.register
def _(where: And, paper: Document) -> bool:
    return all(holds(each, paper) for each in where.each)


@holds.register
def _(where: Or, paper: Document) -> bool:
    return any(holds(each, paper) for each in where.each)


@lru_cache(_CACHED)
def _asked(where: Has) -> tuple[frozenset[str], int]:
    """The words that are looked up, and how many there are."""
    found = words(where.words)
    if where.field == "category" and found:
        return frozenset([fold(where.words)]), len(found)
    return frozenset(found), len(found)


def _stands_in(phrase: list[tuple[int, str]], stems: frozenset[tuple[int, str]]) -> bool:
    """Whether the stems of a phrase stand at its distances."""
    starts = [place for place, stem in stems if stem == phrase[0][1]]
    return any(all((start + place, stem) in stems for place, stem in phrase) for start in starts)
