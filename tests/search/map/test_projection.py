from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from search.map.projection import JOINED, plane


def unit(seed: int, count: int, dimension: int = 16) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


@given(seed=st.integers(0, 100), count=st.integers(1, 30))
def test_points_lie_within_and_are_joined_to_their_nearest(seed: int, count: int) -> None:
    vectors = unit(seed, count)
    found = plane(vectors)
    assert found.places.shape == (count, 2)
    assert found.places.min() >= -1e-9
    assert found.places.max() <= 1 + 1e-9
    joined = set(found.joined)
    for one in range(count):
        others = sorted(
            (o for o in range(count) if o != one), key=lambda o: -vectors[one] @ vectors[o]
        )
        for other in others[:JOINED]:
            assert (min(one, other), max(one, other)) in joined
    assert len(joined) <= JOINED * count


def test_alike_is_near() -> None:
    middles = unit(1, 2)
    vectors = np.repeat(middles, 5, axis=0) + 0.02 * unit(2, 10)
    places = plane(vectors.astype(np.float32)).places
    within = np.linalg.norm(places[:5] - places[:5].mean(axis=0), axis=1).max()
    between = np.linalg.norm(places[:5].mean(axis=0) - places[5:].mean(axis=0))
    assert between > 2 * within


def test_the_same_papers_give_the_same_picture() -> None:
    vectors = unit(3, 8)
    assert plane(vectors).places == pytest.approx(plane(vectors.copy()).places)


def test_equal_papers_lie_in_one_place() -> None:
    found = plane(np.repeat(unit(4, 1), 3, axis=0))
    assert found.places == pytest.approx(np.full((3, 2), 0.5))
