"""A question or some papers and an index in, ranked papers with reasons out.

Start at :class:`search.engine.Engine`. Always holds: an answer comes from one snapshot of the
index; whenever k papers pass the filters, k papers come back; pages never repeat or drop a paper;
nothing here imports ``api``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.answer.answer import Answer
    from search.answer.result import Result
    from search.engine import Engine
    from search.options import SearchOptions
    from search.query.filters import Filters

__all__ = ["Answer", "Engine", "Filters", "Result", "SearchOptions"]

_HOMES = {
    "Answer": ".answer.answer",
    "Engine": ".engine",
    "Filters": ".query.filters",
    "Result": ".answer.result",
    "SearchOptions": ".options",
}


def __getattr__(name: str) -> object:
    """Load what is asked for; a command that only shows its help needs none of it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
