"""What was made of the last questions of the newest snapshot."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from weakref import ref

from indexer.kept.remembered import REMEMBERED, Remembered
from indexer.memory.store import MemoryStore
from indexer.snapshot import Snapshot

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
PAPERS = [{"id": f"p{n}", "title": f"Paper {n}", "abstract": "Graphs."} for n in range(3)]


def newest(store: MemoryStore) -> Snapshot:
    found = store.snapshot()
    assert found is not None
    return found


def remove_first(store: MemoryStore) -> None:
    with store.writer() as writer:
        writer.commit((), removed=["p0"])
        writer.publish()


def test_a_question_is_read_once_for_each_snapshot(make_store: MakeStore) -> None:
    store, read = make_store(PAPERS), list[str]()

    def count(snapshot: Snapshot, question: str) -> int:
        read.append(question)
        return snapshot.about.papers

    counted = Remembered(count)
    before = newest(store)
    assert [counted(before, question) for question in "abab"] == [3] * 4
    assert read == ["a", "b"]
    remove_first(store)
    assert [counted(newest(store), "a"), counted(before, "a")] == [2, 3]


def test_only_the_last_questions_are_kept_and_no_snapshot_is(make_store: MakeStore) -> None:
    store, read = make_store(PAPERS), list[int]()
    noted = Remembered(lambda _, number: read.append(number))
    for number in (*range(REMEMBERED + 1), 0):
        noted(newest(store), number)
    assert read == [*range(REMEMBERED + 1), 0]
    old = ref(newest(store))
    remove_first(store)
    gc.collect()
    assert old() is None
