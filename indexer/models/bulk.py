"""Embedding papers batch by batch: in this process, or several batches at once elsewhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from indexer.models.embedder import Embedder, Encoded
from indexer.models.recipe import embed

Wait = Callable[[], Encoded]
"""Gives the vectors of a batch as soon as they are there; called again, the same ones."""
T = TypeVar("T")


class BulkEmbedder(Protocol):
    """Whatever embeds papers by the text recipe, see :func:`~indexer.models.recipe.embed`."""

    @property
    def lead(self) -> int:
        """How many batches may be begun beyond the one that is waited for."""
        ...

    def begin(self, texts: Sequence[str]) -> Wait:
        """Start on ``n`` texts; what it returns may raise whatever embedding raises."""
        ...

    def close(self) -> None:
        """Let go of what embeds; batches that were begun are lost."""
        ...


class InProcess:
    """Embeds a batch when it is begun."""

    lead = 0

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def begin(self, texts: Sequence[str]) -> Wait:
        """Vectors of ``n`` texts."""
        encoded = embed(self._embedder, texts)
        return lambda: encoded

    def close(self) -> None:
        """Nothing."""


def held_back(items: Iterable[T], lead: Callable[[], int]) -> Iterator[T]:
    """The same items, each given when ``lead`` more have been drawn, or there are no more.

    So whatever drawing an item begins is begun for the next ones, too.
    """
    waiting: deque[T] = deque()
    for item in items:
        waiting.append(item)
        while len(waiting) > lead():
            yield waiting.popleft()
    yield from waiting
