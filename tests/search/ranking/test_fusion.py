from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.snapshot import Hits
from search.ranking.fusion import (
    ALL_WORDS,
    COMMON,
    DECIMALS,
    DENSE_WEIGHT,
    FEEDBACK_WEIGHT,
    NEIGHBOUR_WEIGHT,
    NEIGHBOURS,
    bonus,
    convex_combination,
    fed_back,
    regularised,
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


@given(SCORES, st.integers(1, 50))
def test_zeros_count_as_papers_that_score_nothing(scores: dict[int, int], zeros: int) -> None:
    found = leg(scores)[1]
    padded = z_scores(np.append(found, np.zeros(zeros, np.float32)))
    np.testing.assert_allclose(z_scores(found, zeros), padded[: len(found) + 1], atol=1e-9)


def test_the_only_paper_that_holds_a_word_stands_out() -> None:
    keys = np.arange(100)
    dense = keys, np.linspace(0.5, 0.3, 100, dtype=np.float32)
    lexical = np.array([70]), np.array([9.0], np.float32)
    assert convex_combination(dense, lexical)[0][0] == 0
    assert convex_combination(dense, lexical, zeros=99)[0][0] == 70


@given(st.integers(1, 12), st.integers(0, 99))
def test_papers_agree_with_their_neighbours_as_the_formula_says(count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = np.sort(chance.normal(size=count + 3).astype(np.float32))[::-1]
    cosines = np.round(vectors @ vectors.T, DECIMALS)
    expected = {}
    for one in range(count):
        others = sorted(
            (other for other in range(count) if other != one),
            key=lambda other: -cosines[one, other],
        )[:NEIGHBOURS]
        weights = [max(float(cosines[one, other]), 1e-6) for other in others]
        near = sum(w * scores[o] for w, o in zip(weights, others, strict=True))
        mean = near / sum(weights) if weights else scores[one]
        expected[one] = (1 - NEIGHBOUR_WEIGHT) * scores[one] + NEIGHBOUR_WEIGHT * mean
    keys, moved = regularised((np.arange(count + 3), scores), vectors)
    found = dict(zip(keys.tolist(), moved.tolist(), strict=True))
    for one, score in expected.items():
        assert found[one] == pytest.approx(score, abs=1e-5)
    assert keys[count:].tolist() == list(range(count, count + 3))  # they stay behind


@given(st.integers(4, 12), st.integers(0, 99))
def test_the_best_three_pull_the_question_as_the_formula_says(count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    question = vectors[-1]
    scores = np.sort(chance.normal(size=count + 3).astype(np.float32))[::-1]
    before = [float(v @ question) for v in vectors]
    middle = sum(vectors[:3]) / 3
    pulled = question + FEEDBACK_WEIGHT * middle
    pulled /= np.linalg.norm(pulled)
    after = [float(v @ pulled) for v in vectors]
    mean, deviation = statistics.fmean(after), statistics.pstdev(after)
    old_mean, old_deviation = statistics.fmean(before), statistics.pstdev(before)
    keys, moved = fed_back((np.arange(count + 3), scores), vectors, question, vectors[:3], 0.1)
    found = dict(zip(keys.tolist(), moved.tolist(), strict=True))
    for one in range(count):
        there = old_mean + old_deviation * (after[one] - mean) / deviation
        expected = scores[one] + DENSE_WEIGHT * (there - before[one]) / 0.1
        assert found[one] == pytest.approx(expected, abs=1e-3)
    assert keys[count:].tolist() == list(range(count, count + 3))  # they stay behind


def test_the_fewer_hold_all_words_the_more_they_get() -> None:
    papers = 10_000
    given = [bonus(holders, papers) for holders in (1, 2, 20, 200, papers // COMMON, papers)]
    assert given == sorted(given, reverse=True)
    assert given[0] == ALL_WORDS
    assert given[-2:] == [0, 0]
    assert bonus(0, papers) == bonus(1, 100) == 0
