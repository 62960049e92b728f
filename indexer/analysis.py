"""How text becomes the words that are looked up: the same for papers and questions, on every store.

Tantivy's analysers do the work. Words are folded (case, accents); in titles and abstracts stop
words are dropped and the rest is stemmed, in names both are kept as they are.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

MAX_TERMS = 128
"""Different words of a question that are looked up: those of the fewest papers. A whole abstract
has some 80; the common ones cost the most time and tell the least."""
AUTHOR_WEIGHT = 0.5
"""Of a word found among the authors, against one in title or abstract."""

NO_WORDS = "ꙮ"
"""Stands in a field that has no words, so that BM25 counts all papers for every field as it should;
a letter that was written once, in 1429."""

_SURROGATES = re.compile("[\ud800-\udfff]")


@cache
def english() -> tantivy.TextAnalyzer:
    """Folds, drops stop words, stems."""
    from tantivy import Filter

    return _folding().filter(Filter.stopword("english")).filter(Filter.stemmer("english")).build()


@cache
def plain() -> tantivy.TextAnalyzer:
    """Folds and keeps every word."""
    return _folding().build()


def _folding() -> tantivy.TextAnalyzerBuilder:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )


def stems(text: str) -> list[str]:
    """The words of a text as titles and abstracts are looked up by."""
    return list(english().analyze(_SURROGATES.sub(" ", text)))


def names(text: str) -> list[str]:
    """The words of a text as authors are looked up by."""
    return list(plain().analyze(_SURROGATES.sub(" ", text)))


def phrase(text: str) -> list[tuple[int, str]]:
    """The stems of the first :data:`MAX_TERMS` words, each with its place.

    A stop word isn't looked up but keeps its place; the first stem is at 0.
    """
    found = [list(english().analyze(word)) for word in names(text)[:MAX_TERMS]]
    placed = [(place, stem[0]) for place, stem in enumerate(found) if stem]
    return [(place - placed[0][0], stem) for place, stem in placed]


def in_places(text: str) -> list[str]:
    """For each word of a text its stem; empty for a word that isn't looked up."""
    return [_stem(token) for token in _tokens().analyze(_SURROGATES.sub(" ", text))]


@cache
def _tokens() -> tantivy.TextAnalyzer:
    from tantivy import TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.simple()).build()


@lru_cache(100_000)
def _stem(token: str) -> str:
    return "".join(english().analyze(token))
