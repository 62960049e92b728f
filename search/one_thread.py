"""Answers that multiply their small matrices in one thread.

NumPy's OpenBLAS gives a product of a few hundred vectors to all processors, and its threads then
wait for the next one by turning round, for some 25 ms: longer than a whole answer takes. That was
half of the processor time of a question, and taken from whoever was asked at the same time.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

_PREFIXES = ("scipy_openblas", "openblas")
_SUFFIXES = ("64_", "")


class _Held:
    """How many answers are under way, and how many threads there were before the first of them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers = self.before = 0


_HELD = _Held()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let NumPy multiply in this thread alone while the block, or another one, runs.

    It counts for the whole process, whose number of threads comes back with the end of the last
    block. Where NumPy was built with another library than OpenBLAS, nothing changes.
    """
    threads = _openblas()
    if threads is None:
        yield
        return
    get, choose = threads
    with _HELD.lock:
        if not _HELD.answers:
            _HELD.before = get()
            choose(1)
        _HELD.answers += 1
    try:
        yield
    finally:
        with _HELD.lock:
            _HELD.answers -= 1
            if not _HELD.answers:
                choose(_HELD.before)


@cache
def _openblas() -> tuple[Callable[[], int], Callable[[int], object]] | None:
    """What gets and sets the number of threads; ``None`` without OpenBLAS."""
    try:
        numpy = import_module("numpy._core._multiarray_umath")
        library = ctypes.CDLL(numpy.__file__)  # finds what that is linked with
    except (ImportError, OSError):
        return None
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            get = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
            choose = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
            if get is not None and choose is not None:
                return get, choose
    return None
