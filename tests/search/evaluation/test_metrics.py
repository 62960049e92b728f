from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evaluation.metrics import macro_bootstrap, measure, paired_bootstrap

PAPERS = [f"p{number}" for number in range(130)]
RANKING = st.permutations(PAPERS).flatmap(
    lambda order: st.integers(0, 100).map(lambda length: order[:length])
)
GRADES = st.dictionaries(st.sampled_from(PAPERS), st.integers(0, 3), min_size=1).filter(
    lambda grades: any(grades.values())
)


def plainly(ranking: list[str], grades: dict[str, int]) -> dict[str, float]:
    """The measures by their definitions."""
    relevant = {paper for paper, grade in grades.items() if grade > 0}
    ideal = sorted(grades.values(), reverse=True)
    places = [place for place, paper in enumerate(ranking, start=1) if paper in relevant]

    def gain(values: list[int]) -> float:
        return sum(value / log2(rank + 1) for rank, value in enumerate(values[:10], start=1))

    return {
        "ndcg@10": gain([grades.get(paper, 0) for paper in ranking]) / gain(ideal),
        **{f"recall@{k}": len(relevant & set(ranking[:k])) / len(relevant) for k in (5, 20, 100)},
        "mrr": 1 / places[0] if places else 0.0,
    }


@given(cases=st.lists(st.tuples(RANKING, GRADES), min_size=1, max_size=3))
def test_measures_are_what_their_definitions_say(
    cases: list[tuple[list[str], dict[str, int]]],
) -> None:
    values = measure([ranking for ranking, _ in cases], [grades for _, grades in cases])
    for number, (ranking, grades) in enumerate(cases):
        found = {name: of_all[number] for name, of_all in values.items()}
        assert found == pytest.approx(plainly(ranking, grades), abs=1e-6)


def test_a_clear_lead_is_told_from_chance() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 200)
    second = np.full(200, 0.4)
    better = paired_bootstrap(second + 0.05 + noise, second)
    assert better.difference == pytest.approx(0.05 + noise.mean())
    assert 0 < better.low < better.difference < better.high
    assert better.p < 0.001


def test_the_interval_is_about_two_standard_errors_wide() -> None:
    values = np.random.default_rng(2).normal(0, 1, 400)
    found = paired_bootstrap(values, np.zeros(400))
    error = values.std() / 20
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.05)


def test_p_is_below_a_twentieth_about_that_often_by_chance() -> None:
    draws = np.random.default_rng(3).normal(0, 1, (400, 30))
    found = [paired_bootstrap(draw, np.zeros(30), resamples=500).p for draw in draws]
    assert 0.03 < np.mean(np.array(found) < 0.05) < 0.08


@pytest.mark.parametrize("count", [1, 50])
def test_nothing_is_told_from_equal_values(count: int) -> None:
    same = np.full(count, 0.5)
    found = paired_bootstrap(same, same)
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


@pytest.mark.parametrize("difference", [0.1, 0.369_070_246])
@pytest.mark.parametrize("count", [3, 7, 12, 30])
def test_nothing_is_told_from_equal_differences(count: int, difference: float) -> None:
    assert paired_bootstrap(np.full(count, difference), np.zeros(count)).p == 1


def test_one_question_proves_nothing() -> None:
    assert paired_bootstrap(np.ones(1), np.zeros(1)).p == 1


@given(
    pairs=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=20),
)
def test_changing_sides_changes_only_the_sign(pairs: list[tuple[float, float]]) -> None:
    first, second = np.array(pairs).T
    one = paired_bootstrap(first, second, resamples=200)
    other = paired_bootstrap(second, first, resamples=200)
    assert other.difference == -one.difference
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert other.p == one.p


def test_many_questions_are_resampled_in_bounded_pieces() -> None:
    values = np.random.default_rng(4).normal(0.01, 1, 3_000)
    one, again = (paired_bootstrap(values, np.zeros(3_000), resamples=1_000) for _ in range(2))
    assert one == again
    assert one.low < one.difference < one.high


def test_over_collections_each_counts_the_same() -> None:
    found = macro_bootstrap([np.full(1_000, 0.1), np.full(2, 0.3)])
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.2, 0.2))


def test_over_collections_the_interval_is_that_of_their_mean() -> None:
    generator = np.random.default_rng(5)
    parts = [generator.normal(0.1, 1, 400), generator.normal(0.2, 0.5, 100)]
    found = macro_bootstrap(parts)
    error = sum(part.var() / len(part) for part in parts) ** 0.5 / 2
    assert found.difference == pytest.approx(np.mean([part.mean() for part in parts]))
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.05)


def test_the_same_questions_twice_are_drawn_apart() -> None:
    values = np.random.default_rng(6).normal(0, 1, 100)
    one, both = macro_bootstrap([values]), macro_bootstrap([values, values])
    width = (both.high - both.low) / (one.high - one.low)
    assert width == pytest.approx(0.5**0.5, rel=0.05)


def test_p_over_collections_is_below_a_twentieth_about_that_often_by_chance() -> None:
    generator = np.random.default_rng(7)
    draws = [[generator.normal(0, size, 25) for size in (0.1, 1)] for _ in range(400)]
    found = [macro_bootstrap(draw, resamples=500).p for draw in draws]
    assert 0.02 < np.mean(np.array(found) < 0.05) < 0.08
