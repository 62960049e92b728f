"""Counters that several processes share: a file in memory, of one size however many ask."""

from __future__ import annotations

import fcntl
import mmap
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
from limits.storage import Storage

SLOTS = 1 << 16
"""Clients counted at once. Where more ask in one window, the count that ends first gives way."""
_PROBES = 8
_SLOT = np.dtype([("tag", np.uint64), ("ends", np.float64), ("count", np.uint64)])


class SharedCounters(Storage):
    """What :mod:`limits` counts in, kept in a file that all processes of a service map.

    The file's lock goes with the process that holds it, so that none that was killed keeps the
    others waiting.

    Args:
        path: The file, which is made where there is none.
    """

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        os.ftruncate(self._file, SLOTS * _SLOT.itemsize)
        self._slots = np.frombuffer(mmap.mmap(self._file, SLOTS * _SLOT.itemsize), _SLOT)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong below."""
        return OSError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window of ``expiry`` seconds that begins with the first."""
        with self._locked():
            slot, tag = self._find(key)
            if slot["tag"] != tag or slot["ends"] <= time.time():
                slot["tag"], slot["ends"], slot["count"] = tag, time.time() + expiry, 0
            slot["count"] += np.uint64(amount)
            return int(slot["count"])

    def get(self, key: str) -> int:
        """The count of the window that has not ended."""
        slot, tag = self._find(key)
        return int(slot["count"]) if slot["tag"] == tag and slot["ends"] > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        slot, tag = self._find(key)
        return float(slot["ends"]) if slot["tag"] == tag else time.time()

    def check(self) -> bool:
        """Whether it works."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        self._slots[:] = 0
        return None

    def clear(self, key: str) -> None:
        """Forget a count."""
        slot, tag = self._find(key)
        if slot["tag"] == tag:
            slot["ends"] = 0

    def _find(self, key: str) -> tuple[np.void, np.uint64]:
        """The slot of a key, or the one that it is to take, and the key's tag."""
        digest = blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()
        tag = np.uint64(int.from_bytes(digest[:8], "big") | 1)  # 0 is an empty slot's
        places = (int.from_bytes(digest[8:12], "big") + np.arange(_PROBES)) % SLOTS
        slots = self._slots[places]
        same = np.flatnonzero(slots["tag"] == tag)
        chosen = int(same[0]) if len(same) else int(np.argmin(slots["ends"]))
        return self._slots[int(places[chosen]) : int(places[chosen]) + 1][0], tag

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
