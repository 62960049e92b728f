"""What a snapshot says of words and abbreviations: the sum of its parts."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.glossary.abbreviations import Pair
from indexer.glossary.counts import Counts
from indexer.glossary.tables import Table

_KEPT = 1_000


class Glossary:
    """Of some papers. Safe to use from many threads.

    Papers that were updated or removed may still be counted, until an index is compacted.

    Args:
        parts: Whose counts are added up; without any, nothing is known.
    """

    def __init__(self, parts: Sequence[Table] = ()) -> None:
        self._parts = tuple(parts)
        # Nothing that is kept may hold this object, or files would stay mapped when it is gone.
        self.alike = lru_cache(_KEPT)(partial(_alike, self._parts))
        self.frequency = lru_cache(10 * _KEPT)(partial(_frequency, self._parts))

    def __bool__(self) -> bool:
        return bool(self._parts)

    def long_forms(self, shorts: Sequence[str]) -> Counter[Pair]:
        """What some short forms stand for, by how many papers say so; all as they are compared."""
        return self._sum([part.of_shorts(shorts) for part in self._parts])

    def short_forms(self, longs: Sequence[str]) -> Counter[Pair]:
        """By what some long forms are abbreviated, likewise."""
        return self._sum([part.of_longs(longs) for part in self._parts])

    def starting(self, prefix: str, most: int) -> list[str]:
        """The ``most`` frequent words that begin with a folded text, those of most papers first."""
        found: Counter[str] = sum((part.starting(prefix) for part in self._parts), Counter())
        return heapq.nsmallest(most, found, key=lambda word: (-found[word], word))

    def counts(self) -> Counts:
        """All of it."""
        found = Counts()
        for part in self._parts:
            found.merge(part.counts())
        return found

    @staticmethod
    def _sum(found: Sequence[Counter[Pair]]) -> Counter[Pair]:
        total: Counter[Pair] = Counter()
        for each in found:
            total.update(each)
        return total


def _alike(parts: Sequence[Table], word: str, distance: int) -> dict[str, tuple[int, int]]:
    """Words within an edit distance of one: how far they are, and how many papers write them.

    A letter that is added, lost or changed, or two that change places, are a distance of 1:
    Damerau, "A Technique for Computer Detection and Correction of Spelling Errors", CACM 1964.
    """
    found: dict[str, tuple[int, int]] = {}
    for part in parts:
        for length in range(len(word) - distance, len(word) + distance + 1):
            words, counts = part.words(length)
            if not words:
                continue
            far = process.cdist(
                [word], words, scorer=OSA.distance, score_cutoff=distance, dtype=np.uint8
            )[0]
            for place in np.flatnonzero(far <= distance).tolist():
                known = found.get(words[place], (0, 0))[1]
                found[words[place]] = (int(far[place]), known + int(counts[place]))
    return found


def _frequency(parts: Sequence[Table], word: str) -> int:
    """How many papers write a folded word, as it stands."""
    return sum(part.frequency(word) for part in parts)
