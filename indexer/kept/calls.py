"""What a function returned for its last arguments."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

from indexer.kept.lookups import Cache, looked_up

P = ParamSpec("P")
R = TypeVar("R")


def kept(cache: Cache, most: int, function: Callable[P, R]) -> Callable[P, R]:
    """``function`` with its last ``most`` results kept, as by ``lru_cache``, and counted."""
    call = threading.local()

    def made(*given: P.args, **named: P.kwargs) -> R:
        call.hit = False
        return function(*given, **named)

    held = cast("Callable[P, R]", lru_cache(most)(made))

    def looked(*given: P.args, **named: P.kwargs) -> R:
        call.hit = True
        try:
            return held(*given, **named)
        finally:
            looked_up(cache, hit=call.hit)

    return looked
