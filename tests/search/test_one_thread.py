"""Answers leave the other processors to other answers, and NumPy as they found it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from indexer.memory.store import MemoryStore
from search.engine import Engine
from search.one_thread import _openblas, one_thread

THREADS = _openblas()
pytestmark = pytest.mark.skipif(THREADS is None, reason="needs NumPy with OpenBLAS")


def threads() -> int:
    assert THREADS is not None
    return THREADS[0]()


@pytest.fixture(autouse=True)
def several() -> Iterator[None]:
    """Two threads, wherever this runs."""
    assert THREADS is not None
    before = threads()
    THREADS[1](2)
    yield
    THREADS[1](before)


class Watching:
    """A reranker that sees how many threads an answer may use."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        self.seen.append(threads())
        return np.zeros(len(texts), np.float32)


def test_an_answer_multiplies_in_one_thread(sample_store: MemoryStore) -> None:
    watching = Watching()
    engine = Engine.open(sample_store)
    engine.search("attention", reranker=watching)
    assert watching.seen == [1]
    assert threads() == 2


def test_the_last_of_several_gives_the_threads_back() -> None:
    inside, leave = threading.Event(), threading.Event()

    def answer() -> None:
        with one_thread():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=answer)
    with one_thread():
        other.start()
        assert inside.wait(10)
    assert threads() == 1
    leave.set()
    other.join()
    assert threads() == 2


def test_they_come_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="no"), one_thread():
        raise ValueError("no")
    assert threads() == 2
