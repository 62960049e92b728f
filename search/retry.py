"""Asking once more where the index moved on twice while an answer was being put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from indexer.errors import IndexBusyError

TRIES = 5
PAUSE_SECONDS = 0.1
"""In which the newest generation is opened."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def again_if_overtaken(question: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Ask of the newest generation if papers of the one asked were taken out meanwhile."""

    @wraps(question)
    def asked(*args: Arguments.args, **options: Arguments.kwargs) -> Result:
        for _ in range(TRIES - 1):
            try:
                return question(*args, **options)
            except IndexBusyError:
                time.sleep(PAUSE_SECONDS)
        return question(*args, **options)

    return asked
