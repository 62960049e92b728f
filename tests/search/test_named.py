"""What a question names outright, and what comes with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from search.engine import Engine
from search.query.filters import Filters

Record = Mapping[str, object]
MakeStore = Callable[[Iterable[Record]], MemoryStore]

RECORDS: list[Record] = [
    {
        "id": f"2301.{n:05d}",
        "title": f"{topic} number {n}",
        "abstract": f"on {topic} and things",
        "authors": ["Kevin Knight" if n % 4 == 0 else "Ada Byron", f"Uwe Qwertz{n % 2}"],
        "date": f"20{10 + n % 9}",
        "upvotes": n,
        "doi": f"10.1000/a{n}",
        "categories": ["cs.CL" if n % 2 else "math.PR"],
    }
    for n, topic in enumerate(["parsing", "galaxies", "proteins", "kernels", "speech"] * 60)
]


@pytest.fixture(scope="module")
def engine(make_store: MakeStore) -> Iterator[Engine]:
    with Engine.open(make_store(RECORDS)) as opened:
        yield opened


@pytest.mark.parametrize("question", ["Kevin Knight", "papers by Kevin Knight", "K. Knight"])
def test_a_name_finds_its_papers_however_it_is_asked(engine: Engine, question: str) -> None:
    answer = engine.search(question)
    assert all("Kevin Knight" in result.paper.authors for result in answer.results)
    assert not answer.warnings


def test_the_title_of_a_version_that_died_still_finds_the_paper(
    make_index: Callable[[Iterable[Record]], Path],
) -> None:
    misspelt = {"id": "1", "title": "Graph networs for protein design", "abstract": "words"}
    index = make_index([misspelt, *RECORDS[:40]])
    source = index.parent / "mended.jsonl"
    source.write_text(json.dumps({**misspelt, "title": "Graph networks for protein design"}))
    add(index, [str(source)])
    with Engine.open(index) as engine:
        found = engine.titled(str(misspelt["title"]))
    assert found is not None
    assert found.title == "Graph networks for protein design"


def test_newest_by_a_name_are_the_authors_newest(engine: Engine) -> None:
    papers = [r.paper for r in engine.search("Kevin Knight", sort="newest", limit=75).results]
    assert all("Kevin Knight" in paper.authors for paper in papers)
    assert [paper.date for paper in papers] == sorted((p.date for p in papers), reverse=True)


def test_filters_alone_are_sorted_whole(engine: Engine) -> None:
    found = engine.search("cat:cs.CL", sort="upvotes", limit=3).results
    assert [result.paper.upvotes for result in found] == [299, 297, 295]


def test_an_authors_name_alone_is_found_by_words(engine: Engine) -> None:
    answer = engine.search("Qwertz0", mode="lexical", limit=200)
    assert answer.total == len(answer.results) == 150


@pytest.mark.parametrize("question", ["10.1000/A7", "https://doi.org/10.1000/a7", "2301.00007v3"])
def test_an_id_or_doi_goes_to_its_paper(engine: Engine, question: str) -> None:
    assert [r.paper.id for r in engine.search(question).results] == ["2301.00007"]
    assert engine.paper(question).id == "2301.00007"


def test_an_id_that_does_not_pass_the_filters_is_said(engine: Engine) -> None:
    answer = engine.search("2301.00007", filters=Filters(before="2001"))
    assert (answer.total, answer.results) == (0, ())
    assert "pass" in answer.warnings[0]


def test_a_reranker_leaves_what_was_named_in_front(engine: Engine) -> None:
    class Backwards:
        def score(self, question: str, texts: list[str]) -> NDArray[np.float32]:
            return np.arange(len(texts), dtype=np.float32)

    title = "kernels number 13"
    plain = engine.search(title, limit=60).results
    reranked = engine.search(title, limit=60, reranker=Backwards()).results  # type: ignore[arg-type]
    assert reranked[0].paper.title == plain[0].paper.title == title
    named = sum(result.paper.title == title for result in plain)
    ids = [result.paper.id for result in plain]
    assert [r.paper.id for r in reranked][named : named + 50] == ids[named : named + 50][::-1]


def test_stop_words_that_must_be_held_are_said_to_be_ignored(engine: Engine) -> None:
    assert "too common" in engine.search("abs:the parsing").warnings[0]


def test_nothing_left_is_no_error(make_store: MakeStore) -> None:
    with Engine.open(make_store([{"id": "1", "title": "the only one"}])) as engine:
        assert engine.similar(["1"]).results == ()
        assert engine.similar(["1"], filters=Filters(after="2030")).total == 0
        assert engine.search("only").total == 1


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("2301.00001v2", {"id": "2301.00001"}),
        ("https://arxiv.org/abs/2301.00001", {"id": "2301.00001"}),
    ],
)
def test_an_id_goes_straight_to_its_paper(
    make_store: MakeStore, question: str, says: dict[str, str]
) -> None:
    store = make_store([{"id": f"2301.0000{n}", "title": f"paper {n}"} for n in range(1, 6)])
    with Engine.open(store) as engine:
        answer = engine.search(question)
    assert [result.paper.id for result in answer.results] == ["2301.00001"]
    assert answer.total == 1
    assert says.items() <= answer.understood.items()


def test_a_title_or_a_name_comes_first(make_store: MakeStore) -> None:
    records: list[Mapping[str, object]] = [
        {"id": "1", "title": "Attention: all you need?", "authors": ["Ada Byron"]},
        {"id": "2", "title": "Need and attention", "abstract": "attention is all you need, all"},
        {"id": "3", "title": "Byron and Ada", "abstract": "Ada Byron, Ada Byron, Ada Byron"},
    ]
    with Engine.open(make_store(records)) as engine:
        for question in ("attention all you need", "Atention all you need"):
            assert engine.search(question).results[0].paper.id == "1"
        assert engine.search("byron, ada").results[0].paper.id == "1"


def test_marks_of_a_question_hold(make_store: MakeStore) -> None:
    records: list[Mapping[str, object]] = [
        {"id": "1", "title": "Chain of thought", "abstract": "prompting", "date": "2022-01-05"},
        {"id": "2", "title": "Thought", "abstract": "a chain of thought", "date": "2023"},
        {"id": "3", "title": "Chain", "abstract": "thought for vision", "authors": ["Jo Li"]},
    ]
    with Engine.open(make_store(records)) as engine:

        def ids(question: str) -> set[str]:
            return {result.paper.id for result in engine.search(question).results}

        assert ids('"chain of thought"') == {"1", "2"}
        assert ids("ti:thought") == {"1", "2"}
        assert ids("abs:thought -vision") == {"2"}
        assert ids("thought year:2023") == {"2"}
        assert ids("au:li") == {"3"}
        assert ids('"never said so"') == {"1", "2", "3"}


def test_a_least_score_cuts_pages_in_every_mode(engine: Engine) -> None:
    for mode in ("lexical", "hybrid"):
        whole = engine.search("parsing things", mode=mode, limit=300)
        least = sorted(result.score for result in whole.results)[150]
        kept = [r.paper.id for r in whole.results if r.score >= least]
        paged = [
            result.paper.id
            for offset in range(0, 300, 50)
            for result in engine.search(
                "parsing things",
                mode=mode,
                min_score=least,
                limit=50,
                offset=offset,
            ).results
        ]
        assert paged == kept
