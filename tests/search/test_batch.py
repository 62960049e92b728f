"""Many questions at once are answered as they are one by one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from itertools import count, islice
from threading import current_thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import ModelError, PaperNotFoundError, StorageError, UsageError
from indexer.memory.store import MemoryStore
from indexer.models.embedder import Vectors
from indexer.models.hashing import HashingEmbedder
from indexer.snapshot import Hits, Snapshot
from search.answer.answer import Answer
from search.batch import THREADS, TOGETHER
from search.engine import Engine
from search.options import SearchOptions
from search.ranking import legs, retriever
from search.ranking.encoder import REMEMBERED
from search.stopping import Stop, UnwantedError, heed

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
        self.together: list[int] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.together.append(len(texts))
        return super().encode_queries(texts)


@pytest.fixture(scope="module")
def engine(sample_store: MemoryStore) -> Iterator[Engine]:
    with Engine.open(sample_store) as opened:
        yield opened


def found(answer: Answer | Exception) -> object:
    if isinstance(answer, Answer):
        return answer.query, answer.total, [(one.paper.id, one.score) for one in answer.results]
    return str(answer)


def alone(engine: Engine, question: str) -> object:
    try:
        return found(engine.search(question, limit=3))
    except UsageError as error:
        return str(error)


@settings(max_examples=20)
@given(questions=st.lists(st.one_of(st.sampled_from(QUESTIONS), st.text(max_size=40)), max_size=9))
def test_many_are_answered_as_one_by_one(engine: Engine, questions: list[str]) -> None:
    many = [found(answer) for answer in engine.search_many(questions, limit=3)]
    assert many == [alone(engine, question) for question in questions]


def test_questions_are_embedded_together_and_once(sample_store: MemoryStore) -> None:
    embedder = Counting()
    questions = [f"question number {number}" for number in range(2 * TOGETHER + 5)]
    with Engine.open(sample_store, embedder=embedder) as engine:
        answers = list(engine.search_many(questions))
    assert [answer.query for answer in answers if isinstance(answer, Answer)] == questions
    assert embedder.together == [TOGETHER, TOGETHER, 5]
    assert TOGETHER <= REMEMBERED


def test_scores_by_words_alone_are_embedded_together_too(sample_store: MemoryStore) -> None:
    embedder = Counting()
    with Engine.open(sample_store, embedder=embedder) as engine:
        assert len(list(engine.search_many(["attention", "graphs"], mode="lexical"))) == 2
    assert embedder.together == [2]


def test_of_many_questions_each_does_its_own_work(
    sample_store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def lexical_leg(snapshot: Snapshot, text: str) -> Hits:
        threads.append(current_thread().name)
        return legs.lexical_leg(snapshot, text)

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(retriever, "lexical_leg", lexical_leg)
    with Engine.open(sample_store) as engine:
        engine.search("graphs")
        (lone,) = threads
        assert list(engine.search_many(f"graphs {n}" for n in range(32)))
    assert lone.startswith("lexical-leg")
    assert any(name.startswith(THREADS) for name in threads[1:])


def test_questions_are_read_as_answers_are_taken(engine: Engine) -> None:
    endless = (f"question {number}" for number in count())
    assert len(list(islice(engine.search_many(endless), 3))) == 3


def test_a_choice_that_makes_no_sense_is_said_once(engine: Engine) -> None:
    with pytest.raises(UsageError, match="limit 0"):
        list(engine.search_many(["attention"], limit=0))


def test_one_that_the_disk_fails_ends_the_others_only_where_it_is_raised(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lexical_leg(snapshot: Snapshot, text: str) -> Hits:
        if text == "broken":
            raise StorageError("/index: can't be read")
        return legs.lexical_leg(snapshot, text)

    monkeypatch.setattr(retriever, "lexical_leg", lexical_leg)
    questions, ids = ["attention", "broken", "graphs"], ["1706.03762", "nothing"]
    each = list(engine.answer_each(questions, ids, SearchOptions(limit=3, literal=True)))
    assert list(map(type, each)) == [Answer, StorageError, Answer, Answer, PaperNotFoundError]
    with pytest.raises(StorageError):
        list(engine.search_many(questions, literal=True))


def test_what_fails_for_all_is_said_once(sample_store: MemoryStore) -> None:
    class Lost(HashingEmbedder):
        def encode_queries(self, texts: Sequence[str]) -> Vectors:
            raise ModelError("lost")

    with Engine.open(sample_store, embedder=Lost()) as engine:
        by_meaning = SearchOptions(mode="dense")
        with pytest.raises(ModelError, match="lost"):
            engine.answer_each(["attention", "graphs"], [], by_meaning)
        each = list(engine.answer_each(["", "attention"], ["1706.03762"], by_meaning))
    assert list(map(type, each)) == [UsageError, ModelError, Answer]


def test_an_answer_that_nobody_wants_ends_them_all(engine: Engine) -> None:
    def ask() -> list[object]:
        stop = Stop(60)
        heed(stop)
        answers = engine.search_many(["attention", "graphs"])
        taken: list[object] = [next(answers)]
        stop.give_up()
        return [*taken, *answers]

    with pytest.raises(UnwantedError):
        copy_context().run(ask)


def test_neighbours_of_many_papers(engine: Engine) -> None:
    many = list(engine.similar_many(["1706.03762", "2412.99999", ""], limit=2))
    assert found(many[0]) == found(engine.similar(["1706.03762"], limit=2))
    assert isinstance(many[1], PaperNotFoundError)
    assert isinstance(many[2], UsageError)


def test_papers_are_looked_up_in_the_order_asked(engine: Engine) -> None:
    papers = engine.lookup(["N19-1423", "nothing", "", "arXiv:1706.03762v5", "N19-1423"])
    with pytest.raises(UsageError, match="at most"):
        engine.lookup(["x"] * 1_001)
    ids = [paper.id if paper else None for paper in papers]
    assert ids == ["N19-1423", None, None, "1706.03762", "N19-1423"]
