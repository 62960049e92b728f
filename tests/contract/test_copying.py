"""A copy in any store is the same index as in the store that it was made of."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from threading import Timer
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer.maintenance.copy
from indexer.copying import Origin
from indexer.entries import Entry
from indexer.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    SnapshotExpiredError,
    UsageError,
)
from indexer.glossary.counts import Counts
from indexer.local.snapshot import LocalSnapshot
from indexer.maintenance.check import check
from indexer.maintenance.copy import copy
from indexer.papers.paper import Paper
from indexer.progress import Silent, Tally
from indexer.snapshot import Keys, Order, Snapshot
from indexer.store import Store
from indexer.where import ALL, Arrived, Where
from tests.contract.conftest import KINDS, STORES, filled
from tests.contract.papers import (
    MODEL,
    Change,
    a_history,
    commit,
    dice,
    entries_of,
    fill,
    only_added,
)
from tests.contract.questions import ORDERS, all_keys, ids, placed, texts, vector_of, wheres

NAMES = ("memory", "folder", "cluster")
PAIRS = [
    pytest.param(pair, marks=pytest.mark.cluster if "cluster" in pair else (), id="-".join(pair))
    for pair in product(NAMES, repeat=2)
]
HISTORY = a_history(dice(4), changes=6, papers=12)
few = settings(max_examples=5)
"""Indexes on a cluster take seconds to make."""

Places = tuple[Store, Store]


@contextmanager
def two(pair: tuple[str, str], folder: Path, request: pytest.FixtureRequest) -> Iterator[Places]:
    """A store of each kind, without an index."""
    with (
        STORES[pair[0]](folder / "source", request) as source,
        STORES[pair[1]](folder / "target", request) as target,
    ):
        yield source, target


@pytest.fixture(params=PAIRS)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    """A source and a target of every two kinds."""
    with two(request.param, tmp_path, request) as pair:
        yield pair


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A target of each kind; its source is in a folder."""
    with STORES[request.param](tmp_path / "target", request) as store:
        yield store


@pytest.fixture
def source(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """In a folder, with a history behind it."""
    with STORES["folder"](tmp_path / "source", request) as store:
        fill(store, HISTORY)
        yield store


def shown(store: Store) -> Snapshot:
    snapshot = store.snapshot()
    assert snapshot is not None
    return snapshot


@pytest.mark.slow
@few
@given(
    random=st.randoms(use_true_random=False),
    size=st.tuples(st.integers(1, 5), st.integers(1, 8)),
    batch=st.integers(1, 9),
    asked=st.lists(wheres, min_size=3, max_size=8),
    text=texts,
)
@pytest.mark.parametrize("pair", PAIRS)
def test_a_copy_is_the_same_index(
    pair: tuple[str, str],
    request: pytest.FixtureRequest,
    random: Random,
    size: tuple[int, int],
    batch: int,
    asked: list[Where],
    text: str,
) -> None:
    history = a_history(random, changes=size[0], papers=size[1])
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        two(pair, Path(folder), request) as (source, target),
    ):
        patch.setattr(indexer.maintenance.copy, "BATCH", batch)
        before = filled(source, history)
        tally = copy(source, target)
        assert (tally.added, tally.unchanged) == (before.about.papers, 0)
        after = shown(target)
        assert_same_papers(before, after)
        assert_same_past(before, after)
        assert source.committed() == target.committed()
        for where in asked:
            assert_same_answers(before, after, where, text)


def assert_same_papers(ours: Snapshot, theirs: Snapshot) -> None:
    pair = (ours, all_keys(ours)), (theirs, all_keys(theirs))
    assert told(ours) == told(theirs)
    rows, others = (snapshot.rows(keys).tolist() for snapshot, keys in pair)
    assert rows == others
    assert ours.papers(pair[0][1]) == theirs.papers(pair[1][1])
    vectors, copies = (snapshot.vectors(keys) for snapshot, keys in pair)
    assert vectors.tobytes() == copies.tobytes()
    entries, copied = ([*map(plain, snapshot.entries(keys[::-1]))] for snapshot, keys in pair)
    assert entries == copied
    assert ours.sources() == theirs.sources()
    assert theirs.glossary.counts() == Counts.of(ours.papers(pair[0][1]))


def told(snapshot: Snapshot) -> dict[str, Any]:
    """What it is of, but for the numbers that count what was published here."""
    names = ("identity", "change", "papers", "truncated", "model", "recipe")
    return {name: getattr(snapshot.about, name) for name in names}


def plain(entry: Any) -> tuple[object, ...]:
    """An entry that can be compared."""
    names, vector = frozenset(entry.names), entry.vector.tobytes()
    return entry.paper, entry.text_hash, entry.truncated, entry.arrived, names, vector


def assert_same_past(ours: Snapshot, theirs: Snapshot) -> None:
    newest = ours.about.change
    assert ours.changes() == theirs.changes()
    for change in (None, *range(newest + 2)):
        assert ours.moment(change) == theirs.moment(change)
    for time in ("2001", "9999", *ours.changes().values()):
        assert ours.moment_before(time) == theirs.moment_before(time)
    for since, upto in product(range(newest + 1), repeat=2):
        arrived = Arrived(since, upto)
        keys, others = (all_keys(each, arrived) for each in (ours, theirs))
        assert ids(ours, keys) == ids(theirs, others), arrived


def assert_same_answers(ours: Snapshot, theirs: Snapshot, where: Where, text: str) -> None:
    def agree(ask: Callable[[Snapshot, Where], Keys]) -> None:
        found = [ids(each, ask(each, placed(where, each))) for each in (ours, theirs)]
        assert found[0] == found[1]

    agree(all_keys)
    agree(lambda each, own: each.sample(7, own, seed=3))
    for order in ORDERS:
        agree(partial(in_order, order))
    # Equal cosines differ by rounding; and dead versions may still count in BM25.
    agree(lambda each, own: np.sort(each.nearest(vector_of(text), 500, own)[0]))
    agree(lambda each, own: np.sort(each.bm25(text, 500, own)[0]))
    facets, others = (each.facets(placed(where, each), 5) for each in (ours, theirs))
    assert [*facets.items()] == [*others.items()]


def in_order(order: Order, snapshot: Snapshot, where: Where) -> Keys:
    return snapshot.ordered(order, 20, where)


class Stops(Silent):
    """Ctrl-C after so many batches."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        """Count the batches."""
        assert fraction is not None
        assert 0 < fraction <= 1
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.maintenance.copy, "BATCH", 3)


@pytest.mark.usefixtures("small_batches")
def test_a_copy_that_was_stopped_goes_on(source: Store, target: Store) -> None:
    stopped = copy(source, target, Stops(2))
    assert (stopped.added, stopped.interrupted) == (6, True)
    assert_no_index(target)
    again = copy(source, target, Stops(3))
    assert (again.unchanged, again.added, again.interrupted) == (6, 3, True)
    with source.writer() as writer:  # a bookmark alone is no other state
        writer.commit([], meta={"fetch:x": "here"})
    done = copy(source, target)
    papers = shown(source).about.papers
    assert (done.unchanged, done.added, done.interrupted) == (9, papers - 9, False)
    assert_same_papers(shown(source), shown(target))
    assert_same_past(shown(source), shown(target))
    assert target.committed() == source.committed()
    assert target.committed()[1]["fetch:x"] == "here"


def assert_no_index(store: Store) -> None:
    """Neither readers nor writers find one."""
    with pytest.raises(IndexNotFoundError):
        store.snapshot()
    with pytest.raises(IndexNotFoundError), store.writer():
        pass


@pytest.mark.usefixtures("small_batches")
def test_a_copy_of_what_changed_since_begins_anew(
    source: Store, target: Store, caplog: pytest.LogCaptureFixture
) -> None:
    copy(source, target, Stops(3))
    assert not caplog.records
    held = shown(source)
    gone = ids(held, all_keys(held))[:4]
    with source.writer() as writer:
        commit(writer, [Paper(id="new", title="New")], gone)
        writer.publish()
    assert copy(source, target, Stops(1)).unchanged == 0
    assert "begins anew" in caplog.text
    caplog.clear()
    assert copy(source, target).unchanged == 3
    assert not caplog.records
    assert_same_papers(shown(source), shown(target))
    assert_same_past(shown(source), shown(target))


def test_an_index_is_never_copied_over(places: Places) -> None:
    source, target = places
    fill(source, HISTORY)
    before = filled(target, only_added(7, 3))
    with pytest.raises(UsageError, match="already") as caught:
        copy(source, target)
    assert "\n" not in str(caught.value)
    assert shown(target).about == before.about


def test_a_copy_lives_on_by_itself(places: Places) -> None:
    source, target = places
    before = filled(source, (*HISTORY, Change((Paper(id="kept", title="Graphs"),), (), True)))
    copy(source, target)
    newer = replace(before.papers(before.locate(["kept"]))[0], title="Graphs again")
    with target.writer() as writer:
        assert writer.model == MODEL
        (entry,) = entries_of([Paper(id="kept", title="Graphs")])
        assert writer.embedded([entry.text_hash])
        commit(writer, [newer, Paper(id="newest", title="Newest")])
        after = writer.publish()
    assert after.change == before.about.change + 1
    snapshot = shown(target)
    assert ids(snapshot, snapshot.ordered("added", 500, ALL))[-2:] == ["kept", "newest"]
    assert ids(snapshot, all_keys(snapshot, Arrived(before.about.change, after.change))) == [
        "newest"
    ]
    assert snapshot.moment(before.about.change) == before.moment()
    assert shown(source).about == before.about


def test_a_change_that_was_never_committed_stays_unknown(source: Store, target: Store) -> None:
    """As clusters have them, where a writer that died left a number without papers."""
    snapshot = shown(source)
    keys = all_keys(snapshot)
    with target.copying(origin_of(snapshot, change=9, changes={1: "2020", 7: "2021"})) as copying:
        entries = [replace(entry, arrived=7) for entry in snapshot.entries(keys)]
        copying.add(snapshot.rows(keys).tolist(), entries)
        copying.finish()
    copied = shown(target)
    assert copied.changes() == {1: "2020", 7: "2021"}
    assert [copied.moment(n).made for n in (1, 2, 7, 9)] == ["2020", "", "2021", ""]
    assert copied.moment_before("2020-06").change == 6
    assert copied.count(Arrived(6, 9)) == len(keys)
    with target.writer() as writer:
        commit(writer, [Paper(id="next", title="Next")])
        assert writer.publish().change == 10


def origin_of(snapshot: Snapshot, **other: Any) -> Origin:
    about = snapshot.about
    names = ("identity", "fingerprint", "change", "papers", "model", "recipe")
    values = {name: getattr(about, name) for name in names}
    return Origin(**{**values, "changes": snapshot.changes(), "meta": {}, **other})


def test_what_lacks_papers_is_not_finished(source: Store, target: Store) -> None:
    snapshot = shown(source)
    keys = all_keys(snapshot)[:3]
    with target.copying(origin_of(snapshot)) as copying:
        copying.add(snapshot.rows(keys).tolist(), snapshot.entries(keys))
        with pytest.raises(IndexDamagedError, match="3 papers came of"):
            copying.finish()
    assert_no_index(target)


def test_one_copies_at_a_time(source: Store, target: Store) -> None:
    origin = origin_of(shown(source))
    with target.copying(origin), pytest.raises(IndexBusyError), target.copying(origin):
        pass


def test_what_an_index_tells_of_itself_is_its_own(source: Store, target: Store) -> None:
    snapshot, keys = shown(source), all_keys(shown(source))
    forged = {"identity": "forged", "model": "{}", "recipe": "", "compacted_at": "x", "mine": "yes"}
    with target.copying(origin_of(snapshot, meta=forged)) as copying:
        copying.add(snapshot.rows(keys).tolist(), snapshot.entries(keys))
        copying.finish()
    assert_same_papers(snapshot, shown(target))
    assert target.committed()[1]["mine"] == "yes"


def test_an_empty_index(places: Places) -> None:
    source, target = places
    filled(source, ())
    assert copy(source, target).read == 0
    assert shown(target).about.papers == 0
    assert told(shown(source)) == told(shown(target))


def test_what_is_written_meanwhile_is_not_copied(source: Store, target: Store) -> None:
    """Nor are bookmarks that are ahead of the papers."""
    before = shown(source)

    class Writes(Silent):
        def advanced(self, tally: Tally, fraction: float | None) -> None:
            with source.writer() as writer:
                commit(writer, [Paper(id="meanwhile", title="Other")], ids(before, keys)[:5])
                writer.commit([], meta={"fetch:x": "ahead"})
                writer.publish()

    keys = all_keys(before)
    copy(source, target, Writes())
    assert told(shown(target)) == told(before)
    assert ids(shown(target), all_keys(shown(target))) == ids(before, keys)
    assert "fetch:x" not in target.committed()[1]


def test_bookmarks_wait_for_their_papers(
    source: Store, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.maintenance.copy, "_PATIENCE_SECONDS", 0.5)
    with source.writer() as writer:
        writer.commit(entries_of([Paper(id="one", title="One")]), meta={"fetch:x": "one"})
        with pytest.raises(IndexBusyError, match="isn't published yet"):
            copy(source, target)
        assert_no_index(target)
        timer = Timer(0.2, writer.publish)
        timer.start()
        copy(source, target)
        timer.join()
    assert target.committed() == source.committed()
    assert shown(target).locate(["one"])[0] >= 0


def test_a_state_that_is_gone_is_copied_anew_as_it_is(
    source: Store, target: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first state expires after a batch, as after two compactions."""
    entries, batches = LocalSnapshot.entries, []

    def expires(self: LocalSnapshot, keys: Keys) -> list[Entry]:
        batches.append(keys)
        if len(batches) == 2:
            with source.writer() as writer:
                commit(writer, [Paper(id="later", title="Later")])
                writer.publish()
            raise SnapshotExpiredError("gone")
        return entries(self, keys)

    monkeypatch.setattr(indexer.maintenance.copy, "BATCH", 3)
    monkeypatch.setattr(LocalSnapshot, "entries", expires)
    copy(source, target)
    assert "begins anew" in caplog.text
    assert_same_papers(shown(source), shown(target))
    assert shown(target).locate(["later"])[0] >= 0


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back(
    kind: str, source: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with (
        STORES[kind](tmp_path / "there", request) as there,
        STORES["folder"](tmp_path / "back", request) as back,
    ):
        copy(source, there)
        copy(there, back)
        assert_same_papers(shown(source), shown(back))
        assert_same_past(shown(source), shown(back))
        assert source.committed() == back.committed()
    assert check(tmp_path / "back") == []
