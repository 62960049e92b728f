from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import Hits
from search.ranking.fusion import (
    DENSE_WEIGHT,
    convex_combination,
    rocchio,
    z_scores,
)

SCORES = st.dictionaries(st.integers(0, 30), st.integers(-50, 50), min_size=2, max_size=20)


def leg(scores: dict[int, int]) -> Hits:
    order = sorted(scores, key=lambda position: (-scores[position], position))
    return np.array(order, np.int64), np.array([scores[p] for p in order], np.float32)


def slow_z(scores: dict[int, int]) -> dict[int, float]:
    mean, deviation = statistics.fmean(scores.values()), statistics.pstdev(scores.values())
    return {p: (s - mean) / deviation if deviation else 0.0 for p, s in scores.items()}


@given(SCORES, SCORES)
def test_the_combination_is_what_its_formula_says(a: dict[int, int], b: dict[int, int]) -> None:
    za, zb = slow_z(a), slow_z(b)
    expected = {
        p: DENSE_WEIGHT * za.get(p, min(za.values()))
        + (1 - DENSE_WEIGHT) * zb.get(p, min(zb.values()))
        for p in a.keys() | b.keys()
    }
    positions, fused = convex_combination(leg(a), leg(b))
    assert set(positions.tolist()) == expected.keys()
    np.testing.assert_allclose(fused, [expected[p] for p in positions.tolist()], atol=1e-5)
    assert sorted(fused.tolist(), reverse=True) == fused.tolist()


@given(SCORES, SCORES)
def test_fusion_is_monotone(a: dict[int, int], b: dict[int, int]) -> None:
    """What both legs put before another paper stays before it."""
    order = convex_combination(leg(a), leg(b))[0].tolist()
    for p in a.keys() & b.keys():
        for q in a.keys() & b.keys():
            if a[p] > a[q] and b[p] > b[q]:
                assert order.index(p) < order.index(q)


def test_an_empty_leg_leaves_the_other_as_it_is() -> None:
    found, nothing = leg({3: 9, 1: 5, 2: 1}), (np.empty(0, np.int64), np.empty(0, np.float32))
    assert convex_combination(found, nothing)[0].tolist() == [3, 1, 2]
    assert convex_combination(nothing, found)[0].tolist() == [3, 1, 2]
    assert convex_combination(nothing, nothing)[0].size == 0


def test_equal_scores_say_nothing() -> None:
    assert z_scores(np.full(5, 3.3, np.float32)).tolist() == [0.0] * 5


def test_feedback_moves_towards_and_away() -> None:
    question, near, far = np.eye(3, dtype=np.float32)
    moved = rocchio(question, near[None], far[None], weight=0.5, against=0.25)
    assert moved @ near > 0 > moved @ far
    assert np.linalg.norm(moved) == pytest.approx(1)
    np.testing.assert_allclose(rocchio(question, near[None][:0]), question)
