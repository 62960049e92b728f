"""What is suggested for a beginning, over papers in memory and in a folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from search.engine import Engine
from search.suggestions.suggester import MOST, Suggester
from search.suggestions.suggestion import Suggestion
from tests.conftest import MakeStore


@pytest.fixture(scope="module", params=["memory", "folder"])
def engine(
    request: pytest.FixtureRequest, sample_store: MemoryStore, sample_index: Path
) -> Iterator[Engine]:
    index = sample_store if request.param == "memory" else sample_index
    with Engine.open(index) as opened:
        yield opened


def kinds(found: list[Suggestion]) -> set[str]:
    return {one.kind for one in found}


@pytest.mark.parametrize(
    "typed",
    ["Attention is al", "attention", "ATTENTION IS ALL YOU NEED", "attention  all ne", "you need"],
)
def test_a_title_is_found_from_some_of_its_words(engine: Engine, typed: str) -> None:
    found = [one for one in engine.suggest(typed) if one.kind == "title"]
    assert "1706.03762" in {one.id for one in found}
    assert {one.question for one in found} >= {"Attention Is All You Need"}


def test_titles_that_begin_so_come_first(engine: Engine) -> None:
    titles = [one.text for one in engine.suggest("learning t") if one.kind == "title"]
    begin = [title.lower().startswith("learning t") for title in titles]
    assert begin == sorted(begin, reverse=True)
    assert any(begin)


@pytest.mark.parametrize("typed", ["bengio", "yoshua b", "Bengio Yosh", "BENGIO"])
def test_an_author_is_found_by_any_beginnings_of_the_name(engine: Engine, typed: str) -> None:
    by_name = next(one for one in engine.suggest(typed) if one.text == "Yoshua Bengio")
    assert (by_name.kind, by_name.question) == ("author", 'au:"Yoshua Bengio"')
    assert by_name.papers == engine.search(by_name.question).total > 1


@pytest.mark.parametrize(
    ("typed", "kind", "question"),
    [
        ("cat:cs.c", "category", "cat:cs.CL"),
        ("sparse models cat:cs.c", "category", "sparse models cat:cs.CL"),
        ("year:201", "year", "year:2019"),
        ('machine au:"yoshua b', "author", 'machine au:"Yoshua Bengio"'),
        ("au:bengio_y", "author", 'au:"Yoshua Bengio"'),
        ("AU:vasw", "author", 'au:"Ashish Vaswani"'),
    ],
)
def test_values_of_a_mark(engine: Engine, typed: str, kind: str, question: str) -> None:
    found = engine.suggest(typed)
    assert kinds(found) == {kind}
    assert question in {one.question for one in found}
    assert all(one.papers for one in found)


def test_a_mark_alone_gives_the_most_frequent_values(engine: Engine) -> None:
    counts = [one.papers or 0 for one in engine.suggest("au:")]
    assert len(counts) == MOST
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    "typed", ["", "  ", "a", "zzzz qqqq", "au:zzzz", '"', "\ud800", "x" * 9_000, "cat:", "(" * 150]
)
def test_nothing_breaks_it(engine: Engine, typed: str) -> None:
    assert len(engine.suggest(typed)) <= MOST


@settings(max_examples=30)
@given(
    names=st.lists(
        st.sampled_from(["cs.CL", "Computer Science", "68T50", "I.2.7", "42", "HIV/AIDS", "a..b"])
        | st.from_regex(r"[\w .*/:“”\"-]{0,4}[a-z0-9][\w .*/:“”\"()-]{0,6}", fullmatch=True),
        min_size=1,
        max_size=MOST,
    )
)
def test_each_category_of_the_index_can_be_asked_for(
    make_store: MakeStore, names: list[str]
) -> None:
    records = [{"id": f"p{n}", "title": "Moss", "categories": [one]} for n, one in enumerate(names)]
    with Engine.open(make_store(records)) as engine:
        found = engine.suggest("moss cat:")
        held = set(engine.browse().facets["category"])
        assert {one.text for one in found} == {one for one in held if not set(one) & set('"“”')}
        for one in found:
            asked = engine.search(one.question)
            (filters,) = asked.understood["filters"]
            assert (asked.understood["text"], list(filters)) == ("moss", ["category"])
            assert filters["category"] == [one.text]
            assert asked.total >= (one.papers or 1)


def test_abbreviations_and_venues_of_the_index(tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    rows = [
        f'{{"id": "p{n}", "title": "Ranking {n}", "venue": "Neural Systems 200{n}", '
        '"abstract": "By zonal query expansion (ZQE) alone."}' + "\n"
        for n in range(4)
    ]
    source.write_text("".join(rows), "utf-8")
    store = MemoryStore()
    with Engine.open(store_of(store, source)) as engine:
        first = engine.suggest("ranking ZQE")[0]
        assert first.kind == "abbreviation"
        assert first.question == "ranking zonal query expansion"
        within = engine.suggest("xZQE by ZQE")[0]
        assert within.question == "xZQE by zonal query expansion"
        by_venue = engine.suggest("ranking venue:neur")[0]
        assert by_venue.question.startswith('ranking venue:"Neural Systems 200')
        assert engine.search(by_venue.question).total == by_venue.papers == 1


def store_of(store: MemoryStore, source: Path) -> MemoryStore:
    add(store, [str(source)], model="hashing")
    return store


def test_a_changed_index_is_read_anew_beside_the_questions(tmp_path: Path) -> None:
    store, source = MemoryStore(), tmp_path / "papers.jsonl"
    source.write_text('{"id": "a", "title": "One", "authors": ["Ada Early"]}\n', "utf-8")
    add(store, [str(source)], model="hashing")
    suggester = Suggester()
    try:
        assert [one.text for one in suggester.suggest(newest(store), "au:a")] == ["Ada Early"]
        source.write_text('{"id": "b", "title": "Two", "authors": ["Ana Later"]}\n', "utf-8")
        add(store, [str(source)], model="hashing")
        until = time.monotonic() + 10
        while "Ana Later" not in {one.text for one in suggester.suggest(newest(store), "au:a")}:
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        suggester.close()


def newest(store: MemoryStore) -> Snapshot:
    found = store.snapshot()
    assert found is not None
    return found
