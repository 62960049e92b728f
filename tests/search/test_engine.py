from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import PaperNotFoundError, UsageError
from indexer.memory.store import MemoryStore
from indexer.papers.paper import make_paper
from indexer.pipeline import add
from search.answer.answer import Answer
from search.engine import Engine
from search.limits import MAX_QUESTION
from search.options import SearchOptions
from search.query.filters import Filters

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]


@pytest.fixture(scope="module")
def engine(sample_store: MemoryStore) -> Iterator[Engine]:
    with Engine.open(sample_store) as opened:
        yield opened


def test_scores_fall_by_meaning_alone_and_lie_between_0_and_1(engine: Engine) -> None:
    answer = engine.search("attention", mode="dense", limit=50)
    scores = [result.score for result in answer.results]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_options_come_by_name_as_one_value_or_as_filters(engine: Engine) -> None:
    def found(answer: Answer) -> object:
        results = [(one.rank, one.paper.id, one.score) for one in answer]
        return answer.understood, answer.total, answer.facets, answer.limit, results

    flat = engine.search("neural networks", after="2012", author="Hinton", limit=3)
    assert len(flat) > 0
    assert all(any("Hinton" in name for name in one.paper.authors) for one in flat)
    options = SearchOptions(after="2012", author=("Hinton",), limit=3)
    filters = Filters(after="2012", authors=("Hinton",))
    assert found(engine.search("neural networks", options)) == found(flat)
    assert found(engine.search("neural networks", filters=filters, limit=3)) == found(flat)
    assert found(engine.search("neural networks", options, limit=10, author=["Hinton"])) != flat
    assert engine.search("neural networks", options, limit=1).limit == 1


def test_one_id_may_be_given_as_a_text_alone(engine: Engine) -> None:
    id = engine.search("attention")[0].paper.id
    other = engine.search("grokking")[0].paper.id

    def found(answer: Answer) -> list[str]:
        return [one.paper.id for one in answer]

    alone, listed = engine.similar(id, unlike=other), engine.similar([id], unlike=[other])
    assert found(alone) == found(listed) != []
    assert engine.lookup(id) == engine.lookup([id]) == [engine.paper(id)]


def test_a_blank_text_beside_an_id_is_none(engine: Engine) -> None:
    id = engine.search("attention")[0].paper.id
    assert [one.paper.id for one in engine.similar(id, text=" ")] == [
        one.paper.id for one in engine.similar(id)
    ]


def test_accents_may_stand_apart(engine: Engine) -> None:
    asked = "Müller on réseaux"
    apart = engine.search(unicodedata.normalize("NFD", asked), literal=True)
    assert apart.understood["text"] == engine.search(asked, literal=True).understood["text"]


def test_what_is_no_text_is_one_line(engine: Engine) -> None:
    nothing: Any = None
    number: Any = 1706.03762
    with pytest.raises(UsageError, match="question None: must be text"):
        engine.search(nothing)
    for ask in (engine.similar, engine.lookup):
        with pytest.raises(UsageError, match=r"id 1706\.03762: must be text; write it in quotes"):
            ask([number])
    with pytest.raises(UsageError, match="id None: must be text"):
        engine.paper(nothing)
    refused, answer = engine.search_many([nothing, "attention"], limit=1)
    assert isinstance(refused, UsageError)
    assert isinstance(answer, Answer)
    assert isinstance(next(engine.similar_many([number, "1706.03762"], limit=1)), UsageError)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("top_k", "no option top_k; did you mean limit?"),
        ("autor", "no option autor; did you mean author?"),
        ("zebra", "no option zebra; there are mode, after, before, "),
    ],
)
def test_an_option_that_nobody_knows_is_named(engine: Engine, name: str, says: str) -> None:
    unknown: Any = {name: 5}
    paper = make_paper({"title": "attention"}, source="library")
    for ask in (
        lambda: engine.search("attention", **unknown),
        lambda: engine.similar(["1706.03762"], **unknown),
        lambda: engine.suiting([paper], **unknown),
        lambda: engine.browse(**unknown),
        lambda: engine.titled("attention", **unknown),
        lambda: list(engine.search_many(["attention"], **unknown)),
        lambda: list(engine.similar_many(["1706.03762"], **unknown)),
    ):
        with pytest.raises(UsageError, match=re.escape(says)) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_newest_comes_first_when_asked(engine: Engine) -> None:
    found = engine.search("model", sort="newest", limit=100)
    dates = [result.paper.date for result in found if result.close]
    assert len(dates) == found.close > 1
    assert dates == sorted(dates, reverse=True)
    assert not any(result.close for result in found.results[len(dates) :])


def test_a_papers_own_text_finds_it_first(engine: Engine) -> None:
    for result in engine.search("physics", limit=20).results:
        text = f"{result.paper.title} {result.paper.abstract}"
        assert engine.search(text, limit=1).results[0].paper.id == result.paper.id


def test_unknown_papers_are_named(engine: Engine) -> None:
    with pytest.raises(PaperNotFoundError, match=r"9999\.99999"):
        engine.similar(["https://arxiv.org/abs/9999.99999v2"])
    with pytest.raises(PaperNotFoundError):
        engine.paper("no such paper")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"question": "  "}, "empty"),
        ({"question": "x" * (MAX_QUESTION + 1)}, "at most"),
        ({"question": "x", "limit": 0}, "limit 0"),
        ({"question": "x", "limit": 1_000_000}, "limit 1000000"),
        ({"question": "x", "offset": -1}, "offset"),
        ({"question": "x", "offset": 10_000}, "offset"),
        ({"question": "x", "sort": "best"}, "sort"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    engine: Engine, arguments: dict[str, object], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        engine.search(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@given(st.text(min_size=1))
@settings(deadline=None)
def test_any_text_is_a_question(engine: Engine, text: str) -> None:
    if text.split():
        assert engine.search(text, limit=3).results


def test_half_a_surrogate_pair_is_no_error(engine: Engine) -> None:
    assert engine.search("attention \ud800 transformer").results


def test_one_paper_alone_scores_the_same_for_every_question(make_store: MakeStore) -> None:
    with Engine.open(make_store([{"id": "1", "title": "one paper of words"}])) as engine:
        questions = [f"paper {n}{n} words" for n in range(40)]
        scores = {round(engine.search(q, mode="lexical")[0].score, 6) for q in questions}
    assert len(scores) == 1


def test_reasons_name_ranks_words_and_a_sentence(engine: Engine) -> None:
    result = engine.search("attention in translation", explain=True, limit=1).results[0]
    why = result.why
    assert why["dense"]["rank"] >= 1
    assert why["lexical"]["score"] > 0
    assert {"attention", "translation"} & {word.lower() for word in why["words"]}
    assert why["sentence"]["text"] in result.paper.abstract
    for start, end in why["highlights"]["abstract"]:
        word = result.paper.abstract[start:end].lower()
        assert word in [word.lower() for word in why["words"]]


def test_by_meaning_other_papers_change_no_order(make_store: MakeStore, tmp_path: Path) -> None:
    records = [{"id": str(n), "title": f"{w} learning {n}"} for n, w in enumerate("abcdefgh" * 4)]
    store = make_store(records)
    with Engine.open(store) as engine:
        before = [r.paper.id for r in engine.search("c learning", mode="dense", limit=99).results]
        more = tmp_path / "more.jsonl"
        more.write_text("".join(f'{{"id": "m{n}", "title": "more {n}"}}\n' for n in range(20)))
        add(store, [str(more)])
        after = [r.paper.id for r in engine.search("c learning", mode="dense", limit=99).results]
    assert [id for id in after if not id.startswith("m")] == before
