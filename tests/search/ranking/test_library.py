"""Papers that suit a library, among so many that not all are compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from indexer.entries import Entry
from indexer.memory.store import MemoryStore
from indexer.models.embedder import unit_rows
from indexer.models.hashing import HashingEmbedder
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import Keys, Snapshot
from indexer.where import ALL
from search.ranking import library
from search.ranking.library import Library, suiting

PAPERS, DIMENSION, TOPICS = 3_000, 32, 60


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Papers of some topics."""
    dice = np.random.default_rng(1)
    topics = dice.normal(size=(TOPICS, DIMENSION))
    vectors = unit_rows(topics[np.arange(PAPERS) % TOPICS] + dice.normal(size=(PAPERS, DIMENSION)))
    store = MemoryStore()
    with store.writer(lambda: replace(HashingEmbedder().model, dimension=DIMENSION)) as writer:
        papers = [Paper(id=f"p{number}", title="Some") for number in range(PAPERS)]
        writer.commit(
            [
                Entry(paper, paper.id, vector, False, [Name(paper.id)])
                for paper, vector in zip(papers, vectors.astype(np.float16), strict=True)
            ]
        )
        writer.publish()
    found = store.snapshot()
    assert found is not None
    return found


@pytest.mark.parametrize("size", [1, 5, 40])
def test_of_many_papers_nearly_the_same_suit(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A library of five topics, a few papers of each."""
    keys = snapshot.sample(PAPERS, ALL, seed=3)
    own = keys[keys % TOPICS < 5][:size]
    taste = Library(own, snapshot.vectors(own), np.empty((0, DIMENSION), np.float32))

    def first(most: int) -> Keys:
        monkeypatch.setattr(library, "MOST", most)
        return suiting(taste, snapshot, ALL, 0.0)[0][:20]

    exact, found = first(PAPERS), first(100)
    assert len(np.intersect1d(exact, found)) >= 19
    assert not np.isin(found, own).any()
