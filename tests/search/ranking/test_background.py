from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.memory.store import MemoryStore
from indexer.where import ALL
from search.query.language_hint import hint
from search.ranking.background import Background, Scale

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
TOPICS = {
    "galaxy": ["star", "telescope", "redshift", "halo", "nebula", "orbit", "dust"],
    "grammar": ["verb", "noun", "clause", "syntax", "parser", "treebank", "case"],
}


@pytest.fixture(scope="module")
def store(make_store: MakeStore) -> MemoryStore:
    rng = np.random.default_rng(1)
    return make_store(
        {"id": f"{n}", "title": topic, "abstract": " ".join(rng.choice(words, 12))}
        for n, (topic, words) in enumerate(list(TOPICS.items()) * 300)
    )


def test_of_random_pairs_one_in_twenty_scores_above_095(store: MemoryStore) -> None:
    snapshot = store.snapshot()
    assert snapshot is not None
    background = Background(snapshot)
    (keys,) = snapshot.scan(ALL)
    vectors = snapshot.vectors(keys)
    assert len(vectors) == 600
    shares = [
        float((background.scale(vector).scores(vectors @ vector) > 0.95).mean())
        for vector in vectors[:100]
    ]
    assert 0.03 <= float(np.mean(shares)) <= 0.07


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=50),
    st.floats(-1, 1, width=32),
    st.floats(-1, 1, width=32),
)
def test_scores_never_fall_as_the_cosine_rises(sample: list[float], a: float, b: float) -> None:
    low, high = Scale(np.array(sample, np.float32)).scores(np.array(sorted((a, b)), np.float32))
    assert 0 <= low <= high <= 1


def test_words_that_no_paper_uses_look_foreign() -> None:
    for question in ("redes neuronales profundas", "jak dzialaja sieci neuronowe"):
        assert hint(question, len)
    assert not hint("kittenization of the zorblax", len)


@pytest.mark.parametrize(
    "question",
    ["", "die rolling in dungeons", "Van der Waals forces", "Erdős–Rényi graphs", "α-decay of U"],
)
def test_english_gets_none(question: str) -> None:
    assert hint(question, lambda words: 0) == ()
