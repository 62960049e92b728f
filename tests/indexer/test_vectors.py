from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError
from indexer.vectors import Vectors, VectorWriter


def unit(seed: int, n: int, d: int = 16) -> NDArray[np.float16]:
    """Vectors with many exact ties among them."""
    rows = np.random.default_rng(seed).integers(-1, 2, (n, d)).astype(np.float32)
    rows[:, 0] += 2
    return np.asarray(rows / np.linalg.norm(rows, axis=1)[:, None], np.float16)


def written(path: Path, vectors: NDArray[np.float16]) -> Vectors:
    writer = VectorWriter(vectors.shape[1])
    writer.add(vectors)
    writer.write(path)
    return Vectors(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@settings(deadline=None)
@given(seed=st.integers(0, 50), n=st.integers(1, 60), k=st.integers(1, 80), share=st.floats(0, 1))
def test_nearest_equals_a_full_sort(folder: Path, seed: int, n: int, k: int, share: float) -> None:
    stored = unit(seed, n, 4)
    vectors = written(folder / "v.faiss", stored)
    query = unit(seed + 1000, 1, 4)[0].astype(np.float32)
    mask = np.random.default_rng(seed).random(n) < share
    # The same scores as FAISS gives, sorted in full.
    positions, scores = vectors.nearest(query, n)
    by_position = np.empty(n, np.float32)
    by_position[positions] = scores
    expected = [p for p in np.lexsort((np.arange(n), -by_position)) if mask[p]][:k]

    found, cosines = vectors.nearest(query, k, mask)

    assert found.tolist() == expected
    np.testing.assert_allclose(by_position, stored.astype(np.float32) @ query, atol=1e-5, rtol=0)
    assert cosines.tolist() == by_position[found].tolist()


def test_stored_vectors_come_back(tmp_path: Path) -> None:
    stored = unit(1, 20)
    vectors = written(tmp_path / "v.faiss", stored)
    back = vectors.at(np.array([3, 0, 19]))
    np.testing.assert_array_equal(back.astype(np.float16), stored[[3, 0, 19]])


def test_what_is_no_index_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "v.faiss"
    path.write_bytes(b"not vectors")
    with pytest.raises(IndexDamagedError, match="rebuild"):
        Vectors(path)
    with pytest.raises(FileNotFoundError):
        Vectors(tmp_path / "gone.faiss")
