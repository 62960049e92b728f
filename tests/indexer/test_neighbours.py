from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import neighbours
from indexer.neighbours import neighbours_of_each, parts_of


def unit(count: int, dimension: int = 16, *, seed: int = 0) -> NDArray[np.float16]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16)


def nearest_by_sorting(vectors: NDArray[np.float16], k: int) -> NDArray[np.int64]:
    cosines = vectors.astype(np.float32) @ vectors.T.astype(np.float32)
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :k]


def test_the_nearest_of_each_are_found() -> None:
    vectors = unit(300)
    places, cosines = neighbours_of_each(vectors, 7)
    assert (places == nearest_by_sorting(vectors, 7)).all()
    exact = np.einsum("nd,nkd->nk", vectors.astype(float), vectors[places].astype(float))
    np.testing.assert_allclose(cosines, exact, atol=1e-4)


def test_of_many_nearly_all_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "EXACT_UPTO", 100)
    vectors = unit(3_000)
    told: list[float] = []
    places, _ = neighbours_of_each(vectors, 10, told.append)
    assert (places != np.arange(3_000)[:, None]).all()
    true = nearest_by_sorting(vectors, 10)
    assert (places[:, :, None] == true[:, None, :]).any(axis=1).mean() > 0.9
    assert told == sorted(told)
    assert told[-1] == 1
    again, _ = neighbours_of_each(vectors, 10)
    assert (places == again).all()


def test_copies_are_neighbours_and_nothing_is_its_own() -> None:
    vectors = np.repeat(unit(20), 8, axis=0)
    places, cosines = neighbours_of_each(vectors, 7)
    assert (places != np.arange(160)[:, None]).all()
    assert (places // 8 == np.arange(160)[:, None] // 8).all()
    np.testing.assert_allclose(cosines, 1, atol=2e-3)


def test_parts_are_the_heaps_that_points_lie_in() -> None:
    middles = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = np.repeat(middles, 30, axis=0) + np.random.default_rng(0).normal(size=(90, 2)) * 0.1
    parts = parts_of(points, 3)
    assert [len({*parts[first : first + 30]}) for first in (0, 30, 60)] == [1, 1, 1]
    assert len({*parts}) == 3
