"""Cells of an inverted file: learnt, filled and kept."""

from __future__ import annotations

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.local.segments.cells import (
    MOST_EXACT,
    by_cell,
    cells_for,
    fits,
    inverted_file,
    keep_only,
    learnt,
    nearest_centres,
    put_in,
)

TOPICS, DIMENSION = 12, 24


def about_topics(count: int) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    """Unit vectors close round a few topics, and the topic of each."""
    numbers = np.random.default_rng(3)
    topics = numbers.normal(size=(TOPICS, DIMENSION))
    of_each = numbers.integers(0, TOPICS, count)
    rows = topics[of_each] + 0.1 * numbers.normal(size=(count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float16), of_each


def test_what_is_about_one_topic_shares_cells() -> None:
    vectors, topics = about_topics(6_000)
    centres = learnt(3 * TOPICS, vectors)
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1, rtol=1e-5)
    cells = nearest_centres(vectors.astype(np.float32), centres)
    mixed = [len(set(topics[cells == cell])) for cell in set(cells.tolist())]
    assert np.mean(np.array(mixed) == 1) > 0.8
    np.testing.assert_array_equal(learnt(3 * TOPICS, vectors), centres)  # always the same


def test_the_nearest_centre_is_that_of_a_plain_comparison() -> None:
    vectors, _ = about_topics(5_000)
    centres = learnt(40, vectors)
    plain = [max(range(40), key=lambda cell: centres[cell] @ row) for row in vectors[:300]]
    found = nearest_centres(vectors.astype(np.float32), centres)[:300]
    ties = np.einsum("nd,nd->n", vectors[:300], centres[found] - centres[plain])
    np.testing.assert_allclose(ties, 0, atol=1e-5)


def test_equal_vectors_leave_no_centre_undefined() -> None:
    centres = learnt(5, np.tile(np.eye(1, 8, dtype=np.float16), (50, 1)))
    assert np.isfinite(centres).all()
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1)


def test_few_vectors_are_all_compared() -> None:
    assert cells_for(100_000) == 0
    assert cells_for(1_000_000) == 4_000


@given(st.integers(MOST_EXACT + 1, 10**8))
def test_cells_fit_until_the_papers_have_doubled(count: int) -> None:
    nlist = cells_for(count)
    assert fits(nlist, count)
    assert fits(nlist, int(1.9 * count))
    assert not fits(nlist, int(2.2 * count))
    assert not fits(nlist, count // 3)
    assert not fits(0, count)
    assert fits(0, MOST_EXACT)
    assert not fits(nlist, MOST_EXACT)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_those_that_are_kept_count_from_0_in_their_cells(share: float) -> None:
    vectors, _ = about_topics(3_000)
    index = inverted_file(30, vectors)
    put_in(index, vectors[:2_000].astype(np.float32))
    kept = np.random.default_rng(4).random(2_000) < share
    keep_only(index, kept)
    put_in(index, vectors[2_000:].astype(np.float32))
    wanted = np.concatenate([vectors[:2_000][kept], vectors[2_000:]])
    assert index.ntotal == len(wanted)
    np.testing.assert_array_equal(index.reconstruct_batch(np.arange(len(wanted))), wanted)
    index.nprobe = 30
    _, found = index.search(wanted[:50].astype(np.float32), len(wanted))
    assert all(sorted(row) == list(range(len(wanted))) for row in found.tolist())
    again = faiss.deserialize_index(faiss.serialize_index(index))
    assert again.ntotal == len(wanted)


@pytest.mark.parametrize("last", [0, 4, 29])
@pytest.mark.parametrize("size", [1, 70, 10_000])
def test_all_vectors_come_once_with_their_cells(last: int, size: int) -> None:
    vectors, _ = about_topics(3_000)
    index = inverted_file(30, vectors)
    put_in(index, vectors.astype(np.float32))
    cells = faiss.vector_to_array(index.direct_map.array) >> 32
    kept = cells <= last  # all cells behind it are empty
    keep_only(index, kept)
    blocks = list(by_cell(index, size))
    assert all(len(found) for found, _ in blocks)
    found = np.concatenate([np.column_stack(block) for block in blocks])
    wanted = np.column_stack([cells[kept], vectors[kept]])
    assert sorted(found.tolist()) == sorted(wanted.tolist())
