"""How near papers and an index are to a question.

How near a paper is to a question: its cosine plus a quarter of the square of its coverage, the
share of the question's words that it holds, by their rarity. How near an index is: the cosine of
its fifth nearest paper, and the best coverage. Over the Hugging Face papers that parts 525 real
questions from 117 others with AUC 1.000; cosines alone have 0.956, coverage alone 0.983.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from indexer import analysis
from indexer.closeness.held import held
from indexer.papers.paper import Paper
from indexer.snapshot import Hits, Keys, Snapshot
from indexer.where import AllWords

FIFTH = 5
"""The nearest paper may be a stray one."""
SHARE = 0.25
"""Of the square of the coverage."""
NAMES = 50
"""Authors of a paper whose names count as its words."""
LOOKED_AT = 10
"""Of what the lexical leg found, where no paper holds all words."""


def nearness(cosine: float, coverage: float) -> float:
    """How near: the cosine plus a quarter of the square of the coverage."""
    return cosine + SHARE * coverage**2


def fifth(dense: Hits) -> float:
    """The cosine of the fifth nearest paper, of fewer that of the last; 0 without any."""
    cosines = dense[1][:FIFTH]
    return float(cosines[-1]) if len(cosines) else 0.0


class Question:
    """The words of a question and how rare each is in an index."""

    def __init__(self, snapshot: Snapshot, text: str) -> None:
        self._snapshot, self.text = snapshot, text
        words = analysis.all_words(text)
        stems = list({stem for ways in words for way in ways for stem in way})
        found = dict(zip(stems, snapshot.document_frequencies(stems), strict=True))
        papers = snapshot.about.papers
        self._stems = frozenset(stems)
        # Of one word in parts, the rarest tells.
        self.weights = {ways: _idf(min(found[stem] for stem in ways[0]), papers) for ways in words}
        self._covered: dict[str, float] = {}  # by id: what words find is often what is shown

    def coverage(self, held: Collection[str]) -> float:
        """The share of the words, by their rarity, that are among some stems."""
        return coverage(self.weights, held)

    def of_papers(self, papers: Sequence[Paper]) -> NDArray[np.float64]:
        """``(n,)``: the coverage of each of some papers."""
        if not self.weights:
            return np.zeros(len(papers))
        unread = [paper for paper in papers if paper.id not in self._covered]
        found = held([_words_of(paper) for paper in unread], self._stems, self._snapshot.stems)
        for paper, stems in zip(unread, found, strict=True):
            self._covered[paper.id] = self.coverage(stems)
        return np.array([self._covered[paper.id] for paper in papers], np.float64)

    def best(self, lexical: Keys) -> float:
        """The highest coverage among what the lexical leg found, best first."""
        if not self.weights:
            return 0.0
        if self._snapshot.count(AllWords(self.text)):
            return 1.0
        papers = self._snapshot.papers(lexical[:LOOKED_AT])
        return float(self.of_papers(papers).max(initial=0.0))


def _words_of(paper: Paper) -> str:
    """What the words of a question may be found in."""
    return "\n".join((paper.title, paper.abstract, *paper.authors[:NAMES]))


Ways = tuple[tuple[str, ...], ...]
"""The stems of each way to write a word."""


def coverage(weights: Mapping[Ways, float], held: Collection[str]) -> float:
    """The share of ``weights`` that falls to words that are ``held`` in any way; 0 without any."""
    whole, stems = sum(weights.values()), set(held)
    found = (
        weight for ways, weight in weights.items() if any(stems.issuperset(way) for way in ways)
    )
    return sum(found) / whole if whole else 0.0


def _idf(frequency: int, papers: int) -> float:
    """As BM25 has it."""
    return log(1 + (max(papers, frequency) - frequency + 0.5) / (frequency + 0.5))
