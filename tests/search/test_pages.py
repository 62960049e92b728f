"""Pages of answers tile the ranking, and what is counted is what can be paged through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from search.engine import Engine
from search.options import MODES, Mode, Sort
from search.query.filters import Filters
from search.ranking import ranking
from search.ranking import retriever as retrieval

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
FILTERS = st.builds(
    Filters,
    after=st.sampled_from(["", "2014", "2017-06"]),
    before=st.sampled_from(["", "2020", "2025-01-01"]),
    categories=st.lists(st.sampled_from(["cs", "cs.CL", "hep-th"]), max_size=2).map(tuple),
    authors=st.lists(st.sampled_from(["Bengio", "Lee", "nobody"]), max_size=1).map(tuple),
)
SORT = st.sampled_from(["relevance", "newest", "upvotes"])


@pytest.fixture(scope="module")
def engine(sample_store: MemoryStore) -> Iterator[Engine]:
    with Engine.open(sample_store) as opened:
        yield opened


@pytest.mark.slow
@settings(max_examples=50)
@given(filters=FILTERS, sort=SORT, limit=st.integers(5, 60))
def test_filters_never_starve_and_pages_tile_the_ranking(
    engine: Engine, filters: Filters, sort: Sort, limit: int
) -> None:
    whole = engine.search("learning", filters=filters, sort=sort, limit=1000)
    assert len(whole.results) == whole.total
    ids: list[str] = []
    ranks: list[int] = []
    for offset in range(0, whole.total + 1, limit):
        page = engine.search("learning", filters=filters, sort=sort, limit=limit, offset=offset)
        ids += [result.paper.id for result in page.results]
        ranks += [result.rank for result in page.results]
    assert ids == [result.paper.id for result in whole.results]
    assert len(set(ids)) == len(ids)
    assert ranks == list(range(1, whole.total + 1))


@pytest.mark.parametrize("mode", MODES)
def test_totals_facets_and_pages_hold_in_every_mode(engine: Engine, mode: Mode) -> None:
    filters = Filters(after="2015")
    whole = engine.search("language learning", mode=mode, filters=filters, limit=1000)
    assert len(whole.results) == whole.total
    close = [result for result in whole.results if result.close]
    assert len(close) == whole.close > 0
    years = [result.paper.date[:4] for result in close]
    assert whole.facets["year"] == {y: years.count(y) for y in sorted(set(years), reverse=True)}
    for category, count in whole.facets["category"].items():
        having = [result for result in close if category in result.paper.categories]
        assert len(having) == count
    paged = [
        result.paper.id
        for offset in range(0, whole.total, 7)
        for result in engine.search(
            "language learning", mode=mode, filters=filters, limit=7, offset=offset
        ).results
    ]
    assert paged == [result.paper.id for result in whole.results]


def test_a_least_score_cuts(engine: Engine) -> None:
    whole = engine.search("translation", limit=1000).results
    least = sorted(result.score for result in whole)[len(whole) // 2]
    cut = engine.search("translation", min_score=least, limit=1000).results
    assert [r.paper.id for r in cut] == [r.paper.id for r in whole if r.score >= least]


def test_pages_above_a_least_score_have_no_hole(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "DEPTH", 30)
    monkeypatch.setattr(retrieval, "DEPTH", 30)
    store = make_store(
        {"id": str(n), "title": f"{'network' if n % 3 else 'telescope'} {n}", "abstract": f"w{n}"}
        for n in range(150)
    )
    with Engine.open(store) as engine:
        pages = [
            engine.search("deep network telescope 7", min_score=0.3, limit=10, offset=at).results
            for at in range(0, 150, 10)
        ]
        scores = [r.score for r in engine.search("deep network telescope 7", limit=150).results]
    assert [len(page) for page in pages] == sorted((len(page) for page in pages), reverse=True)
    ids = [result.paper.id for page in pages for result in page]
    assert len(set(ids)) == len(ids) == sum(score >= 0.3 for score in scores) > 40


def test_counts_are_exact_over_both_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.local.segments.publisher.TAIL_ROWS", 10)
    names = [f"Author {chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(200)]

    def write(part: int, authors: Iterable[str]) -> None:
        source = tmp_path / f"{part}.jsonl"
        records = [
            {"id": f"{part}-{n}", "title": f"t {n}", "authors": [author]}
            for n, author in enumerate(authors)
        ]
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        add(tmp_path / "index", [str(source)], model="hashing")

    # Most frequent over all, but not among the most frequent of the base or of the tail.
    write(1, [name for name in names[:100] for _ in range(3)] + ["Middling Author"] * 2)
    write(2, ["Middling Author"] * 2 + names[100:107])
    with Engine.open(tmp_path / "index") as engine:
        counted = engine.browse().facets["author"]
    assert next(iter(counted.items())) == ("Middling Author", 4)
