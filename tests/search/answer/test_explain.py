from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.embedder import Encoded
from indexer.models.hashing import HashingEmbedder
from search.answer.explain import MAX_SENTENCES, UNRANKED, LegRank, nearest_sentences, why

ABSTRACT = (
    "We study how birds migrate. Magnetic fields guide them, e.g. Over the open sea. "
    "Radio noise disturbs their compass."
)


class Counting(HashingEmbedder):
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        self.calls.append(len(texts))
        return super().encode_documents(texts)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("radio noise", "Radio noise disturbs their compass."),
        ("magnetic fields", "Magnetic fields guide them, e.g. Over the open sea."),
        ("birds migrate", "We study how birds migrate."),
    ],
)
def test_the_nearest_sentence_is_the_one_about_the_question(question: str, expected: str) -> None:
    embedder = HashingEmbedder()
    vector = embedder.encode_queries([question])[0]
    twice = nearest_sentences(3 * vector, embedder, [ABSTRACT, "", ABSTRACT])
    found = twice[0]
    assert twice == [found, None, found]
    assert found is not None
    text, score = found
    assert text == expected
    assert score == pytest.approx(float(embedder.encode_queries([expected])[0] @ vector), abs=1e-6)


def test_a_long_text_is_read_in_one_bounded_call() -> None:
    embedder = Counting()
    nearest_sentences(embedder.encode_queries(["end"])[0], embedder, ["It goes on. " * 500])
    assert embedder.calls == [MAX_SENTENCES]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_abstract_has_no_nearest_sentence(text: str) -> None:
    embedder = Counting()
    assert nearest_sentences(embedder.encode_queries(["birds"])[0], embedder, [text]) == [None]
    assert embedder.calls == []


@given(text=st.text(min_size=1), question=st.text())
def test_any_text_has_a_sentence_with_a_cosine(text: str, question: str) -> None:
    embedder = HashingEmbedder()
    (found,) = nearest_sentences(embedder.encode_queries([question])[0], embedder, [text])
    assert (found is None) == (not text.strip())
    if found is not None:
        assert found[0] in text
        assert -1 <= found[1] <= 1


def test_no_question_is_near_to_nothing() -> None:
    embedder = HashingEmbedder()
    vector = np.zeros(embedder.model.dimension, np.float32)
    assert nearest_sentences(vector, embedder, [ABSTRACT]) == [("We study how birds migrate.", 0.0)]


def test_reasons_are_plain_json_with_every_key() -> None:
    reasons = why(
        dense=LegRank(int(np.int64(3)), float(np.float32(0.1))),
        words=["Graphs"],
        sentence=("A graph.", 0.123456789),
        title=[(0, 6)],
    )
    assert json.loads(json.dumps(reasons)) == {
        "dense": {"rank": 3, "score": 0.1},
        "lexical": None,
        "words": ["Graphs"],
        "sentence": {"text": "A graph.", "score": 0.123457},
        "highlights": {"title": [[0, 6]], "abstract": []},
    }
    assert set(why()) == set(reasons)


def test_a_leg_may_know_the_score_of_a_paper_that_it_did_not_rank() -> None:
    assert LegRank(None, 0.5).as_dict() == {"rank": None, "score": 0.5}
    assert UNRANKED.as_dict() is None
