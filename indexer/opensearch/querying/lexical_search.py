"""BM25 on the cluster, by the very words that the other stores look up.

Our own analyser's stems stand in a field that the cluster only parts at spaces, with Tantivy's k1
and b, and all shards' counts are taken together. So the scores are Tantivy's, which has a factor
of k1 + 1 that Lucene leaves out since its version 8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from indexer import analysis
from indexer.analysis import AUTHOR_WEIGHT, MAX_TERMS

SCALE = 2.2
"""Scores of Tantivy by those of Lucene: k1 + 1."""

Frequencies = Callable[[Sequence[str]], Sequence[int]]
"""In how many papers each of some stems is found."""


def terms_of(text: str, frequencies: Frequencies) -> list[dict[str, Any]]:
    """Queries for what is looked up; a word that stands four times in the text counts twice.

    Only of a text of more than :data:`~indexer.analysis.MAX_TERMS` words are frequencies asked for.
    """
    counts = Counter(analysis.stems(text))
    stems = list(counts)
    if len(stems) > MAX_TERMS:
        held = dict(zip(stems, frequencies(stems), strict=True))
        stems = sorted(filter(held.__getitem__, stems), key=held.__getitem__)[:MAX_TERMS]
    names = sorted(set(analysis.names(text)))[:MAX_TERMS]
    return [
        *(_term("text", stem, counts[stem] ** 0.5) for stem in stems),
        *(_term("author_text", name, AUTHOR_WEIGHT) for name in names),
    ]


def _term(field: str, word: str, weight: float) -> dict[str, Any]:
    return {"term": {field: {"value": word, "boost": weight}}}
