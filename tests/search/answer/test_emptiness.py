"""An answer without papers says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest

from indexer.memory.store import MemoryStore
from search.engine import Engine
from search.options import DEFAULTS, SearchOptions

Record = Mapping[str, object]
MakeStore = Callable[[Iterable[Record]], MemoryStore]

RECORDS: list[Record] = [
    {
        "id": f"{n}",
        "title": f"moss {n}",
        "abstract": "on roofs" if n % 2 else "on walls",
        "authors": ["Ada Byron" if n < 4 else "Udo Pooch"],
        "date": f"{2015 + n}",
        "categories": ["cs.CL" if n < 6 else "hep-th"],
        "venue": "Moss Letters",
        "retracted": n == 9,
    }
    for n in range(10)
]


@pytest.fixture(scope="module")
def engine(make_store: MakeStore) -> Iterator[Engine]:
    with Engine.open(make_store(RECORDS)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "choices", "says"),
    [
        ("cat:zzz", {}, "no paper has category zzz"),
        ("moss cat:zzz", {}, "no paper has category zzz"),
        ("moss", {"category": ["zzz", "yyy"]}, "no paper has category zzz or yyy"),
        ("moss au:xyz", {}, "no paper is by xyz"),
        (
            "moss",
            {"author": "xyz", "venue": "PLoS"},
            "no paper is by xyz; no paper is from venue P",
        ),
        ("moss year:1850", {}, "no paper is from 1850"),
        ("moss", {"after": "2030"}, "no paper is from 2030 on"),
        ("moss ti:roofs", {}, "no paper has “roofs” in the title"),
        (
            "moss au:byron year:2020",
            {},
            "no paper meets every condition: 4 match without the dates (from 2020), "
            "1 matches without author byron",
        ),
        (
            "moss au:byron",
            {"category": "hep-th"},
            "no paper meets every condition: 4 match without author byron, "
            "4 match without category hep-th",
        ),
        (
            "moss cat:hep-th au:byron",
            {"before": "2016"},
            "no paper meets every condition: 2 match without category hep-th",
        ),
        (
            "moss",
            {"retracted": "only", "category": "cs.CL"},
            "no paper meets every condition: 6 match without the limit to retracted ones, "
            "1 matches without category cs.CL",
        ),
        (
            "moss year:2024",
            {"retracted": "none"},
            "no paper meets every condition: 9 match without the dates (from 2024), "
            "1 matches without leaving out retracted ones",
        ),
        (
            "moss -roofs year:2016",
            {},
            "no paper meets every condition: 5 match without the dates (from 2016), "
            "1 matches without leaving out “roofs”",
        ),
        ("roofs -moss", {}, "every paper contains “moss”"),
        (
            "moss cat:hep-th",
            {"author": "byron", "before": "2014-06", "after": "2014"},
            "no paper is from 2014 to 2014-06",
        ),
    ],
)
def test_what_leaves_nothing_is_named(
    engine: Engine, question: str, choices: dict[str, Any], says: str
) -> None:
    answer = engine.search(question, **choices)
    assert answer.total == 0
    assert answer.warnings[-1].startswith(says)


def test_other_answers_say_so_as_well(engine: Engine) -> None:
    assert engine.browse(category="zzz").warnings == ("no paper has category zzz",)
    assert engine.similar("1", category="zzz").warnings[-1] == "no paper has category zzz"


def test_an_index_without_or_of_retracted_papers_says_so(make_store: MakeStore) -> None:
    for choice, retracted, says in (
        ("only", False, "no paper is known as retracted"),
        ("none", True, "every paper is known as retracted"),
    ):
        records = [{**record, "retracted": retracted} for record in RECORDS]
        with Engine.open(make_store(records)) as engine:
            assert engine.browse(retracted=choice).warnings == (says,)  # type: ignore[arg-type]


def test_similar_papers_say_that_there_are_no_others(engine: Engine, make_store: MakeStore) -> None:
    only = engine.similar("1", after="2016", before="2016")
    assert only.warnings[-1] == (
        "no other paper meets every condition: 9 match without the dates (from 2016)"
    )
    with Engine.open(make_store(RECORDS[:1])) as lone:
        for options in (
            DEFAULTS,
            SearchOptions(category=("cs.CL",)),
            SearchOptions(mode="lexical"),
        ):
            assert lone.similar("0", options).warnings == ("there is no other paper",)


def test_similar_papers_by_words_alone_may_share_none(make_store: MakeStore) -> None:
    records = [{"id": "a", "title": "Moss"}, {"id": "b", "title": "Quokka"}]
    with Engine.open(make_store(records)) as engine:
        assert engine.similar("a", mode="lexical").warnings[-1] == (
            "no other paper contains a word of the example; search by meaning as well"
        )


def test_words_that_no_paper_holds_are_not_put_down_to_filters(engine: Engine) -> None:
    answer = engine.search("quokka", mode="lexical")
    assert answer.warnings[-1] == (
        "no paper contains a word of the question; search by meaning as well"
    )


def test_an_index_that_was_emptied_says_so(make_store: MakeStore) -> None:
    store = make_store(RECORDS[:1])
    with store.writer() as writer:
        writer.commit([], removed=["0"])
        writer.publish()
    with Engine.open(store) as engine:
        assert engine.search("moss").warnings[-1].startswith("the index is empty; add papers")


@pytest.mark.parametrize("question", ["moss", "moss au:byron", '"roofs"', "moss year:2016"])
def test_an_answer_with_papers_says_nothing_of_the_kind(engine: Engine, question: str) -> None:
    assert not any("no paper" in warning for warning in engine.search(question).warnings)


def test_filters_are_not_put_down_to_a_quoted_phrase(engine: Engine) -> None:
    answer = engine.search('"on roofs" cat:zzz')
    assert answer.warnings == ("no paper has category zzz",)
