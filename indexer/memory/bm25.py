"""BM25 as Tantivy works it out, over word counts in memory.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import log

from indexer import analysis
from indexer.analysis import AUTHOR_WEIGHT, MAX_TERMS, PART_WEIGHT
from indexer.papers.paper import Paper

K1, B = 1.2, 0.75
_CACHED = 256

Scores = dict[int, float]
"""By key."""


class Words:
    """The words of papers by their keys; a title stands twice, so that it counts more."""

    def __init__(self, papers: Mapping[int, Paper]) -> None:
        texts = {
            key: analysis.scored_text(paper.title, paper.title, paper.abstract).split()
            for key, paper in papers.items()
        }
        names = {key: analysis.names_text(paper.authors).split() for key, paper in papers.items()}
        self._text, self._author = _Field(texts), _Field(names)
        self.scores = lru_cache(_CACHED)(self._scores)

    def document_frequency(self, stem: str) -> int:
        """How many papers hold a stem in title or abstract."""
        return self._text.frequency(stem)

    def _scores(self, text: str) -> dict[int, float]:
        """Scores for a text, by key, of the papers that hold a word of it."""
        asked = analysis.asked(text)
        known = self._rarest(asked.every())
        scores: Scores = {}
        for stem, weight in asked.stems.items():
            _add(scores, self._text.scores([stem], weight, known))
        for word, weight in asked.hyphenated.items():
            whole = self._text.scores(word.whole, weight, known)
            parts = self._text.scores(word.parts, weight * PART_WEIGHT, known)
            either = whole.keys() | parts.keys()
            _add(scores, {key: max(whole.get(key, 0.0), parts.get(key, 0.0)) for key in either})
        for name in sorted(set(analysis.names(text)))[:MAX_TERMS]:
            _add(scores, self._author.scores([name], AUTHOR_WEIGHT, {name}))
        return scores

    def _rarest(self, stems: Iterable[str]) -> frozenset[str]:
        """Those that are looked up."""
        known = filter(self._text.frequency, stems)
        return frozenset(sorted(known, key=self._text.frequency)[:MAX_TERMS])


class _Field:
    """Counts of words that are scored together."""

    def __init__(self, words: Mapping[int, Sequence[str]]) -> None:
        self._lengths = {key: _quantised(len(each)) for key, each in words.items()}
        self._average = sum(map(len, words.values())) / max(1, len(words))
        self._holders: dict[str, dict[int, int]] = {}
        for key, each in words.items():
            for word, count in Counter(each).items():
                self._holders.setdefault(word, {})[key] = count

    def frequency(self, word: str) -> int:
        """How many papers hold a word."""
        return len(self._holders.get(word, ()))

    def scores(self, words: Iterable[str], weight: float, known: Container[str]) -> Scores:
        """By key, what some words add to the scores of the papers that hold them."""
        scores: Scores = {}
        for word in words:
            if word in known:
                _add(scores, {key: weight * score for key, score in self._scores(word)})
        return scores

    def _scores(self, word: str) -> Iterator[tuple[int, float]]:
        holders = self._holders.get(word, {})
        idf = log(1 + (len(self._lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
        for key, count in holders.items():
            norm = K1 * (1 - B + B * self._lengths[key] / self._average)
            yield key, idf * (K1 + 1) * count / (count + norm)


def _add(scores: Scores, more: Scores) -> None:
    for key, score in more.items():
        scores[key] = scores.get(key, 0.0) + score


def _quantised(length: int) -> int:
    """A length as Tantivy keeps it in one byte: what is above 24 with its four highest bits."""
    above = max(0, length - 24)
    dropped = max(0, above.bit_length() - 4)
    return length - above + (above >> dropped << dropped)
