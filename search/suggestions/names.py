"""Authors, categories, venues and years of a snapshot, by the beginnings of their words.

They are read from its counts once, and kept in arrays: the words in their order, and beside each
which values have it. Values stand by falling count, so the smallest numbers are the best ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.papers.folding import words
from indexer.snapshot import Snapshot
from indexer.where import ALL

MOST = 50_000
"""Values of a field that are kept, the most frequent ones: some 20 MB of authors. A cluster gives
no more than 65,535 at once."""
_TYPED = 8
_LAST = "\U0010ffff"


class Values:
    """The values of one field.

    Args:
        counts: How many papers have each, by falling count.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._values = list(counts)
        self._counts = list(counts.values())
        pairs = sorted({(word, at) for at, one in enumerate(counts) for word in words(one)})
        self._words = [word for word, _ in pairs]
        self._places = np.array([at for _, at in pairs], np.int32)

    def starting(self, text: str, most: int) -> list[tuple[str, int]]:
        """The most frequent values that have a word for each beginning, with their counts."""
        typed = list(dict.fromkeys(words(text)))[:_TYPED]
        if not typed:
            return list(islice(zip(self._values, self._counts, strict=True), most))
        found = reduce(np.intersect1d, map(self._with, typed))
        return [(self._values[at], self._counts[at]) for at in np.sort(found)[:most].tolist()]

    def _with(self, beginning: str) -> NDArray[np.int32]:
        first = bisect_left(self._words, beginning)
        last = bisect_left(self._words, beginning + _LAST)
        return np.unique(self._places[first:last])


class Names:
    """The fields of a snapshot.

    Attributes:
        fingerprint: Of the snapshot.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.fingerprint = snapshot.about.fingerprint
        facets = snapshot.facets(ALL, MOST)
        self._fields = {field: Values(counts) for field, counts in facets.items()}

    def starting(self, field: str, text: str, most: int) -> Sequence[tuple[str, int]]:
        """Values of ``author``, ``category``, ``venue`` or ``year``, with their counts."""
        return self._fields[field].starting(text, most)
