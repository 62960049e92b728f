"""What holds for the answers of every store by themselves."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.papers.folding import words
from indexer.papers.paper import Paper
from indexer.snapshot import Hits, Moment, Order, Snapshot
from indexer.store import Store
from indexer.where import (
    ALL,
    And,
    AnyWord,
    Arrived,
    Has,
    Not,
    Or,
    Phrase,
    TextField,
    Where,
    without,
)
from tests.contract.conftest import filled
from tests.contract.papers import MODEL, Change, commit, only_added
from tests.contract.questions import ORDERS, all_keys, few, ids, placed, texts, vector_of, wheres


@few
@given(where=wheres, k=st.integers(0, 70), exact=st.booleans(), text=texts)
def test_whenever_k_pass_k_are_nearest(
    snapshot: Snapshot, where: Where, k: int, exact: bool, text: str
) -> None:
    where = placed(where, snapshot)
    keys, cosines = snapshot.nearest(vector_of(text), k, where, exact=exact)
    assert len(keys) == min(k, snapshot.count(where))
    assert snapshot.passes(keys, where).all()
    assert_best_first((keys, cosines))


@few
@given(where=wheres, k=st.integers(0, 70), exact=st.booleans(), text=texts)
def test_the_first_never_change_with_how_many_are_asked_for(
    snapshot: Snapshot, where: Where, k: int, exact: bool, text: str
) -> None:
    where = placed(where, snapshot)
    vector = vector_of(text)
    for some, more in (
        (snapshot.nearest(vector, n, where, exact=exact) for n in (k, 1000)),
        (snapshot.bm25(text, n, where) for n in (k, 1000)),
    ):
        assert some[0].tolist() == more[0][:k].tolist()
        assert some[1].tolist() == more[1][:k].tolist()
        assert_best_first(more)


def assert_best_first(hits: Hits) -> None:
    """Each paper once, by falling score and then by key."""
    keys, scores = hits
    assert keys.dtype == np.int64
    assert scores.dtype == np.float32
    assert len(set(keys.tolist())) == len(keys) == len(scores)
    assert np.lexsort((keys, -scores)).tolist() == [*range(len(keys))]


def test_equal_vectors_have_equal_cosines(snapshot: Snapshot) -> None:
    keys, cosines = snapshot.nearest(vector_of("neural network"), 1000, ALL)
    found: dict[bytes, float] = {}
    for vector, cosine in zip(snapshot.vectors(keys), cosines.tolist(), strict=True):
        assert found.setdefault(vector.tobytes(), cosine) == cosine


@few
@given(where=wheres, order=st.sampled_from(ORDERS), size=st.integers(1, 30))
def test_pages_tile(snapshot: Snapshot, where: Where, order: Order, size: int) -> None:
    where = placed(where, snapshot)
    whole = snapshot.ordered(order, 1000, where).tolist()
    pages = [snapshot.ordered(order, size, where, offset) for offset in range(0, 70, size)]
    assert np.concatenate(pages).tolist() == whole
    if not order.startswith("submitted"):
        assert sorted(whole) == all_keys(snapshot, where).tolist()


@few
@given(where=wheres, size=st.integers(1, 70))
def test_a_scan_gives_each_paper_once(snapshot: Snapshot, where: Where, size: int) -> None:
    where = placed(where, snapshot)
    blocks = [*snapshot.scan(where, size)]
    keys = np.concatenate([np.empty(0, np.int64), *blocks])
    assert (np.diff(keys) > 0).all()
    assert len(keys) == snapshot.count(where)
    assert all(len(block) <= size for block in blocks)


@few
@given(where=wheres)
def test_not_is_the_complement(snapshot: Snapshot, where: Where) -> None:
    where = placed(where, snapshot)
    inside, outside = (all_keys(snapshot, each).tolist() for each in (where, Not(where)))
    assert sorted(inside + outside) == all_keys(snapshot).tolist()
    assert not set(inside) & set(outside)
    assert snapshot.count(And((where, Not(where)))) == 0
    assert snapshot.count(Or((where, Not(where)))) == snapshot.about.papers


@few
@given(where=wheres, other=wheres)
def test_and_and_or_are_of_sets(snapshot: Snapshot, where: Where, other: Where) -> None:
    pair = (placed(where, snapshot), placed(other, snapshot))
    one, two = (set(all_keys(snapshot, each).tolist()) for each in pair)
    assert set(all_keys(snapshot, And(pair)).tolist()) == one & two
    assert set(all_keys(snapshot, Or(pair)).tolist()) == one | two


@few
@given(where=wheres, n=st.integers(0, 70), seed=st.integers(0, 9))
def test_a_sample_is_of_what_passes(snapshot: Snapshot, where: Where, n: int, seed: int) -> None:
    where = placed(where, snapshot)
    keys = snapshot.sample(n, where, seed)
    assert len(keys) == min(n, snapshot.count(where))
    assert (np.diff(keys) > 0).all()
    assert snapshot.passes(keys, where).all()
    assert keys.tolist() == snapshot.sample(n, where, seed).tolist()


@few
@given(name=st.sampled_from(("Yoshua Levy", "Samy Bengio", "yoshua bengio", "Jose Angstrom")))
def test_the_words_of_a_name_are_of_one_author(snapshot: Snapshot, name: str) -> None:
    for paper in snapshot.papers(all_keys(snapshot, Has("author", name))):
        assert any(set(words(name)) <= set(words(author)) for author in paper.authors)


def test_a_whole_name_has_no_other_words(store: Store) -> None:
    papers = [
        Paper(id="long", title="One", authors=("Ada Marie Byron",)),
        Paper(id="short", title="Two", authors=("Ada Byron",)),
    ]
    snapshot = filled(store, (Change(tuple(papers), (), published=True),))
    assert found(snapshot, Has("author", "ada byron")) == ["long", "short"]
    assert found(snapshot, Has("author", "A. Byron")) == ["long", "short"]
    assert found(snapshot, Has("author", "Byron, A.", whole=True)) == ["short"]


@pytest.mark.parametrize("category", ["", "...", "🤖"])
def test_a_category_without_letters_is_none(store: Store, category: str) -> None:
    odd = Paper(id="odd", title="One", categories=("...", ".NET", "🤖"))
    snapshot = filled(store, (Change((odd,), (), published=True),))
    assert found(snapshot, Has("category", category)) == []


def found(snapshot: Snapshot, where: Where) -> list[str]:
    """Ids of what a condition holds for."""
    return ids(snapshot, all_keys(snapshot, where))


def test_a_phrase_keeps_the_places_of_stop_words(store: Store) -> None:
    papers = [
        Paper(id="gap", title="Attention of the network"),
        Paper(id="near", title="Attention network", abstract="the network of attention"),
    ]
    snapshot = filled(store, (Change(tuple(papers), (), published=True),))
    both: tuple[TextField, ...] = ("title", "abstract")
    assert found(snapshot, Phrase(both, "attention networks")) == ["near"]
    assert found(snapshot, Phrase(both, "attention in a network")) == ["gap"]
    assert found(snapshot, Phrase(both, "network of attention")) == ["near"]
    assert found(snapshot, Phrase(("title",), "network of attention")) == []
    assert found(snapshot, Phrase((), "attention")) == []


@pytest.mark.parametrize("text", ["", "the", "of the", "...", "is of a"])
def test_stop_words_alone_stand_nowhere(snapshot: Snapshot, text: str) -> None:
    assert snapshot.count(Phrase(("title", "abstract"), text)) == 0


@few
@given(text=texts)
def test_any_word_is_what_has_a_score(snapshot: Snapshot, text: str) -> None:
    keys, scores = snapshot.bm25(text, 1000, ALL)
    assert sorted(keys.tolist()) == all_keys(snapshot, AnyWord(text)).tolist()
    assert (scores > 0).all()


@few
@given(where=wheres)
def test_without_takes_some_away(snapshot: Snapshot, where: Where) -> None:
    where = placed(where, snapshot)
    keys = all_keys(snapshot, where)
    left = without(where, tuple(keys[::2].tolist()))
    assert all_keys(snapshot, left).tolist() == keys[1::2].tolist()


def test_a_name_means_the_paper_whose_id_it_is_else_the_oldest(store: Store) -> None:
    changes = (
        Change((Paper(id="first", title="One", ids=("shared", "own")),), (), published=False),
        Change((Paper(id="second", title="Two", ids=("shared",)),), (), published=True),
        Change((Paper(id="own", title="Three"),), (), published=True),
    )
    snapshot = filled(store, changes)
    keys = snapshot.locate(["own", "nothing", "shared", "second", "own"])
    assert keys[1] == -1
    assert ids(snapshot, keys[[0, 2, 3, 4]]) == ["own", "first", "second", "own"]


def test_what_is_the_same_paper(store: Store) -> None:
    one = Paper(id="2301.00001", title="Deep Graph Nets", authors=("A Levy",), date="2023")
    two = Paper(id="other", title="Something else", doi="10.1000/x", ids=("pmid:1",))
    snapshot = filled(store, (Change((one, two), (), published=True),))
    asked = [
        Paper(id="new", title="deep graph NETS!", authors=("Levy, A.",), date="2024"),
        Paper(id="new", title="Deep Graph Nets", authors=("B Bengio",), date="2023"),
        Paper(id="new", title="Deep Graph Nets", authors=("A Levy",), date="2030"),
        Paper(id="2301.00002", title="Deep Graph Nets", authors=("A Levy",), date="2023"),
        Paper(id="pmid:1", title=""),
        Paper(id="new", title="Unlike", doi="10.1000/x"),
        Paper(id="other", title="Unlike"),
    ]
    keys = snapshot.match(asked)
    assert ((keys >= 0) == [True, False, False, False, True, True, True]).all()
    assert ids(snapshot, keys[keys >= 0]) == ["2301.00001", "other", "other", "other"]
    assert snapshot.match([]).tolist() == []


def test_what_came_with_a_change_stays_so_when_it_is_updated(store: Store) -> None:
    changes = (
        Change((Paper(id="old", title="One"), Paper(id="gone", title="G")), (), published=False),
        Change((Paper(id="new", title="Two"),), ("gone",), published=True),
        Change((Paper(id="old", title="One again"), Paper(id="gone", title="G")), (), True),
    )
    snapshot = filled(store, changes)
    assert found(snapshot, Arrived(0, 1)) == ["old"]
    assert found(snapshot, Arrived(1, 2)) == ["new"]
    assert found(snapshot, Arrived(2, 3)) == ["gone"]
    assert sorted(found(snapshot, Arrived(0, 3))) == ["gone", "new", "old"]


def test_a_snapshot_never_changes(store: Store) -> None:
    before = filled(store, only_added(5, 8))
    keys, told = all_keys(before), answers(before)
    after = filled(store, (Change((Paper(id="p0", title="Another"),), ("p1",), published=True),))
    assert answers(before) == told
    assert before.vectors(keys).shape == (8, MODEL.dimension)
    assert (before.about.papers, after.about.papers) == (8, 7)
    assert before.about.identity == after.about.identity
    assert before.about.fingerprint != after.about.fingerprint
    assert before.about.generation < after.about.generation


def answers(snapshot: Snapshot) -> list[object]:
    """Some of what it says."""
    return [
        snapshot.about,
        all_keys(snapshot).tolist(),
        snapshot.papers(all_keys(snapshot)),
        [each.tolist() for each in snapshot.nearest(vector_of("graph"), 9, ALL)],
        snapshot.count(Has("author", "bengio")),
        snapshot.count(Phrase(("title", "abstract"), "network")),
        snapshot.facets(ALL, 9),
        snapshot.locate(["p0", "p1"]).tolist(),
        snapshot.moment(),
        snapshot.sources(),
        snapshot.days("submitted", "2024-05-01"),
    ]


def test_what_is_handed_out_is_nobody_elses(snapshot: Snapshot) -> None:
    told = deepcopy(answers(snapshot))
    snapshot.facets(ALL, 9)["year"]["1066"] = 1
    snapshot.sources()["nobody"] = 1
    keys = all_keys(snapshot)
    arrays: list[NDArray[Any]] = [
        *snapshot.scan(ALL),
        *snapshot.nearest(vector_of("graph"), 9, ALL),
        *snapshot.bm25("graph", 9, ALL),
        snapshot.ordered("added", 9, ALL),
        snapshot.sample(9, ALL, seed=1),
        snapshot.vectors(keys),
        snapshot.values("date", keys),
        snapshot.passes(keys, ALL),
    ]
    for array in arrays:
        with suppress(ValueError):  # which says that nobody may write there
            array[:] = 0
    assert answers(snapshot) == told


def test_what_is_committed_later_is_no_moment_of_a_snapshot(store: Store) -> None:
    before = filled(store, only_added(5, 3))
    with store.writer() as writer:
        commit(writer, [Paper(id="later", title="Later")])
    assert before.moment(1).made
    assert before.moment(2).made == ""


def test_moments(store: Store) -> None:
    changes = tuple(Change((Paper(id=id, title=id),), (), published=True) for id in "abc")
    snapshot = filled(store, changes)
    now = snapshot.moment()
    assert now == snapshot.moment(3)
    assert now == Moment(snapshot.about.identity, 3, now.made)
    assert datetime.fromisoformat(now.made).utcoffset() == timedelta(0)
    assert snapshot.moment(0).made == snapshot.moment(4).made == ""
    assert snapshot.moment_before("2001-01-01T00:00:00+00:00").change == 0
    assert snapshot.moment_before("9999-01-01T00:00:00+00:00") == now
