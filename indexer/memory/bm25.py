"""BM25 as Tantivy works it out, over word counts in memory.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from indexer import analysis
from indexer.analysis import AUTHOR_WEIGHT, MAX_TERMS
from indexer.papers.paper import Paper

K1, B = 1.2, 0.75
_CACHED = 256


class Words:
    """The words of papers by their keys; a title stands twice, so that it counts more."""

    def __init__(self, papers: Mapping[int, Paper]) -> None:
        texts = {
            key: analysis.stems(paper.title) * 2 + analysis.stems(paper.abstract)
            for key, paper in papers.items()
        }
        names = {
            key: [word for name in paper.authors for word in analysis.names(name)]
            for key, paper in papers.items()
        }
        self._text, self._author = _Field(texts), _Field(names)
        self.scores = lru_cache(_CACHED)(self._scores)

    def document_frequency(self, stem: str) -> int:
        """How many papers hold a stem in title or abstract."""
        return self._text.frequency(stem)

    def _scores(self, text: str) -> dict[int, float]:
        """Scores for a text, by key, of the papers that hold a word of it."""
        scores: dict[int, float] = {}
        for term in self._terms(text):
            for key, score in term.field.scores(term.word):
                scores[key] = scores.get(key, 0.0) + term.weight * score
        return scores

    def _terms(self, text: str) -> Iterator[_Term]:
        """What is looked up; a word that stands four times in the question counts twice."""
        counts = Counter(analysis.stems(text))
        for stem in sorted(filter(self._text.frequency, counts), key=self._text.frequency)[
            :MAX_TERMS
        ]:
            yield _Term(self._text, stem, counts[stem] ** 0.5)
        for name in sorted(set(analysis.names(text)))[:MAX_TERMS]:
            yield _Term(self._author, name, AUTHOR_WEIGHT)


class _Field:
    """Counts of words that are scored together."""

    def __init__(self, words: Mapping[int, Sequence[str]]) -> None:
        words = {key: each or [analysis.NO_WORDS] for key, each in words.items()}
        self._lengths = {key: _quantised(len(each)) for key, each in words.items()}
        self._average = sum(map(len, words.values())) / max(1, len(words))
        self._holders: dict[str, dict[int, int]] = {}
        for key, each in words.items():
            for word, count in Counter(each).items():
                self._holders.setdefault(word, {})[key] = count

    def frequency(self, word: str) -> int:
        """How many papers hold a word."""
        return len(self._holders.get(word, ()))

    def scores(self, word: str) -> Iterator[tuple[int, float]]:
        """Keys of the papers that hold a word, and what it adds to their scores."""
        holders = self._holders.get(word, {})
        idf = log(1 + (len(self._lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
        for key, count in holders.items():
            norm = K1 * (1 - B + B * self._lengths[key] / self._average)
            yield key, idf * (K1 + 1) * count / (count + norm)


class _Term(NamedTuple):
    field: _Field
    word: str
    weight: float


def _quantised(length: int) -> int:
    """A length as Tantivy keeps it in one byte: what is above 24 with its four highest bits."""
    above = max(0, length - 24)
    dropped = max(0, above.bit_length() - 4)
    return length - above + (above >> dropped << dropped)
