"""In how many papers each word stands, and how many tell what an abbreviation stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self, TypeVar

from indexer.glossary.abbreviations import Pair, pairs
from indexer.papers.folding import words
from indexer.papers.paper import Paper

MOST = 1_000_000
"""Words, and likewise abbreviations, that are kept of a corpus. Where there are more, those of one
paper alone are left out; 139,000 papers have 250,000 words."""
LENGTHS = range(2, 61)
"""Letters of the words that are counted."""
_HYPHENATED = re.compile(r"\w+(?:[-\u2010-\u2013]\w+)+")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Counts:
    """Of some papers; those of two heaps of papers, added up, are those of both.

    Attributes:
        words: Folded words, and hyphenated ones of titles as one, by how many papers write them.
        pairs: Short and long forms, by how many papers tell of them.
    """

    words: Counter[str] = field(default_factory=Counter)
    pairs: Counter[Pair] = field(default_factory=Counter)

    @classmethod
    def of(cls, papers: Iterable[Paper]) -> Self:
        """Those of some papers."""
        counts = cls()
        counts.add(papers)
        return counts

    def add(self, papers: Iterable[Paper]) -> None:
        """Count more papers."""
        for paper in papers:
            text = f"{paper.title}\n{paper.abstract}"
            self.words.update(_counted(text) | _joined(paper.title))
            self.pairs.update(pairs(text))
            _bound(self.words)
            _bound(self.pairs)

    def take_away(self, papers: Iterable[Paper]) -> None:
        """Count no longer what was counted before."""
        gone = Counts.of(papers)
        _subtract(self.words, gone.words)
        _subtract(self.pairs, gone.pairs)

    def merge(self, other: Counts) -> None:
        """Count the papers of the other as well."""
        self.words.update(other.words)
        self.pairs.update(other.pairs)
        _bound(self.words)
        _bound(self.pairs)


def _counted(text: str) -> set[str]:
    return {word for word in set(words(text)) if len(word) in LENGTHS and not word.isdecimal()}


def _joined(title: str) -> set[str]:
    """The hyphenated words of a title as one word each: many papers are named so (``KV-Edit``)."""
    found = ("".join(words(each)) for each in _HYPHENATED.findall(title))
    return {word for word in found if len(word) in LENGTHS and not word.isdecimal()}


def _subtract(counts: Counter[_T], less: Counter[_T]) -> None:
    for key, count in less.items():
        counts[key] -= count
        if counts[key] <= 0:
            del counts[key]


def _bound(counts: Counter[_T]) -> None:
    """Forget what is rare where there is too much: lossy counting, Manku & Motwani, VLDB 2002."""
    least = 1
    while len(counts) > MOST:
        for key in [key for key, count in counts.items() if count <= least]:
            del counts[key]
        least += 1
