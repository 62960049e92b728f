"""How long each stage of an answer takes, by the clock and by processor time.

``NEARPAPER_TRACE=1`` prints a table of it for each answer; metrics are made of the same figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Name = Literal[
    "reading", "rewriting", "encoding", "nearest", "bm25", "scoring", "names", "closeness",
    "facets", "records",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one answer.

    Attributes:
        name: Of the stage.
        began: When, as ``time.perf_counter`` says it.
        wall: Seconds by the clock; what goes on in another thread overlaps with the others.
        cpu: Seconds of processor time of the thread that it ran in. Native libraries with threads
            of their own use more.
    """

    name: Name
    began: float
    wall: float
    cpu: float


Observer = Callable[[Sequence[Stage]], None]

_taken: ContextVar[list[Stage] | None] = ContextVar("stages", default=None)


@contextmanager
def stage(name: Name) -> Iterator[None]:
    """Measures what is done within, if anybody observes the answer."""
    stages = _taken.get()
    if stages is None:
        yield
        return
    wall, cpu = time.perf_counter(), time.thread_time()
    try:
        yield
    finally:
        stages.append(Stage(name, wall, time.perf_counter() - wall, time.thread_time() - cpu))


@contextmanager
def observed(*observers: Observer) -> Iterator[None]:
    """Tells each observer of the stages within, in the order in which they ended."""
    if not observers or _taken.get() is not None:  # an answer within an answer
        yield
        return
    stages: list[Stage] = []
    token = _taken.set(stages)
    try:
        yield
    finally:
        _taken.reset(token)
        for observer in observers if stages else ():
            observer(stages)
