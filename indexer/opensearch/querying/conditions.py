"""Conditions as queries that filter and score nothing, as :mod:`indexer.where` words them.

Keys are row numbers. All queries stay far below the cluster's limits: 1,024 clauses, 65,536 terms.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import singledispatch
from typing import Any, NamedTuple

from indexer import analysis
from indexer.analysis import GAP
from indexer.opensearch.records.documents import RETRACTED, length_token, signed
from indexer.opensearch.records.schema import VALUE_GAP
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

Query = dict[str, Any]
NOTHING: Query = {"match_none": {}}
EVERYTHING: Query = {"match_all": {}}
MOST_TERMS = 60_000
"""Of one query of terms; the cluster takes 65,536."""


def living(change: int, aborted: Collection[int]) -> Query:
    """The versions of papers that are there after a change.

    A change that was never committed brought nothing and removed nothing, whatever a writer that
    was thought dead still writes of it.
    """
    born: list[Query] = [{"range": {"born": {"lte": change}}}]
    died: list[Query] = [{"range": {"died": {"lte": change}}}]
    if not aborted:
        return {"bool": {"filter": born, "must_not": died}}
    undone = sorted(aborted)
    dead = {"bool": {"filter": died, "must_not": [{"terms": {"died": undone}}]}}
    return {"bool": {"filter": born, "must_not": [{"terms": {"born": undone}}, dead]}}


def all_of(*queries: Query) -> Query:
    """All of these hold; as flat as it can be said."""
    wanted: list[Query] = []
    for query in queries:
        inner = query.get("bool", {})
        wanted += inner["filter"] if inner.keys() == {"filter"} else [query]
    wanted = [query for query in wanted if query != EVERYTHING]
    return {"bool": {"filter": wanted}} if wanted else EVERYTHING


def any_of(queries: Sequence[Query]) -> Query:
    """Any of these holds; with none of them, nothing."""
    return {"bool": {"should": list(queries), "minimum_should_match": 1}} if queries else NOTHING


def at_rows(rows: Sequence[int]) -> Query:
    """Documents by their row numbers."""
    parts = [rows[first : first + MOST_TERMS] for first in range(0, len(rows), MOST_TERMS)]
    return any_of([{"terms": {"row": list(part)}} for part in parts])


class Words(NamedTuple):
    """How the words of a question are looked up.

    Attributes:
        tokens: Version of the words in the index, by which questions are read.
        terms: The queries of the words by which BM25 finds a text.
    """

    tokens: int
    terms: Callable[[str], list[Query]]


def query_of(where: Where, asked: Words) -> Query:
    """The query of a condition."""
    return _query(where, asked)


@singledispatch
def _query(where: Where, asked: Words) -> Query:
    raise TypeError(f"{where!r}: not a condition")


@_query.register
def _(where: All, asked: Words) -> Query:
    return EVERYTHING


@_query.register
def _(where: Dates, asked: Words) -> Query:
    return all_of(
        {"range": {"date": {"gt": 0, "lte": period_end(where.last)}}},
        {"range": {"date_end": {"gte": where.first}}},
    )


@_query.register
def _(where: Has, asked: Words) -> Query:
    found = words(where.words)
    if not found:
        return NOTHING
    length = length_token(len(found))
    if where.field == "category":
        word = fold(where.words)
        return {"term": {"category_words": f"{length} {word}" if where.whole else word}}
    wanted = sorted({*found, *([length] if where.whole else [])})
    if len(wanted) == 1:
        return {"term": {f"{where.field}_words": wanted[0]}}
    return {"intervals": {f"{where.field}_words": {"all_of": _together(wanted)}}}


def _together(wanted: Sequence[str]) -> dict[str, Any]:
    """All words within one value, in any order."""
    return {
        "ordered": False,
        "max_gaps": VALUE_GAP - 1,
        "intervals": [{"match": {"query": word, "analyzer": "whitespace"}} for word in wanted],
    }


@_query.register
def _(where: Phrase, asked: Words) -> Query:
    texts = map(_gapped, analysis.phrases(where.text, asked.tokens))
    return any_of(
        [{"match_phrase": {field: {"query": text}}} for text in texts for field in where.fields]
    )


def _gapped(phrase: Sequence[tuple[int, str]]) -> str:
    """The stems of a phrase, and at the places without one what stands there in the index."""
    stems = [GAP] * (phrase[-1][0] + 1)
    for place, stem in phrase:
        stems[place] = stem
    return " ".join(stems)


@_query.register
def _(where: AnyWord, asked: Words) -> Query:
    return any_of(asked.terms(where.text))


@_query.register
def _(where: AllWords, asked: Words) -> Query:
    words = analysis.all_words(where.text, asked.tokens)
    return all_of(*map(_held, words)) if words else NOTHING


def _held(ways: Sequence[Sequence[str]]) -> Query:
    """A word is there in one of the ways that it is written."""
    each = [all_of(*({"term": {"text": stem}} for stem in stems)) for stems in ways]
    return each[0] if len(each) == 1 else any_of(each)


@_query.register
def _(where: TitleIs, asked: Words) -> Query:
    return {"term": {"title_key": signed(title_hash(where.title))}}


@_query.register
def _(where: Submitted, asked: Words) -> Query:
    return {"range": {"submitted": {"gte": where.first, "lte": where.last}}}


@_query.register
def _(where: Retracted, asked: Words) -> Query:
    return {"term": {"category_words": RETRACTED}}


@_query.register
def _(where: Arrived, asked: Words) -> Query:
    return {"range": {"arrived": {"gt": where.since, "lte": where.upto}}}


@_query.register
def _(where: Among, asked: Words) -> Query:
    return at_rows(where.keys)


@_query.register
def _(where: Not, asked: Words) -> Query:
    return {"bool": {"must_not": [_query(where.where, asked)]}}


@_query.register
def _(where: And, asked: Words) -> Query:
    return all_of(*(_query(each, asked) for each in where.each))


@_query.register
def _(where: Or, asked: Words) -> Query:
    return any_of([_query(each, asked) for each in where.each])
