"""Papers that are like others, in the answers of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest

from indexer.memory.store import MemoryStore
from search.engine import Engine

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]


@pytest.fixture(scope="module")
def engine(sample_store: MemoryStore) -> Iterator[Engine]:
    with Engine.open(sample_store) as opened:
        yield opened


def test_folded_papers_never_come_back_on_a_later_page(make_store: MakeStore) -> None:
    text = "the same long abstract about kernels of graphs and their many uses"
    twins = [{"id": f"t{n}", "title": "Graph kernels", "abstract": text} for n in range(3)]
    others = [{"id": f"o{n}", "title": f"Topic {n}", "abstract": "graph"} for n in range(30)]
    store = make_store([{"id": "q", "title": "Kernels", "abstract": text}, *twins, *others])
    with Engine.open(store) as engine:
        first = engine.similar(["q"], limit=1).results[0]
        found = engine.similar(["q"], limit=1000).results
    assert {first.paper.id, *first.folded} == {"t0", "t1", "t2"}
    shown = [id for result in found for id in (result.paper.id, *result.folded)]
    assert sorted(shown) == sorted(record["id"] for record in [*twins, *others])


def test_similar_moves_away_from_what_is_unlike(make_store: MakeStore) -> None:
    words = ["protein", "galaxy", "grammar"]
    records = [
        {"id": f"{a}-{b}", "title": f"{a} {b}", "abstract": f"{a} and {b}"}
        for a in words
        for b in words
    ]
    with Engine.open(make_store(records)) as engine:
        away = engine.similar(text="protein galaxy", unlike=["galaxy-galaxy"]).results
    found = [{result.paper.id, *result.folded} for result in away]
    assert {"galaxy-galaxy"} not in found

    def place(id: str) -> int:
        return next(at for at, ids in enumerate(found) if id in ids)

    assert place("protein-grammar") < place("galaxy-grammar")


def test_papers_without_a_title_are_no_versions_of_each_other(make_store: MakeStore) -> None:
    store = make_store(
        {"id": str(n), "abstract": f"one two three four five six seven eight nine ten w{n}"}
        for n in range(9)
    )
    with Engine.open(store) as engine:
        assert len(engine.similar(["1"]).results) == 8


def test_similar_says_nothing_of_the_language_of_papers(make_store: MakeStore) -> None:
    german = {"id": "1", "title": "Wie wird der Text mit dem Modell und der Maschine gelesen"}
    with Engine.open(make_store([german, {"id": "2", "title": "Ein anderer Text"}])) as engine:
        assert engine.search(german["title"]).warnings
        assert not any("English" in one for one in engine.similar(["1"]).warnings)


def test_similar_leaves_out_what_was_asked(engine: Engine) -> None:
    ids = [result.paper.id for result in engine.search("translation", limit=3).results]
    answer = engine.similar(ids, limit=1000)
    found = [result.paper.id for result in answer.results]
    assert len(found) == answer.total == engine.papers - 3
    assert not set(ids) & set(found)


def test_copies_of_the_asked_paper_are_no_neighbours(make_store: MakeStore) -> None:
    twin = {"title": "Graph kernels", "abstract": "kernels of graphs and their uses"}
    others = [{"id": f"o{n}", "title": w} for n, w in enumerate(["stars", "verbs", "cells"])]
    with Engine.open(make_store([{"id": "a", **twin}, {"id": "b", **twin}, *others])) as engine:
        answer = engine.similar(["a"])
    assert {result.paper.id for result in answer.results} == {"o0", "o1", "o2"}
    assert answer.total == 3
