"""Conditions as queries that filter and score nothing, as :mod:`indexer.where` words them.

Keys are row numbers. All queries stay far below the cluster's limits: 1,024 clauses, 65,536 terms.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import singledispatch
from typing import Any

from indexer import analysis
from indexer.opensearch.records.documents import length_token, signed
from indexer.opensearch.records.schema import GAP, VALUE_GAP
from indexer.papers.dates import period_end
from indexer.papers.folding import fold, title_hash, words
from indexer.where import (
    All,
    Among,
    And,
    AnyWord,
    Arrived,
    Dates,
    Has,
    Not,
    Or,
    Phrase,
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


Terms = Callable[[str], list[Query]]
"""The queries of the words by which BM25 finds a text, see ``lexical_search.py``."""


def query_of(where: Where, terms: Terms) -> Query:
    """The query of a condition."""
    return _query(where, terms)


@singledispatch
def _query(where: Where, terms: Terms) -> Query:
    raise TypeError(f"{where!r}: not a condition")


@_query.register
def _(where: All, terms: Terms) -> Query:
    return EVERYTHING


@_query.register
def _(where: Dates, terms: Terms) -> Query:
    return all_of(
        {"range": {"date": {"gt": 0, "lte": period_end(where.last)}}},
        {"range": {"date_end": {"gte": where.first}}},
    )


@_query.register
def _(where: Has, terms: Terms) -> Query:
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
def _(where: Phrase, terms: Terms) -> Query:
    phrase = analysis.phrase(where.text)
    if not phrase:
        return NOTHING
    stems = [GAP] * (phrase[-1][0] + 1)
    for place, stem in phrase:
        stems[place] = stem
    text = " ".join(stems)
    return any_of([{"match_phrase": {field: {"query": text}}} for field in where.fields])


@_query.register
def _(where: AnyWord, terms: Terms) -> Query:
    return any_of(terms(where.text))


@_query.register
def _(where: TitleIs, terms: Terms) -> Query:
    return {"term": {"title_key": signed(title_hash(where.title))}}


@_query.register
def _(where: Submitted, terms: Terms) -> Query:
    return {"range": {"submitted": {"gte": where.first, "lte": where.last}}}


@_query.register
def _(where: Arrived, terms: Terms) -> Query:
    return {"range": {"arrived": {"gt": where.since, "lte": where.upto}}}


@_query.register
def _(where: Among, terms: Terms) -> Query:
    return at_rows(where.keys)


@_query.register
def _(where: Not, terms: Terms) -> Query:
    return {"bool": {"must_not": [_query(where.where, terms)]}}


@_query.register
def _(where: And, terms: Terms) -> Query:
    return all_of(*(_query(each, terms) for each in where.each))


@_query.register
def _(where: Or, terms: Terms) -> Query:
    return any_of([_query(each, terms) for each in where.each])
