"""BM25 on the cluster, by the very words that the other stores look up.

Our own analyser's stems stand in a field that the cluster only parts at spaces, with Tantivy's k1
and b, and all shards' counts are taken together. So the scores are Tantivy's, which has a factor
of k1 + 1 that Lucene leaves out since its version 8.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

from indexer import analysis
from indexer.analysis import AUTHOR_WEIGHT, MAX_TERMS, PART_WEIGHT, Word

SCALE = 2.2
"""Scores of Tantivy by those of Lucene: k1 + 1."""

Frequencies = Callable[[Sequence[str]], Sequence[int]]
"""In how many papers each of some stems is found."""


def terms_of(text: str, tokens: int, frequencies: Frequencies) -> list[dict[str, Any]]:
    """Queries for what is looked up, in words of a version.

    Only of a text of more than :data:`~indexer.analysis.MAX_TERMS` words are frequencies asked for.
    """
    asked = analysis.asked(text, tokens)
    known = asked.every()
    if len(known) > MAX_TERMS:
        held = dict(zip(known, frequencies(known), strict=True))
        known = sorted(filter(held.__getitem__, known), key=held.__getitem__)[:MAX_TERMS]
    stems, names = frozenset(known), sorted(set(analysis.names(text)))[:MAX_TERMS]
    return [
        *(_term("text", stem, weight) for stem, weight in asked.stems.items() if stem in stems),
        *(
            _hyphenated(word, weight, stems)
            for word, weight in asked.hyphenated.items()
            if not stems.isdisjoint(word.stems)
        ),
        *(_term("author_text", name, AUTHOR_WEIGHT) for name in names),
    ]


def _hyphenated(word: Word, weight: float, known: Container[str]) -> dict[str, Any]:
    """The whole or the parts, whichever scores higher in a paper."""
    ways = [_term("text", stem, weight) for stem in word.whole if stem in known]
    parts = [_term("text", stem, weight * PART_WEIGHT) for stem in word.parts if stem in known]
    if parts:
        ways.append({"bool": {"should": parts, "minimum_should_match": 1}})
    return {"dis_max": {"queries": ways}}


def _term(field: str, word: str, weight: float) -> dict[str, Any]:
    return {"term": {field: {"value": word, "boost": weight}}}
