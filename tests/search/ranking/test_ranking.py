"""What holds of a ranking whatever was done to it: a small real index, rankings so short that
pages reach behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.memory.snapshot import MemorySnapshot
from indexer.memory.store import MemoryStore
from indexer.models.hashing import HashingEmbedder
from indexer.snapshot import Keys
from indexer.where import ALL, Dates, Has, Not, Or, Phrase, Where
from search.limits import MAX_DEPTH
from search.options import MODES, SORTS, Mode, Sort
from search.ranking import ranking as rankings
from search.ranking import scoring
from search.ranking.legs import NO_HOLDERS, holders
from search.ranking.ranking import (
    NO_HITS,
    Ranking,
    cut,
    drop,
    fold,
    page,
    promote,
    reorder,
    sort,
)
from search.ranking.scoring import ranked, within

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
WORDS = ["graph", "neural", "network", "attention", "speech", "vision", "reward", "protein"]
PAPERS, DEPTH, NARROW = 40, 9, 4
WHERES: list[Where] = [
    ALL,
    Dates(2012_00_00, 2016_00_00),
    Has("category", "cs"),
    Not(Has("category", "cs.CL")),
    Or((Has("author", "Byron"), Has("author", "nobody"))),
    Has("author", "nobody"),
]


@pytest.fixture(scope="module")
def snapshot(make_store: MakeStore) -> Iterator[MemorySnapshot]:
    chance = np.random.default_rng(7)
    found = make_store(
        {
            "id": f"p{n}",
            "title": f"{WORDS[n % 8]} {n}",
            "abstract": " ".join(chance.choice(WORDS, 5)),
            "date": ["", "2012", "2014-05", "2016-01-02", "2019-02-03"][n % 5],
            "categories": [["cs.CL"], ["cs.LG", "math.PR"], []][n % 3],
            "authors": ["Ada Byron"] if n % 7 == 0 else ["Uwe Li"],
            **({"upvotes": int(chance.integers(0, 4))} if n % 4 else {}),
        }
        for n in range(PAPERS)
    ).snapshot()
    assert found is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rankings, "DEPTH", DEPTH)
        patch.setattr(scoring, "DEPTH", DEPTH)
        patch.setattr(scoring, "NARROW", NARROW)
        yield found


@dataclass(frozen=True)
class Plan:
    """A ranking, and what is done to it, of which a snapshot makes the real thing.

    ``steps`` are names of functions, each with a seed for what it is given.
    """

    mode: Mode
    text: str
    embedded: bool
    where: Where
    steps: list[tuple[str, int]]


TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
STEPS = st.sampled_from(["promote", "promote", "reorder", "drop", "fold", *SORTS])
PLANS = st.builds(
    Plan,
    mode=st.sampled_from([*MODES, "hybrid", "hybrid"]),
    text=st.sampled_from(["", *["words"] * 9]).flatmap(lambda one: TEXTS if one else st.just("")),
    embedded=st.sampled_from([True, True, True, False]),
    where=st.sampled_from([*WHERES, ALL, ALL]),
    steps=st.lists(st.tuples(STEPS, st.integers(0, 99)), max_size=4),
)


def begun(snapshot: MemorySnapshot, plan: Plan) -> Ranking:
    """As the retriever makes it: both legs without filters, one ranking, what passes of it."""
    mode: Mode = plan.mode if plan.embedded or plan.mode == "lexical" else "lexical"
    vector = HashingEmbedder().encode_queries([plan.text])[0] if plan.text else None
    if not plan.text:
        return Ranking(where=plan.where, mode=mode)
    vector = vector if plan.embedded else None
    dense, lexical, holding = NO_HITS, NO_HITS, NO_HOLDERS
    if mode != "dense":
        lexical = snapshot.bm25(plan.text, DEPTH, ALL)
        holding = holders(snapshot, plan.text)
    if mode != "lexical" and vector is not None:
        dense = snapshot.nearest(vector, DEPTH, ALL)
    ranking = ranked(snapshot, mode, plan.text, vector, dense, lexical, holding)
    return within(snapshot, ranking, plan.where)


def frozen(ranking: Ranking) -> Ranking:
    """The same, with arrays that nobody can write to."""
    arrays: list[NDArray[Any]] = [ranking.head, ranking.folded, ranking.dropped]
    arrays += [*ranking.dense, *ranking.lexical]
    for array in arrays:
        array.flags.writeable = False
    return ranking


def step(snapshot: MemorySnapshot, ranking: Ranking, name: str, seed: int) -> Ranking:
    chance = np.random.default_rng(seed)
    if name == "promote":
        (passing,) = [*snapshot.scan(ranking.where)] or [np.empty(0, np.int64)]
        passing = passing[~np.isin(passing, np.append(ranking.folded, ranking.dropped))]
        return promote(ranking, chance.permutation(passing)[: 1 + seed % 3])
    if name == "reorder":
        rest = len(ranking.head) - ranking.named
        return reorder(ranking, chance.permutation(min(rest, seed % 7)))
    if name in ("drop", "fold"):
        wanted = chance.random(len(ranking.head)) < 0.8
        return (drop if name == "drop" else fold)(ranking, wanted)
    assert name in SORTS
    return sort(ranking, snapshot, name)


def made(snapshot: MemorySnapshot, plan: Plan) -> Ranking:
    ranking = frozen(begun(snapshot, plan))
    for name, seed in plan.steps:
        if not ranking.is_listing:
            before = {one.name: getattr(ranking, one.name) for one in fields(ranking)}
            changed = step(snapshot, ranking, name, seed)
            assert all(getattr(ranking, name) is value for name, value in before.items())
            ranking = frozen(changed)
    return ranking


def whole(snapshot: MemorySnapshot, ranking: Ranking, order: Sort = "relevance") -> list[int]:
    found: list[int] = page(ranking, snapshot, 0, MAX_DEPTH, order).tolist()
    return found


@settings(max_examples=150)
@given(plan=PLANS, order=st.sampled_from(SORTS), limit=st.integers(1, 12))
def test_pages_tile_and_the_first_never_change(
    snapshot: MemorySnapshot, plan: Plan, order: Sort, limit: int
) -> None:
    ranking = made(snapshot, plan)
    all_of_it = whole(snapshot, ranking, order)
    pages = [
        page(ranking, snapshot, offset, limit, order).tolist()
        for offset in range(0, PAPERS + limit, limit)
    ]
    assert [key for one in pages for key in one] == all_of_it
    for k in (1, limit, DEPTH - 1, DEPTH, DEPTH + 1, PAPERS):
        assert page(ranking, snapshot, 0, k, order).tolist() == all_of_it[:k]


@settings(max_examples=150)
@given(plan=PLANS)
def test_whatever_passes_comes_back_once_but_what_was_left_out(
    snapshot: MemorySnapshot, plan: Plan
) -> None:
    ranking = made(snapshot, plan)
    found = whole(snapshot, ranking)
    assert len(set(found)) == len(found)
    passing = {key for keys in snapshot.scan(plan.where) for key in keys.tolist()}
    gone = {*ranking.folded.tolist(), *ranking.dropped.tolist()}
    if ranking.mode == "lexical" and ranking.text:
        scored = snapshot.bm25(plan.text, PAPERS, plan.where)[0].tolist()
        passing &= {*scored, *ranking.head[: ranking.named].tolist()}
    assert set(found) == passing - gone


@given(plan=PLANS)
def test_folded_papers_do_not_count_and_dropped_ones_do(
    snapshot: MemorySnapshot, plan: Plan
) -> None:
    ranking = made(snapshot, plan)
    assert not {*ranking.folded.tolist()} & {*ranking.dropped.tolist()}
    passing = snapshot.count(plan.where)
    assert snapshot.count(ranking.counted) == passing - len(ranking.folded)


@given(plan=PLANS, seed=st.integers(0, 99))
def test_what_was_named_stays_in_front(snapshot: MemorySnapshot, plan: Plan, seed: int) -> None:
    ranking = made(snapshot, plan)
    if ranking.is_listing:
        return
    named = ranking.head[: ranking.named].tolist()
    for name in ("reorder", "drop", "fold", *SORTS):
        changed = step(snapshot, ranking, name, seed)
        kept = set(changed.head.tolist())
        first = changed.head[: changed.named].tolist()
        assert set(first) == {key for key in named if key in kept}, name
        if name not in SORTS:
            assert first == [key for key in named if key in kept], name
    promoted = promote(ranking, np.array(named[::-1], np.int64))
    assert promoted.head[: promoted.named].tolist() == named[::-1]


@given(plan=PLANS)
def test_promoting_puts_papers_first_and_moves_no_other(
    snapshot: MemorySnapshot, plan: Plan
) -> None:
    ranking = made(snapshot, replace(plan, where=ALL, steps=[]))
    if ranking.is_listing:
        return
    before = ranking.head.tolist()
    chosen = [3, 1] if 3 not in before else [before[-1], 2]
    after = promote(ranking, np.array(chosen, np.int64))
    assert after.head.tolist() == [*chosen, *(key for key in before if key not in chosen)]
    assert after.named == 2
    assert promote(ranking, np.empty(0, np.int64)) is ranking


@given(plan=PLANS, order=st.sampled_from(SORTS))
def test_sorting_moves_what_matches_best_or_was_named(
    snapshot: MemorySnapshot, plan: Plan, order: Sort
) -> None:
    ranking = made(snapshot, plan)
    after = sort(ranking, snapshot, order)
    if ranking.is_listing or order == "relevance":
        assert after is ranking
        return
    head = ranking.head.tolist()
    moved = head[: ranking.named] or [key for key in head if key in {*ranking.close.tolist()}]
    expected = sorted(
        moved, key=lambda key: _value(snapshot, np.array([key], np.int64), order), reverse=True
    )
    assert after.head.tolist() == [*expected, *(key for key in head if key not in moved)]


@settings(max_examples=150)
@given(plan=PLANS)
def test_a_filter_leaves_papers_out_and_changes_nothing_else(
    snapshot: MemorySnapshot, plan: Plan
) -> None:
    """The order of what passes, and which of it is close."""
    free = begun(snapshot, replace(plan, where=ALL))
    bound = begun(snapshot, plan)
    passing = {key for keys in snapshot.scan(plan.where) for key in keys.tolist()}
    expected = [key for key in free.head.tolist() if key in passing]
    assert bound.head[: len(expected)].tolist() == expected
    assert bound.close.tolist() == [key for key in free.close.tolist() if key in passing]


@given(plan=PLANS)
def test_close_papers_come_first(snapshot: MemorySnapshot, plan: Plan) -> None:
    ranking = begun(snapshot, plan)
    close = {*ranking.close.tolist()}
    assert {*ranking.head[: len(close)].tolist()} == close


@given(plan=PLANS)
def test_another_order_of_a_set_is_that_of_all_of_it(snapshot: MemorySnapshot, plan: Plan) -> None:
    phrase = Phrase(("title", "abstract"), plan.text)
    ranking = begun(snapshot, replace(plan, where=phrase))
    if plan.text:
        found = whole(snapshot, sort(ranking, snapshot, "newest"))
        assert found == snapshot.ordered("newest", PAPERS, phrase).tolist()


def _value(snapshot: MemorySnapshot, key: Keys, order: Sort) -> int:
    (paper,) = snapshot.papers(key)
    if order == "upvotes":
        return -1 if paper.upvotes is None else paper.upvotes
    year, month, day = [*map(int, filter(None, paper.date.split("-"))), 0, 0, 0][:3]
    return year * 10_000 + month * 100 + day


@settings(max_examples=200)
@given(plan=PLANS, at=st.integers(0, DEPTH - 1), depth=st.integers(1, PAPERS))
def test_a_cut_leaves_out_what_scores_less_and_nothing_else(
    snapshot: MemorySnapshot, plan: Plan, at: int, depth: int
) -> None:
    """Least scores are those of papers that the dense leg found."""
    ranking = made(snapshot, plan)

    def score(keys: Keys) -> NDArray[np.float64]:
        vector = np.eye(256)[0] if ranking.vector is None else ranking.vector
        return snapshot.vectors(keys).astype(np.float64) @ vector

    found = score(ranking.dense[0])
    least = float(found[min(at, len(found) - 1)]) if len(found) else at / 20
    after = cut(ranking, snapshot, least, depth, lambda keys, least: score(keys) >= least)
    if ranking.is_listing:
        assert after is ranking
        return
    every = np.array(whole(snapshot, ranking), np.int64)
    expected = every[score(every) >= least].tolist()
    assert whole(snapshot, after)[:depth] == expected[:depth]
    assert set(whole(snapshot, after)) <= set(expected)


def test_a_ranking_cannot_be_changed() -> None:
    ranking = Ranking(where=ALL, mode="dense")
    for one in fields(ranking):
        with pytest.raises(FrozenInstanceError):
            setattr(ranking, one.name, None)
