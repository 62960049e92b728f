from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.errors import ModelError
from indexer.models.embedder import Encoded, Vectors
from indexer.models.hashing import HashingEmbedder
from indexer.progress import Tally, estimate
from search.evaluation.description import MANY, describe, measure_speed


class Slow(HashingEmbedder):
    """Takes so many seconds for each text."""

    def __init__(self, paper: float, question: float) -> None:
        self._paper, self._question = paper, question

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        time.sleep(self._paper * len(texts))
        return super().encode_documents(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        time.sleep(self._question * len(texts))
        return super().encode_queries(texts)


def test_speed_is_that_of_papers_with_their_titles_and_of_lone_questions() -> None:
    found = measure_speed(Slow(0.002, 0.003), seconds=0.3)
    assert 100 < found.papers_per_second <= 1 / (2 * 0.002)  # its title is embedded as well
    assert 3 <= found.question_ms < 30


def test_a_very_slow_model_is_asked_for_few_papers() -> None:
    started = time.monotonic()
    found = measure_speed(Slow(0.02, 0), seconds=0)
    assert found.papers_per_second <= 1 / (2 * 0.02)
    assert time.monotonic() - started < 2


def test_an_index_is_as_large_as_a_run_says_beforehand() -> None:
    found = describe("hashing", seconds=0)
    ahead = estimate(Tally(added=MANY // 2), 0.5, found.model.dimension, rate=50)
    assert (ahead.papers, ahead.disk_bytes) == (MANY, found.disk_bytes)


def test_the_default_model_is_described(model_cache: Path) -> None:
    found = describe(seconds=0)
    assert (found.model.name, found.model.max_tokens) == ("all-MiniLM-L6-v2", 256)
    assert (found.card.architecture, found.card.licence) == ("BertModel", "apache-2.0")
    assert (found.device, found.model.runtime) == ("cpu", "openvino")
    assert found.speed.papers_per_second > 0


def test_what_is_no_model_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no modules\.json"):
        describe(str(tmp_path))
