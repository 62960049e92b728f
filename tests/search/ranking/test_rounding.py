"""Processors add in different orders; whatever comes of it, the papers stay in theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.memory.snapshot import MemorySnapshot
from indexer.memory.store import MemoryStore
from indexer.snapshot import Hits
from search.engine import Engine
from search.options import MODES
from search.ranking import scoring
from search.ranking.fusion import fed_back
from tests.search.test_both_stores import CHOICES, QUESTIONS

NOISE = 6e-8
"""What rounding leaves of a cosine in float32."""


def answers(engine: Engine, question: str) -> list[list[str]]:
    return [
        [result.paper.id for result in engine.search(question, mode=mode, **choice)]
        for mode in MODES
        for choice in CHOICES
    ]


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_last_bits_of_cosines_decide_nothing(
    sample_store: MemoryStore, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    nearest = MemorySnapshot.nearest

    def noisy(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return (values + random.uniform(-NOISE, NOISE, values.shape)).astype(np.float32)

    def noisy_nearest(self: MemorySnapshot, *args: Any, **options: Any) -> Hits:
        keys, scores = nearest(self, *args, **options)
        scores = noisy(scores)
        order = np.lexsort((keys, -scores))
        return keys[order], scores[order]

    def noisy_fed_back(hits: Hits, vectors: NDArray[np.float32], *rest: Any) -> Hits:
        return fed_back(hits, noisy(vectors), *rest)

    with Engine.open(sample_store) as engine:
        wanted = answers(engine, question)
        monkeypatch.setattr(MemorySnapshot, "nearest", noisy_nearest)
        monkeypatch.setattr(scoring, "fed_back", noisy_fed_back)
        assert answers(engine, question) == wanted
