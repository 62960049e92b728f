"""What is looked up for a question while it is embedded: in threads beside, where there is room."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Lock
from typing import TypeVar, TypeVarTuple

_Given = TypeVarTuple("_Given")
_Result = TypeVar("_Result")


class Beside:
    """Threads beside those that answer. Safe to use from many threads.

    With questions under way for more than half of the cores, each does all its own work: threads
    that wait for each other's turn answer a tenth fewer. An index on a cluster is always asked
    beside, since that is waiting and no work.

    Args:
        remote: Whether what is looked up comes over a network.
    """

    def __init__(self, *, remote: bool) -> None:
        self._threads = ThreadPoolExecutor(thread_name_prefix="lexical-leg")
        self._most = float("inf") if remote else (os.cpu_count() or 1) / 2
        self._under_way, self._counting = 0, Lock()

    @contextmanager
    def question(self) -> Iterator[None]:
        """Counts one that is under way."""
        with self._counting:
            self._under_way += 1
        try:
            yield
        finally:
            with self._counting:
                self._under_way -= 1

    def submit(self, call: Callable[[*_Given], _Result], *given: *_Given) -> Future[_Result]:
        """Have something done, seen by the same observers; at once if there is no room."""
        if self._under_way <= self._most:
            context = copy_context()
            return self._threads.submit(lambda: context.run(call, *given))
        done: Future[_Result] = Future()
        try:
            done.set_result(call(*given))
        except Exception as error:  # whoever asks for the result gets it
            done.set_exception(error)
        return done

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
