"""Nearest papers in an index so large that not all vectors are compared: here, from 100 on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import indexer.local.segments.cells
import indexer.local.segments.publisher
from indexer.entries import Entry
from indexer.local.snapshot import LocalSnapshot
from indexer.models.embedder import unit_rows
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import Snapshot, Vector
from indexer.store import Store
from indexer.where import ALL, Dates, Where
from tests.contract.conftest import STORES
from tests.contract.papers import MODEL

PAPERS, DIMENSION, QUESTIONS, K = 2_000, 32, 200, 10
RECALL = 0.98
RARE = Dates(20200000, 20200000)


@pytest.fixture(scope="module")
def large(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Papers of some topics, one in ten of them of 2020."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexer.local.segments.cells, "MOST_EXACT", 100)
        # Not as a tail of what was published when the index was made: nothing.
        patch.setattr(indexer.local.segments.publisher, "TAIL_ROWS", 100)
        with STORES[kind](tmp_path_factory.mktemp(kind) / "index", request) as store:
            yield filled_with_vectors(store)


def filled_with_vectors(store: Store) -> Snapshot:
    """A folder's vectors are then in cells."""
    dice = np.random.default_rng(1)
    topics = dice.normal(size=(40, DIMENSION))
    vectors = unit_rows(
        topics[dice.integers(0, 40, PAPERS)] + dice.normal(size=(PAPERS, DIMENSION))
    )
    entries = [
        Entry(
            Paper(id=f"p{n}", title="Some", date="2020" if n % 10 == 0 else "2021"),
            *(str(n), vector.astype(np.float16), False, [Name(f"p{n}")]),
        )
        for n, vector in enumerate(vectors)
    ]
    with store.writer(lambda: replace(MODEL, dimension=DIMENSION)) as writer:
        writer.commit(entries)
        writer.publish()
    snapshot = store.snapshot()
    assert snapshot is not None
    if isinstance(snapshot, LocalSnapshot):
        assert snapshot.generation.manifest.probing.nlist > 0
    return snapshot


def questions(snapshot: Snapshot) -> list[Vector]:
    """Between two papers each, which is as hard as a real question."""
    keys = snapshot.sample(2 * QUESTIONS, ALL, seed=1)
    vectors = snapshot.vectors(keys)
    return list(unit_rows(vectors[::2] + vectors[1::2]))


@pytest.mark.parametrize("where", [ALL, RARE])
def test_nearly_all_of_the_nearest_are_found(large: Snapshot, where: Where) -> None:
    found = 0
    for vector in questions(large):
        near, cosines = large.nearest(vector, K, where)
        true, _ = large.nearest(vector, K, where, exact=True)
        found += len(set(near.tolist()) & set(true.tolist()))
        assert large.passes(near, where).all()
        assert (np.diff(cosines) <= 0).all()
    assert found / (K * QUESTIONS) >= RECALL


@pytest.mark.parametrize("where", [ALL, RARE])
def test_whenever_k_pass_k_come_back(large: Snapshot, where: Where) -> None:
    count = large.count(where)
    for vector in questions(large)[:5]:
        for k in (1, count - 1, count, count + 1):
            keys, _ = large.nearest(vector, k, where)
            assert len(set(keys.tolist())) == min(k, count)


def test_the_first_are_the_same_whatever_is_asked_for_beyond(large: Snapshot) -> None:
    """Up to what the cells hold that are looked through; who asks for more sees more cells."""
    for vector in questions(large)[:10]:
        for exact, most in ((True, PAPERS), (False, 10 * K)):
            first = large.nearest(vector, K, ALL, exact=exact)[0].tolist()
            for k in (2 * K, most):
                assert large.nearest(vector, k, ALL, exact=exact)[0][:K].tolist() == first
