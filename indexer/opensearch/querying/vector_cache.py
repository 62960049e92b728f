"""Vectors that were read a moment ago: an answer asks for those of the papers that it shows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Half = NDArray[np.float16]
MOST = 20_000
"""Of 384 dimensions each, 15 MB."""


class VectorCache:
    """The last vectors of one index of papers, by row. Safe to use from many threads."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, Half] = OrderedDict()
        self._turn = threading.Lock()

    def put(self, rows: Iterable[int], halves: Iterable[Half]) -> None:
        """Keep some."""
        with self._turn:
            self._held.update(zip(rows, halves, strict=True))
            while len(self._held) > MOST:
                self._held.popitem(last=False)

    def get(self, rows: Sequence[int], read: Callable[[list[int]], Iterable[Half]]) -> list[Half]:
        """The vectors of some rows, of which those that aren't held are read."""
        with self._turn:
            found = {row: self._held[row] for row in rows if row in self._held}
        missing = [row for row in dict.fromkeys(rows) if row not in found]
        if missing:
            new = list(read(missing))
            self.put(missing, new)
            found.update(zip(missing, new, strict=True))
        return [found[row] for row in rows]
