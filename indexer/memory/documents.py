"""What conditions look at of a paper, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from indexer import analysis
from indexer.memory.bm25 import Words
from indexer.papers.dates import date_key, period_end
from indexer.papers.folding import fold, title_hash, words
from indexer.papers.paper import Paper
from indexer.where import ListField, TextField

_CACHED = 20_000
_placed = lru_cache(_CACHED)(analysis.placed)


@dataclass(frozen=True, slots=True)
class Value:
    """One author, category or venue.

    Attributes:
        found_by: The words that it is found by.
        length: How many words it has.
    """

    found_by: frozenset[str]
    length: int


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of a snapshot.

    Attributes:
        key: Of the paper.
        paper: The record.
        arrived: Number of the change with which it first came.
        words: Of all papers of the snapshot.
        first: Of the day, month or year of its date, as ``YYYYMMDD``; 0 without a date.
        last: Likewise.
        upvotes: -1 for unknown.
        title_key: Equal for titles of the same words.
        values: By the field that they are of.
        stems: By field: each with its place.
    """

    key: int
    paper: Paper
    arrived: int
    words: Words
    first: int
    last: int
    upvotes: int
    title_key: int
    values: dict[ListField, tuple[Value, ...]]
    stems: dict[TextField, frozenset[tuple[int, str]]]


def document_of(key: int, paper: Paper, arrived: int, words: Words) -> Document:
    """A paper of a snapshot, ready to be asked about."""
    first = date_key(paper.date)
    return Document(
        key=key,
        paper=paper,
        arrived=arrived,
        words=words,
        first=first,
        last=period_end(first),
        upvotes=-1 if paper.upvotes is None else paper.upvotes,
        title_key=title_hash(paper.title),
        values={
            "author": tuple(map(_author, paper.authors)),
            "category": tuple(map(_category, paper.categories)),
            "venue": (_venue(paper.venue),),
        },
        stems={"title": _placed(paper.title), "abstract": _placed(paper.abstract)},
    )


def _author(name: str) -> Value:
    """Found by words and their initials: ``Y. Bengio`` finds ``Yoshua Bengio``."""
    whole = words(name)
    return Value(frozenset(whole) | {word[0] for word in whole}, len(whole))


def _category(category: str) -> Value:
    """Found by itself and its archive: ``cs`` finds ``cs.CL``."""
    folded = fold(category)
    return Value(frozenset((folded, folded.split(".", 1)[0])), len(words(category)))


def _venue(venue: str) -> Value:
    whole = words(venue)
    return Value(frozenset(whole), len(whole))
