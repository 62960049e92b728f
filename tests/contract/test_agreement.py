"""Every store gives the answers of the one in memory, which is exact and obvious."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.memory.store import MemoryStore
from indexer.snapshot import Column, DayField, Hits, Order, Snapshot
from indexer.where import ALL, Where
from tests.contract.conftest import STORES, filled
from tests.contract.papers import DATES, SUBMITTED, a_history, a_paper
from tests.contract.questions import (
    ORDERS,
    all_keys,
    few,
    ids,
    names,
    placed,
    texts,
    vector_of,
    wheres,
)

Pair = tuple[Snapshot, Snapshot]


@few
@given(where=wheres)
def test_a_condition_holds_for_the_same_papers(pair: Pair, where: Where) -> None:
    agree_on(pair, where)


def agree_on(pair: Pair, where: Where) -> None:
    """Membership told in all three ways is the same in both."""
    found = []
    for snapshot in pair:
        own = placed(where, snapshot)
        keys = all_keys(snapshot, own)
        everything = all_keys(snapshot)
        assert everything[snapshot.passes(everything, own)].tolist() == keys.tolist()
        assert snapshot.count(own) == len(keys)
        found.append(ids(snapshot, keys))
    assert found[0] == found[1]


@few
@given(where=wheres, most=st.integers(0, 6))
def test_facets(pair: Pair, where: Where, most: int) -> None:
    ours, theirs = (each.facets(placed(where, each), most) for each in pair)
    assert {field: [*counts.items()] for field, counts in ours.items()} == {
        field: [*counts.items()] for field, counts in theirs.items()
    }


@few
@given(order=st.sampled_from(ORDERS), k=st.integers(0, 70), offset=st.integers(0, 70), where=wheres)
def test_orders(pair: Pair, order: Order, k: int, offset: int, where: Where) -> None:
    ours, theirs = (ids(each, each.ordered(order, k, placed(where, each), offset)) for each in pair)
    assert ours == theirs


@few
@given(n=st.integers(0, 70), seed=st.integers(0, 2**32), where=wheres)
def test_samples(pair: Pair, n: int, seed: int, where: Where) -> None:
    ours, theirs = (ids(each, each.sample(n, placed(where, each), seed)) for each in pair)
    assert ours == theirs


@few
@given(text=texts, where=wheres, exact=st.booleans())
def test_nearest(pair: Pair, text: str, where: Where, exact: bool) -> None:
    vector = vector_of(text)
    hits = [each.nearest(vector, 1000, placed(where, each), exact=exact) for each in pair]
    assert_same(pair, hits, atol=1e-6)


@few
@given(text=texts, where=wheres)
def test_bm25(pair: Pair, text: str, where: Where) -> None:
    hits = [each.bm25(text, 1000, placed(where, each)) for each in pair]
    if pair[0].about.change <= 1:
        assert_same(pair, hits, atol=1e-5)
    else:  # what a store still counts of papers that were replaced is its own business
        ours, theirs = (set(ids(each, keys)) for each, (keys, _) in zip(pair, hits, strict=True))
        assert ours == theirs


def assert_same(pair: Pair, hits: list[Hits], atol: float) -> None:
    """The same papers in the same order, but for scores that differ by rounding."""
    ours, theirs = (ids(each, keys) for each, (keys, _) in zip(pair, hits, strict=True))
    assert sorted(ours) == sorted(theirs)
    scores = dict(zip(ours, hits[0][1].tolist(), strict=True))
    # In the other store's order, our scores fall as well.
    np.testing.assert_allclose([scores[id] for id in theirs], hits[0][1], rtol=1e-5, atol=atol)
    np.testing.assert_allclose([scores[id] for id in theirs], hits[1][1], rtol=1e-5, atol=atol)


@pytest.mark.parametrize("column", get_args(Column))
def test_values(pair: Pair, column: Column) -> None:
    ours, theirs = (each.values(column, all_keys(each)) for each in pair)
    assert ours.dtype == theirs.dtype
    assert ours.tolist() == theirs.tolist()


def test_records_and_vectors(pair: Pair) -> None:
    backwards = [all_keys(each)[::-1] for each in pair]
    ours, theirs = (each.papers(keys) for each, keys in zip(pair, backwards, strict=True))
    assert ours == theirs
    ones, others = (each.vectors(keys) for each, keys in zip(pair, backwards, strict=True))
    assert ones.dtype == others.dtype == np.float32
    assert ones.tobytes() == others.tobytes()


@few
@given(asked=names)
def test_locate(pair: Pair, asked: list[str]) -> None:
    ours, theirs = (named(each, each.locate(asked)) for each in pair)
    assert ours == theirs


def named(snapshot: Snapshot, keys: np.typing.NDArray[np.int64]) -> list[str]:
    """Ids of papers, empty where there is none."""
    found = iter(ids(snapshot, keys[keys >= 0]))
    return [next(found) if key >= 0 else "" for key in keys]


@few
@given(random=st.randoms(use_true_random=False), count=st.integers(0, 2))
def test_match(pair: Pair, random: Random, count: int) -> None:
    asked = [a_paper(random, random.choice(("p0-0", "p1", "new"))) for _ in range(count)]
    ours, theirs = (named(each, each.match(asked)) for each in pair)
    assert ours == theirs


@few
@given(field=st.sampled_from(get_args(DayField)), around=st.sampled_from((*DATES, *SUBMITTED)))
def test_days(pair: Pair, field: DayField, around: str) -> None:
    ours, theirs = (each.days(field, around) for each in pair)
    assert ours == theirs


@few
@given(change=st.none() | st.integers(0, 20))
def test_moments(pair: Pair, change: int | None) -> None:
    ours, theirs = (each.moment(change) for each in pair)
    assert (ours.change, bool(ours.made)) == (theirs.change, bool(theirs.made))


def test_what_a_snapshot_is_of(pair: Pair) -> None:
    ours, theirs = (each.about for each in pair)
    for name in ("generation", "change", "papers", "truncated", "model", "recipe"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.nearness == pytest.approx(theirs.nearness, abs=1e-3 if ours.change <= 1 else 0.2)
    assert ours.identity != theirs.identity


def test_sources(pair: Pair) -> None:
    ours, theirs = (each.sources() for each in pair)
    assert ours == theirs
    assert [*ours.values()] == [*theirs.values()]


@few
@given(text=texts)
def test_stems_and_their_frequency(pair: Pair, text: str) -> None:
    stems = pair[0].stems(text)
    assert stems == pair[1].stems(text)
    if pair[0].about.change <= 1:
        ours, theirs = (each.document_frequencies([*stems, "nothing"]) for each in pair)
        assert ours == theirs


def test_the_glossary(pair: Pair) -> None:
    """What a store still counts of papers that were replaced is its own business."""
    ours, theirs = (each.glossary.counts() for each in pair)
    assert ours.words <= theirs.words
    assert ours.pairs <= theirs.pairs
    if pair[0].about.change <= 1:
        assert ours == theirs
    for word, (_, count) in pair[0].glossary.alike("netwrok", 2).items():
        assert pair[1].glossary.alike("netwrok", 2)[word][1] >= count


@settings(max_examples=8)
@given(
    random=st.randoms(use_true_random=False),
    changes=st.integers(1, 3),
    questions=st.lists(wheres, min_size=1, max_size=8),
    text=texts,
)
def test_any_history(
    other: str,
    request: pytest.FixtureRequest,
    random: Random,
    changes: int,
    questions: list[Where],
    text: str,
) -> None:
    """As above, on papers that Hypothesis can make few."""
    history = a_history(random, changes=changes, papers=3)
    with (
        tempfile.TemporaryDirectory() as folder,
        STORES[other](Path(folder, "index"), request) as store,
    ):
        pair = filled(MemoryStore(), history), filled(store, history)
        for where in questions:
            agree_on(pair, where)
        hits = [each.nearest(vector_of(text), 9, ALL) for each in pair]
        assert_same(pair, hits, atol=1e-6)
