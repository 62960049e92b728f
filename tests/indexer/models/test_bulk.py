"""Embedding beside what is done with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest

from indexer.models.bulk import InProcess, held_back
from indexer.models.embedder import Embedder, Encoded
from indexer.models.load import load_embedder
from indexer.models.recipe import embed

TEXTS = ["title\nabstract", "another title\nof more words", "a title alone"]


class Gated:
    """Embeds by hashing, each call when it is let through."""

    def __init__(self) -> None:
        self._hashing: Embedder = load_embedder("hashing")
        self.model = self._hashing.model
        self.encode_queries = self._hashing.encode_queries
        self.gate = threading.Semaphore(0)
        self.started = threading.Event()
        self.calls = 0

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts."""
        self.calls += 1
        self.started.set()
        assert self.gate.acquire(timeout=60)
        return self._hashing.encode_documents(texts)


@pytest.fixture
def gated() -> Iterator[Gated]:
    embedder = Gated()
    yield embedder
    embedder.gate.release(100)


@pytest.mark.parametrize("at_once", [1, 3])
def test_vectors_are_those_of_the_embedder_whoever_is_asked_first(at_once: int) -> None:
    embedder = load_embedder("hashing")
    with closing(InProcess(embedder, at_once)) as bulk:
        waits = [bulk.begin([text]) for text in TEXTS]
        for text, wait in reversed(list(zip(TEXTS, waits, strict=True))):
            np.testing.assert_array_equal(wait().vectors, embed(embedder, [text]).vectors)
            np.testing.assert_array_equal(wait().vectors, embed(embedder, [text]).vectors)


def test_beginning_does_not_wait_and_parts_follow_each_other(gated: Gated) -> None:
    with closing(InProcess(gated)) as bulk:
        waits = [bulk.begin([text]) for text in TEXTS]  # nothing is let through yet
        gated.gate.release(2)
        assert [len(wait().vectors) for wait in waits[:2]] == [1, 1]
        gated.gate.release()
        assert len(waits[2]().vectors) == 1


def test_closing_finishes_what_is_under_way_and_begins_nothing_more(gated: Gated) -> None:
    bulk = InProcess(gated)
    waits = [bulk.begin([text]) for text in TEXTS]
    assert gated.started.wait(60)
    threading.Timer(0.05, gated.gate.release).start()
    bulk.close()
    assert len(waits[0]().vectors) == 1
    assert gated.calls == 1


def test_what_embedding_raises_is_raised_by_waiting(gated: Gated) -> None:
    def fail(texts: Sequence[str]) -> Encoded:
        raise RuntimeError("too hot")

    gated.encode_documents = fail  # type: ignore[method-assign]
    with closing(InProcess(gated)) as bulk:
        wait = bulk.begin(TEXTS)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="too hot"):
                wait()


@pytest.mark.parametrize("lead", [0, 1, 3, 10])
def test_so_many_more_are_drawn_before_one_is_given(lead: int) -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for item in range(6):
            drawn.append(item)
            yield item

    for given, item in enumerate(held_back(items(), lambda: lead)):
        assert item == given
        assert len(drawn) == min(given + lead + 1, 6)


@pytest.mark.parametrize("lead", [0, 1, 3, 10])
def test_what_was_drawn_is_given_before_a_failure(lead: int) -> None:
    def items() -> Iterator[int]:
        yield from range(4)
        raise RuntimeError("the next input isn't readable")

    given: list[int] = []
    with pytest.raises(RuntimeError, match="isn't readable"):
        given.extend(held_back(items(), lambda: lead))
    assert given == [0, 1, 2, 3]
