"""How often what is asked for was kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Cache = Literal[
    "question-vectors",
    "questions",
    "conditions",
    "rankings",
    "facets",
    "counts",
    "records",
    "vectors",
    "words",
]
Observer = Callable[[Cache, bool, int], None]
"""Is told which cache was asked, whether it held what was asked for, and how many times that was
so."""

observers: list[Observer] = []
"""Of all caches of this process."""


def looked_up(cache: Cache, *, hit: bool, times: int = 1) -> None:
    """Tell whoever wants to know that a cache was asked."""
    for observer in observers if times else ():
        observer(cache, hit, times)
