"""Many questions at once are answered as they are one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import PaperNotFoundError, UsageError
from indexer.models.embedder import Encoded, Model
from indexer.models.hashing import HashingEmbedder
from search.answer.answer import Answer
from search.batch import TOGETHER
from search.engine import Engine
from search.ranking.encoder import REMEMBERED

QUESTIONS = (
    "attention",
    "1706.03762",
    "au:bengio deep",
    '"language model" -vision',
    "",
    " ",
    "é" * 9,
)


class Counting(HashingEmbedder):
    """Counts how its questions come."""

    def __init__(self) -> None:
        self.alone: list[str] = []
        self.together: list[int] = []

    @property
    def model(self) -> Model:
        return super().model

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        return super().encode_documents(texts)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        self.alone.append(text)
        return super().encode_query(text)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.together.append(len(texts))
        return super().encode_queries(texts)


def found(answer: Answer | Exception) -> object:
    if isinstance(answer, Answer):
        return answer.query, answer.total, [(one.paper.id, one.score) for one in answer.results]
    return str(answer)


def alone(engine: Engine, question: str) -> object:
    try:
        return found(engine.search(question, limit=3))
    except UsageError as error:
        return str(error)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions=st.lists(st.one_of(st.sampled_from(QUESTIONS), st.text(max_size=40)), max_size=9))
def test_many_are_answered_as_one_by_one(sample_index: Path, questions: list[str]) -> None:
    with Engine.open(sample_index) as engine:
        many = [found(answer) for answer in engine.search_many(questions, limit=3)]
        assert many == [alone(engine, question) for question in questions]


def test_questions_are_embedded_together_and_once(sample_index: Path) -> None:
    embedder = Counting()
    questions = [f"question number {number}" for number in range(2 * TOGETHER + 5)]
    with Engine.open(sample_index, embedder=embedder) as engine:
        answers = list(engine.search_many(questions))
    assert [answer.query for answer in answers if isinstance(answer, Answer)] == questions
    assert embedder.together == [TOGETHER, TOGETHER, 5]
    assert embedder.alone == []
    assert TOGETHER <= REMEMBERED


def test_scores_by_words_alone_are_embedded_together_too(sample_index: Path) -> None:
    embedder = Counting()
    with Engine.open(sample_index, embedder=embedder) as engine:
        assert len(list(engine.search_many(["attention", "graphs"], mode="lexical"))) == 2
    assert embedder.together == [2]


def test_questions_are_read_as_answers_are_taken(sample_index: Path) -> None:
    with Engine.open(sample_index) as engine:
        endless = (f"question {number}" for number in count())
        assert len(list(islice(engine.search_many(endless), 3))) == 3


def test_a_choice_that_makes_no_sense_is_said_once(sample_index: Path) -> None:
    with Engine.open(sample_index) as engine, pytest.raises(UsageError, match="limit 0"):
        list(engine.search_many(["attention"], limit=0))


def test_neighbours_of_many_papers(sample_index: Path) -> None:
    with Engine.open(sample_index) as engine:
        many = list(engine.similar_many(["1706.03762", "2412.99999", ""], limit=2))
        assert found(many[0]) == found(engine.similar(["1706.03762"], limit=2))
    assert isinstance(many[1], PaperNotFoundError)
    assert isinstance(many[2], UsageError)


def test_papers_are_looked_up_in_the_order_asked(sample_index: Path) -> None:
    with Engine.open(sample_index) as engine:
        papers = engine.lookup(["N19-1423", "nothing", "", "arXiv:1706.03762v5", "N19-1423"])
        with pytest.raises(UsageError, match="at most"):
            engine.lookup(["x"] * 1_001)
    ids = [paper.id if paper else None for paper in papers]
    assert ids == ["N19-1423", None, None, "1706.03762", "N19-1423"]
