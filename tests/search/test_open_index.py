"""Opening an index, and reading each answer from one state of it."""

from __future__ import annotations

import gc
import json
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexNotFoundError, ModelError, SnapshotExpiredError
from indexer.local.snapshot import LocalSnapshot
from indexer.local.store import LocalStore
from indexer.maintenance.upkeep import compact, rebuild, remove
from indexer.memory.snapshot import MemorySnapshot
from indexer.memory.store import MemoryStore
from indexer.models.embedder import DEFAULT_MODEL, Embedder, Model
from indexer.papers.paper import Paper, make_paper
from indexer.pipeline import add
from indexer.snapshot import Keys
from search.engine import Engine
from search.options import DEFAULTS
from search.ranking.encoder import Encoder

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
Request = Callable[[Engine], object]
RECORDS = [
    {
        "id": f"2401.0000{n}",
        "title": f"Graph kernels {n}",
        "abstract": f"graphs of {topic}",
        "date": f"2024-01-0{n}",
        "submitted": f"2024-01-0{n}",
        "upvotes": n,
    }
    for n, topic in enumerate(["proteins", "galaxies", "verbs", "cells"], start=1)
]
LIBRARY = [make_paper({"title": "Kernels of graphs", "abstract": "proteins"}, source="library")]

READING: dict[str, Request] = {
    "search": lambda engine: engine.search("graphs").results,
    "search, every option": lambda engine: (
        engine.search(
            "graphs of proteins", sort="newest", min_score=0.1, explain=True, after="2024", offset=1
        ).results
    ),
    "an id": lambda engine: engine.search("2401.00001").results,
    "similar": lambda engine: engine.similar(["2401.00001"], text="verbs").results,
    "suiting": lambda engine: engine.suiting(LIBRARY, unlike=["2401.00002"]),
    "browse": lambda engine: engine.browse().results,
    "ranking": lambda engine: engine.ranking("graphs", without=["2401.00001"]),
    "paper": lambda engine: engine.paper("2401.00001"),
    "lookup": lambda engine: engine.lookup(["2401.00001", "none"]),
    "titled": lambda engine: engine.titled("Graph kernels 2"),
    "daily": lambda engine: engine.daily(),
    "liked": lambda engine: engine.liked(),
    "trending": lambda engine: engine.trending(),
}
OTHER: dict[str, Request] = {
    "days": lambda engine: engine.days("2024-01-02"),
    "plane": lambda engine: engine.plane(["2401.00001", "2401.00002"]),
    "papers": lambda engine: engine.papers,
    "generation": lambda engine: engine.generation,
    "fingerprint": lambda engine: engine.fingerprint,
    "prepare_questions": lambda engine: engine.prepare_questions(["graphs"], DEFAULTS),
    "repr": repr,
    "history": lambda engine: engine.history().now(),
}


class GoneSnapshot(MemorySnapshot):
    """One whose papers two compactions took away."""

    def papers(self, keys: Keys) -> list[Paper]:
        raise SnapshotExpiredError("gone")


class Overtaken(MemoryStore):
    """Counts its snapshots; the first ``gone`` of them are gone too soon."""

    gone = taken = 0

    def snapshot(self) -> MemorySnapshot | None:
        self.taken += 1
        if self.taken <= self.gone:
            return GoneSnapshot(self.state, 1)
        return super().snapshot()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Overtaken:
    source, store = tmp_path_factory.mktemp("open") / "papers.jsonl", Overtaken()
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    add(store, [str(source)], model="hashing")
    return store


@pytest.fixture
def engine(store: Overtaken) -> Iterable[Engine]:
    store.gone = 0
    with Engine.open(store) as opened:
        yield opened


def asked(engine: Engine, store: Overtaken, request: Request, *, gone: int = 0) -> object:
    store.gone, store.taken = gone, 0
    return request(engine)


@pytest.mark.parametrize("name", [*READING, *OTHER])
def test_an_answer_comes_from_one_snapshot(engine: Engine, store: Overtaken, name: str) -> None:
    found = asked(engine, store, (READING | OTHER)[name])
    assert found or name == "prepare_questions"
    assert store.taken == 1


@pytest.mark.parametrize("name", READING)
def test_a_snapshot_that_was_gone_is_asked_again_once(
    engine: Engine, store: Overtaken, name: str
) -> None:
    plain = asked(engine, store, READING[name])
    assert asked(engine, store, READING[name], gone=1) == plain
    assert store.taken == 2
    with pytest.raises(SnapshotExpiredError, match="gone"):
        asked(engine, store, READING[name], gone=2)
    assert store.taken == 2


def test_each_of_many_answers_is_asked_again_by_itself(engine: Engine, store: Overtaken) -> None:
    def many(engine: Engine) -> list[object]:
        return list(engine.similar_many(["2401.00001", "2401.00002"]))

    plain = asked(engine, store, many)
    again = asked(engine, store, many, gone=1)
    assert store.taken == 3
    assert [answer.results for answer in again] == [answer.results for answer in plain]  # type: ignore[attr-defined]


def test_an_index_without_papers_answers_all(tmp_path: Path) -> None:
    """Nothing was published in the folder; in memory all was removed."""
    from indexer.local.catalog.catalog import Catalog

    Catalog(tmp_path, writable=True).close()
    removed = MemoryStore()
    (tmp_path / "one.jsonl").write_text(json.dumps(RECORDS[0]))
    add(removed, [str(tmp_path / "one.jsonl")], model="hashing")
    remove(removed, ["2401.00001"])
    for location in (tmp_path, removed):
        with Engine.open(location) as engine:
            for answer in (engine.search("graphs"), engine.similar(text="x"), engine.browse()):
                assert (answer.total, answer.results, len(answer)) == (0, (), 0)
                assert set(answer.facets) == {"year", "category", "author", "venue"}
            assert engine.search("graphs", min_score=0.5, sort="newest", explain=True).total == 0
            assert [*engine.suiting(LIBRARY), *engine.daily(), *engine.ranking("graphs")] == []
            assert engine.lookup(["2401.00001"]) == [None]
            assert engine.titled("Graph kernels") is None
            assert engine.liked().papers == engine.trending().papers == ()
            assert engine.papers == 0
            assert "over 0 papers" in repr(engine)


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_a_running_engine_takes_up_new_generations(
    make_index: MakeIndex, make_store: MakeStore, tmp_path: Path, kind: str
) -> None:
    make: Callable[[Iterable[Mapping[str, object]]], MemoryStore | Path]
    make = make_store if kind == "memory" else make_index
    index = make([{"id": "1", "title": "one"}])
    with Engine.open(index) as engine:
        first, seen = engine.search("two"), engine.fingerprint
        more = tmp_path / "more.jsonl"
        more.write_text('{"id": "2", "title": "two"}\n')
        add(index, [str(more)])
        second = engine.search("two")
        assert engine.fingerprint != seen
    assert (first.total, second.total) == (1, 2)
    assert second.generation == first.generation + 1
    assert second.results[0].paper.id == "2"


class SlowToLoad(LocalStore):
    """Another model than hashing takes until it is let go on, and then may turn out to be lost."""

    lost = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked, self.go_on = threading.Event(), threading.Event()

    def embedder(self, model: Model, given: Embedder | None = None) -> Embedder:
        if model.name != "hashing":
            self.asked.set()
            assert self.go_on.wait(60)
            if self.lost:
                raise ModelError("the model is lost")
        return super().embedder(model, given)


@pytest.mark.parametrize("lost", [False, True])
def test_another_model_is_taken_up_when_it_is_loaded(make_index: MakeIndex, lost: bool) -> None:
    store = SlowToLoad(make_index(RECORDS))
    store.lost = lost
    with Engine.open(store) as engine:
        before = engine.search("graphs of proteins")
        rebuild(store.folder, embed=True, model=DEFAULT_MODEL)
        for _ in range(3):  # nobody waits
            again = engine.search("graphs of proteins")
            assert (again.generation, again.warnings) == (before.generation, ())
            assert again.results == before.results
        assert store.asked.wait(10)
        store.go_on.set()
        until = time.monotonic() + 30
        while engine.generation == before.generation and time.monotonic() < until:
            time.sleep(0.01)
        after = engine.search("graphs of proteins")
        assert after.generation > before.generation
        assert bool(after.warnings) == lost  # then words alone answer, and say so
        if not lost:
            with Engine.open(store.folder) as fresh:
                assert after.results == fresh.search("graphs of proteins").results
                assert after.results != before.results


def test_the_last_model_is_let_go_of(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(make_index(RECORDS))
    encoder = Encoder(store)
    models = []
    for name in (None, DEFAULT_MODEL):
        if name:
            rebuild(store.folder, embed=True, model=name)
        snapshot = store.snapshot()
        assert snapshot is not None
        models.append(snapshot.about.model)
    kept = weakref.ref(encoder.embedder(models[0]))
    encoder.encode("graphs", models[1])
    assert encoder.is_ready(models[1])
    assert kept() is encoder.embedder(models[0])  # an answer under way may still ask it
    monkeypatch.setattr("search.ranking.encoder.KEPT_SECONDS", 0.0)
    assert encoder.is_ready(models[1])
    gc.collect()
    assert kept() is None


def test_no_index_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IndexNotFoundError, match="nearpaper index"):
        Engine.open(tmp_path)
    monkeypatch.setenv("NEARPAPER_INDEX", os.fspath(tmp_path / "elsewhere"))
    with pytest.raises(IndexNotFoundError, match="elsewhere"):
        Engine.open()
    with pytest.raises(IndexNotFoundError, match="memory"):
        Engine.open(MemoryStore())


class Held(LocalStore):
    """A folder that gives ``held`` once more, when it is already old."""

    held: LocalSnapshot | None = None
    taken = 0

    def snapshot(self) -> LocalSnapshot | None:
        self.taken += 1
        held, self.held = self.held, None
        return held or super().snapshot()


def test_an_answer_that_was_overtaken_is_asked_for_again(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two compactions while an answer is put together take its papers out of the catalog."""
    monkeypatch.setattr("indexer.local.catalog.catalog.LIFE_SECONDS", 0.0)
    index = make_index([{"id": "old", "title": "Graph kernels", "abstract": "graphs"}])
    store = Held(index)
    with Engine.open(store) as engine:
        assert engine.search("graphs").results[0].paper.id == "old"
        old = store.snapshot()
        assert old is not None
        newer = index.parent / "newer.jsonl"
        newer.write_text('{"id": "new", "title": "Graph networks", "abstract": "graphs"}\n')
        add(index, [str(newer)], model="hashing")
        remove(index, ["old"])
        compact(index)
        compact(index)
        with pytest.raises(SnapshotExpiredError):
            old.papers(np.zeros(1, np.int64))
        store.held, store.taken = old, 0
        assert [result.paper.id for result in engine.search("graphs").results] == ["new"]
        assert store.taken == 2
