"""Semantic search over research papers, under one name.

Start at :class:`Engine`; ``python -m nearpaper`` is the command. What ``__all__`` lists is what
other programs may rely on, and nothing is imported before it is asked for. In a checkout this is
a file beside ``indexer``, ``search`` and ``api``; in a wheel it is the package that holds them,
see ``hatch_build.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.errors import (
        ClusterError,
        FetchError,
        IndexBusyError,
        IndexDamagedError,
        IndexFormatError,
        IndexNotFoundError,
        IndexOutdatedError,
        MailError,
        ModelError,
        NearpaperError,
        NotFoundError,
        PaperNotFoundError,
        RayError,
        SnapshotExpiredError,
        SourceError,
        StorageError,
        UsageError,
    )
    from indexer.papers.paper import Paper
    from search import Answer, Engine, Filters, Result, SearchOptions

    __version__: str

__all__ = [
    "Answer",
    "ClusterError",
    "Engine",
    "FetchError",
    "Filters",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexFormatError",
    "IndexNotFoundError",
    "IndexOutdatedError",
    "MailError",
    "ModelError",
    "NearpaperError",
    "NotFoundError",
    "Paper",
    "PaperNotFoundError",
    "RayError",
    "Result",
    "SearchOptions",
    "SnapshotExpiredError",
    "SourceError",
    "StorageError",
    "UsageError",
    "__version__",
]


def main() -> None:
    """Run the ``nearpaper`` command on this process's arguments."""
    import gc

    # Imports make much and free little: looking for what can be freed takes a twentieth of a first
    # answer. Whatever runs for longer than that switches it on again, see ``invocation.py``.
    gc.disable()
    from api import cli

    cli.main()


def _load(name: str) -> object:
    """What a name of ``__all__`` stands for."""
    if name == "__version__":
        from indexer.version import version

        return version()
    if name == "Paper":
        from indexer.papers import paper

        return paper.Paper
    if name.endswith("Error"):
        from indexer import errors

        return getattr(errors, name)
    import search

    return getattr(search, name)


if not TYPE_CHECKING:  # Type checkers would believe in any name.

    def __getattr__(name: str) -> object:
        """Load what is asked for."""
        if name not in __all__:
            raise AttributeError(f"module 'nearpaper' has no attribute {name!r}")
        return _load(name)


def __dir__() -> list[str]:
    return __all__


if __name__ == "__main__":
    main()
