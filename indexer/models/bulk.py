"""Embedding papers beside what is done with them: in threads of this process, or elsewhere."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from indexer.models.embedder import Embedder, Encoded
from indexer.models.recipe import embed

PART = 8
"""Texts that are embedded together in this process: something is to be seen soon, and Ctrl-C costs
little. On slow machines it takes a second."""

WHOLE = sys.maxsize
"""Texts of a batch that isn't parted."""

Wait = Callable[[], Encoded]
"""Gives the vectors of a batch as soon as they are there; called again, the same ones."""
T = TypeVar("T")


class BulkEmbedder(Protocol):
    """Whatever embeds papers by the text recipe, see :func:`~indexer.models.recipe.embed`."""

    @property
    def lead(self) -> int:
        """How many batches may be begun beyond the one that is waited for."""
        ...

    @property
    def part(self) -> int:
        """How many texts of a batch to begin at a time."""
        ...

    def begin(self, texts: Sequence[str]) -> Wait:
        """Start on ``n`` texts; what it returns may raise whatever embedding raises."""
        ...

    def close(self) -> None:
        """Let go of what embeds; batches that were begun are lost."""
        ...


class InProcess:
    """Embeds in threads of this process, while batches before are read, committed and published.

    Args:
        embedder: The model.
        at_once: Parts that are embedded at the same time.
    """

    lead = 1
    part = PART

    def __init__(self, embedder: Embedder, at_once: int = 1) -> None:
        self._embedder = embedder
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="embedding")

    def begin(self, texts: Sequence[str]) -> Wait:
        """Vectors of ``n`` texts, when those begun before are there."""
        return self._threads.submit(embed, self._embedder, texts).result

    def close(self) -> None:
        """Wait for the parts under way."""
        self._threads.shutdown(cancel_futures=True)


def begin_parts(bulk: BulkEmbedder, texts: Sequence[str]) -> list[tuple[Wait, int]]:
    """Start on texts in parts; for each, what waits for its part, and its place in that."""
    begun: list[tuple[Wait, int]] = []
    while len(begun) < len(texts):
        part = texts[len(begun) :][: bulk.part]
        wait = bulk.begin(part)
        begun += [(wait, place) for place in range(len(part))]
    return begun


def held_back(items: Iterable[T], lead: Callable[[], int]) -> Iterator[T]:
    """The same items, each given when ``lead`` more have been drawn, or there are no more.

    So whatever drawing an item begins is begun for the next ones, too. If drawing fails, those that
    were drawn before are given first.
    """
    waiting: deque[T] = deque()
    try:
        for item in items:
            waiting.append(item)
            while len(waiting) > lead():
                yield waiting.popleft()
    except Exception:
        yield from waiting
        raise
    yield from waiting
