from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelError
from indexer.local.store import LocalStore
from indexer.memory.store import MemoryStore
from indexer.models.embedder import Encoded, Model, Vectors
from indexer.models.hashing import HashingEmbedder
from search.ranking.encoder import REMEMBERED, Encoder


class Counting:
    """The hashing embedder, with a count of the questions that it was given."""

    def __init__(self) -> None:
        self._inner = HashingEmbedder()
        self.asked = 0

    @property
    def model(self) -> Model:
        return self._inner.model

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        return self._inner.encode_documents(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return self._inner.encode_queries(texts)


def test_a_question_is_encoded_once_until_many_others_were() -> None:
    embedder = Counting()
    encoder = Encoder(MemoryStore(), embedder)
    first = encoder.encode("grokking", embedder.model)
    for _ in range(3):
        np.testing.assert_array_equal(encoder.encode("grokking", embedder.model), first)
    assert embedder.asked == 1
    for number in range(REMEMBERED):
        encoder.encode(str(number), embedder.model)
    encoder.encode("grokking", embedder.model)
    assert embedder.asked == REMEMBERED + 2


def test_nothing_is_remembered_where_that_is_asked() -> None:
    embedder = Counting()
    encoder = Encoder(MemoryStore(), embedder, remembered=0)
    encoder.encode("grokking", embedder.model)
    encoder.encode("grokking", embedder.model)
    assert embedder.asked == 2


def test_nobody_can_spoil_a_remembered_vector() -> None:
    embedder = HashingEmbedder()
    vector = Encoder(MemoryStore(), embedder).encode("grokking", embedder.model)
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 9


def test_threads_get_the_vectors_of_their_own_questions() -> None:
    embedder = HashingEmbedder()
    encoder = Encoder(MemoryStore(), embedder)
    questions = [f"question {number % 40}" for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.encode(text, embedder.model), questions))
    for question, vector in zip(questions, found, strict=True):
        np.testing.assert_array_equal(vector, embedder.encode_queries([question])[0])


def test_another_model_is_refused() -> None:
    embedder = HashingEmbedder()
    other = Model(name="other", dimension=3, max_tokens=9, runtime="torch")
    with pytest.raises(ModelError, match="rebuild --embed"):
        Encoder(LocalStore(Path("index")), embedder).encode("x", other)
