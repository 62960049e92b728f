from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np

from indexer.models.embedder import Vectors
from indexer.models.hashing import HashingEmbedder
from search.ranking.microbatching import MOST, MicroBatching


class Gate:
    """Encodes when it is let, and remembers in what batches."""

    def __init__(self, *, fails: frozenset[str] = frozenset()) -> None:
        self.open, self.begun = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []
        self._inner, self._fails = HashingEmbedder(), fails

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.begun.set()
        assert self.open.wait(10)
        if self._fails & set(texts):
            raise RuntimeError("no")
        return self._inner.encode_queries(texts)


def asked(batching: MicroBatching, gate: Gate, texts: Sequence[str]) -> list[Vectors | Exception]:
    """The first alone, the others while it is being encoded."""

    def ask(text: str) -> Vectors | Exception:
        try:
            return batching.vector(text)
        except RuntimeError as error:
            return error

    with ThreadPoolExecutor(len(texts)) as pool:
        first = pool.submit(ask, texts[0])
        assert gate.begun.wait(10)
        others = [pool.submit(ask, text) for text in texts[1:]]
        while len(batching._waiting) < len(others):
            pass
        gate.open.set()
        return [future.result(10) for future in (first, *others)]


def test_a_lone_question_waits_for_nobody() -> None:
    gate = Gate()
    gate.open.set()
    vector = MicroBatching(gate.encode).vector("alone")
    np.testing.assert_array_equal(vector, HashingEmbedder().encode_queries(["alone"])[0])
    assert gate.batches == [["alone"]]


def test_those_who_waited_are_encoded_together_and_each_gets_its_own() -> None:
    gate, texts = Gate(), [f"question {number}" for number in range(MOST + 4)]
    vectors = asked(MicroBatching(gate.encode), gate, texts)
    assert gate.batches[0] == [texts[0]]
    assert len(gate.batches) == 3
    assert sorted(chain.from_iterable(gate.batches)) == sorted(texts)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_array_equal(vector, HashingEmbedder().encode_queries([text])[0])


def test_an_error_reaches_only_who_asked_for_it() -> None:
    gate = Gate(fails=frozenset(["bad"]))
    texts = ["first", "bad", *(f"good {number}" for number in range(5))]
    found = dict(zip(texts, asked(MicroBatching(gate.encode), gate, texts), strict=True))
    assert isinstance(found.pop("bad"), RuntimeError)
    failed = [text for text, vector in found.items() if isinstance(vector, RuntimeError)]
    assert len(failed) <= 1  # whoever called the model for the bad one as well
