"""What was read a moment ago: an answer asks for the same papers and words several times."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from indexer.kept.lookups import Cache, looked_up

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last values that were read, by key. Safe to use from many threads.

    Args:
        cache: Under which name it is counted.
        most: How many are kept.
    """

    def __init__(self, cache: Cache, most: int) -> None:
        self._cache: Cache = cache
        self._held: OrderedDict[K, V] = OrderedDict()
        self._most, self._turn = most, threading.Lock()

    def put(self, keys: Iterable[K], values: Iterable[V]) -> None:
        """Keep some."""
        with self._turn:
            self._held.update(zip(keys, values, strict=True))
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def get(self, keys: Sequence[K], read: Callable[[list[K]], Iterable[V]]) -> list[V]:
        """The values of some keys, of which those that aren't held are read."""
        with self._turn:
            found = {key: self._held[key] for key in keys if key in self._held}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        looked_up(self._cache, hit=True, times=len(found))
        looked_up(self._cache, hit=False, times=len(missing))
        if missing:
            new = list(read(missing))
            self.put(missing, new)
            found.update(zip(missing, new, strict=True))
        return [found[key] for key in keys]
