from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexNotFoundError, PaperNotFoundError, UsageError
from indexer.maintenance.upkeep import compact, remove
from indexer.pipeline import add
from search.answer.answer import MAX_QUESTION, MODES, Mode, Sort
from search.engine import Engine
from search.query.filters import Filters
from search.ranking import ranking
from search.ranking import retriever as retrieval

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
FILTERS = st.builds(
    Filters,
    after=st.sampled_from(["", "2014", "2017-06"]),
    before=st.sampled_from(["", "2020", "2025-01-01"]),
    categories=st.lists(st.sampled_from(["cs", "cs.CL", "hep-th"]), max_size=2).map(tuple),
    authors=st.lists(st.sampled_from(["Bengio", "Lee", "nobody"]), max_size=1).map(tuple),
)
SORT = st.sampled_from(["relevance", "newest", "upvotes"])


@pytest.fixture(scope="module")
def engine(sample_index: Path) -> Engine:
    return Engine.open(sample_index)


@settings(deadline=None)
@given(filters=FILTERS, sort=SORT, limit=st.integers(1, 60))
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


def test_scores_fall_by_meaning_alone_and_lie_between_0_and_1(engine: Engine) -> None:
    answer = engine.search("attention", mode="dense", limit=50)
    scores = [result.score for result in answer.results]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_newest_comes_first_when_asked(engine: Engine) -> None:
    dates = [r.paper.date for r in engine.search("model", sort="newest", limit=100).results]
    assert dates == sorted(dates, reverse=True)


def test_a_papers_own_text_finds_it_first(engine: Engine) -> None:
    for result in engine.search("physics", limit=20).results:
        text = f"{result.paper.title} {result.paper.abstract}"
        assert engine.search(text, limit=1).results[0].paper.id == result.paper.id


def test_similar_leaves_out_what_was_asked(engine: Engine) -> None:
    ids = [result.paper.id for result in engine.search("translation", limit=3).results]
    answer = engine.similar(ids, limit=1000)
    found = [result.paper.id for result in answer.results]
    assert len(found) == answer.total == engine.papers - 3
    assert not set(ids) & set(found)


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


@pytest.mark.parametrize("date", ["yesterday", "2023-13", "2023-02-30", "99"])
def test_a_date_that_is_none(date: str) -> None:
    with pytest.raises(UsageError, match="not a date"):
        Filters(after=date)


def test_a_range_the_wrong_way_round() -> None:
    with pytest.raises(UsageError, match="in between"):
        Filters(after="2024-02", before="2024-01-31")
    Filters(after="2024-02-03", before="2024")


@given(st.text(min_size=1))
@settings(deadline=None)
def test_any_text_is_a_question(engine: Engine, text: str) -> None:
    if text.split():
        assert engine.search(text, limit=3).results


def test_half_a_surrogate_pair_is_no_error(engine: Engine) -> None:
    assert engine.search("attention \ud800 transformer").results


def test_a_running_engine_takes_up_new_generations(make_index: object, tmp_path: Path) -> None:
    index = make_index([{"id": "1", "title": "one"}])  # type: ignore[operator]
    with Engine.open(index) as engine:
        first = engine.search("two")
        more = tmp_path / "more.jsonl"
        more.write_text('{"id": "2", "title": "two"}\n')
        add(index, [str(more)])
        second = engine.search("two")
    assert (first.total, second.total) == (1, 2)
    assert second.generation == first.generation + 1
    assert second.results[0].paper.id == "2"


def test_no_index_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IndexNotFoundError, match="nearpaper index"):
        Engine.open(tmp_path)
    monkeypatch.setenv("NEARPAPER_INDEX", os.fspath(tmp_path / "elsewhere"))
    with pytest.raises(IndexNotFoundError, match="elsewhere"):
        Engine.open()


def test_folded_papers_never_come_back_on_a_later_page(make_index: MakeIndex) -> None:
    text = "the same long abstract about kernels of graphs and their many uses"
    twins = [{"id": f"t{n}", "title": "Graph kernels", "abstract": text} for n in range(3)]
    others = [{"id": f"o{n}", "title": f"Topic {n}", "abstract": "graph"} for n in range(30)]
    index = make_index([{"id": "q", "title": "Kernels", "abstract": text}, *twins, *others])
    with Engine.open(index) as engine:
        first = engine.similar(["q"], limit=1).results[0]
        found = engine.similar(["q"], limit=1000).results
    assert {first.paper.id, *first.folded} == {"t0", "t1", "t2"}
    shown = [id for result in found for id in (result.paper.id, *result.folded)]
    assert sorted(shown) == sorted(record["id"] for record in [*twins, *others])


def test_similar_moves_away_from_what_is_unlike(make_index: MakeIndex) -> None:
    words = ["protein", "galaxy", "grammar"]
    records = [
        {"id": f"{a}-{b}", "title": f"{a} {b}", "abstract": f"{a} and {b}"}
        for a in words
        for b in words
    ]
    with Engine.open(make_index(records)) as engine:
        away = engine.similar(text="protein galaxy", unlike=["galaxy-galaxy"]).results
    found = [result.paper.id for result in away]
    assert "galaxy-galaxy" not in found
    assert found.index("protein-grammar") < found.index("galaxy-grammar")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("2301.00001v2", {"id": "2301.00001"}),
        ("https://arxiv.org/abs/2301.00001", {"id": "2301.00001"}),
    ],
)
def test_an_id_goes_straight_to_its_paper(
    make_index: MakeIndex, question: str, says: dict[str, str]
) -> None:
    index = make_index([{"id": f"2301.0000{n}", "title": f"paper {n}"} for n in range(1, 6)])
    with Engine.open(index) as engine:
        answer = engine.search(question)
    assert [result.paper.id for result in answer.results] == ["2301.00001"]
    assert answer.total == 1
    assert says.items() <= answer.understood.items()


def test_a_title_or_a_name_comes_first(make_index: MakeIndex) -> None:
    records: list[Mapping[str, object]] = [
        {"id": "1", "title": "Attention: all you need?", "authors": ["Ada Byron"]},
        {"id": "2", "title": "Need and attention", "abstract": "attention is all you need, all"},
        {"id": "3", "title": "Byron and Ada", "abstract": "Ada Byron, Ada Byron, Ada Byron"},
    ]
    with Engine.open(make_index(records)) as engine:
        for question in ("attention all you need", "Atention all you need"):
            assert engine.search(question).results[0].paper.id == "1"
        assert engine.search("byron, ada").results[0].paper.id == "1"


def test_marks_of_a_question_hold(make_index: MakeIndex) -> None:
    records: list[Mapping[str, object]] = [
        {"id": "1", "title": "Chain of thought", "abstract": "prompting", "date": "2022-01-05"},
        {"id": "2", "title": "Thought", "abstract": "a chain of thought", "date": "2023"},
        {"id": "3", "title": "Chain", "abstract": "thought for vision", "authors": ["Jo Li"]},
    ]
    with Engine.open(make_index(records)) as engine:

        def ids(question: str) -> set[str]:
            return {result.paper.id for result in engine.search(question).results}

        assert ids('"chain of thought"') == {"1", "2"}
        assert ids("ti:thought") == {"1", "2"}
        assert ids("abs:thought -vision") == {"2"}
        assert ids("thought year:2023") == {"2"}
        assert ids("au:li") == {"3"}
        assert ids('"never said so"') == {"1", "2", "3"}


@pytest.mark.parametrize("mode", MODES)
def test_totals_facets_and_pages_hold_in_every_mode(engine: Engine, mode: Mode) -> None:
    filters = Filters(after="2015")
    whole = engine.search("language learning", mode=mode, filters=filters, limit=1000)
    assert len(whole.results) == whole.total
    years = [result.paper.date[:4] for result in whole.results]
    assert whole.facets["year"] == {y: years.count(y) for y in sorted(set(years), reverse=True)}
    for category, count in whole.facets["category"].items():
        having = [result for result in whole.results if category in result.paper.categories]
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
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "DEPTH", 30)
    monkeypatch.setattr(retrieval, "DEPTH", 30)
    index = make_index(
        {"id": str(n), "title": f"{'network' if n % 3 else 'telescope'} {n}", "abstract": f"w{n}"}
        for n in range(150)
    )
    with Engine.open(index) as engine:
        pages = [
            engine.search("deep network telescope 7", min_score=0.3, limit=10, offset=at).results
            for at in range(0, 150, 10)
        ]
        scores = [r.score for r in engine.search("deep network telescope 7", limit=150).results]
    assert [len(page) for page in pages] == sorted((len(page) for page in pages), reverse=True)
    ids = [result.paper.id for page in pages for result in page]
    assert len(set(ids)) == len(ids) == sum(score >= 0.3 for score in scores) > 40


def test_one_paper_alone_scores_the_same_for_every_question(make_index: MakeIndex) -> None:
    with Engine.open(make_index([{"id": "1", "title": "one paper of words"}])) as engine:
        questions = [f"paper {n} words" for n in range(40)]
        assert {engine.search(q).results[0].score > 0.9 for q in questions} == {True}


def test_papers_without_a_title_are_no_versions_of_each_other(make_index: MakeIndex) -> None:
    index = make_index(
        {"id": str(n), "abstract": f"one two three four five six seven eight nine ten w{n}"}
        for n in range(9)
    )
    with Engine.open(index) as engine:
        assert len(engine.similar(["1"]).results) == 8


def test_similar_says_nothing_of_the_language_of_papers(make_index: MakeIndex) -> None:
    german = {"id": "1", "title": "Wie wird der Text mit dem Modell und der Maschine gelesen"}
    with Engine.open(make_index([german, {"id": "2", "title": "Ein anderer Text"}])) as engine:
        assert engine.search(german["title"]).warnings
        assert not any("English" in one for one in engine.similar(["1"]).warnings)


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


def test_by_meaning_other_papers_change_no_order(make_index: MakeIndex, tmp_path: Path) -> None:
    records = [{"id": str(n), "title": f"{w} learning {n}"} for n, w in enumerate("abcdefgh" * 4)]
    index = make_index(records)
    with Engine.open(index) as engine:
        before = [r.paper.id for r in engine.search("c learning", mode="dense", limit=99).results]
        more = tmp_path / "more.jsonl"
        more.write_text("".join(f'{{"id": "m{n}", "title": "more {n}"}}\n' for n in range(20)))
        add(index, [str(more)])
        after = [r.paper.id for r in engine.search("c learning", mode="dense", limit=99).results]
    assert [id for id in after if not id.startswith("m")] == before


def test_an_answer_that_was_overtaken_is_asked_for_again(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two compactions while an answer is put together take its papers out of the catalog."""
    index = make_index([{"id": "old", "title": "Graph kernels", "abstract": "graphs"}])
    with Engine.open(index) as engine:
        assert engine.search("graphs").results[0].paper.id == "old"
        held = engine._reader.generation()
        newer = index.parent / "newer.jsonl"
        newer.write_text('{"id": "new", "title": "Graph networks", "abstract": "graphs"}\n')
        add(index, [str(newer)], model="hashing")
        remove(index, ["old"])
        compact(index)
        compact(index)
        real, calls = engine._reader.generation, []

        def generation() -> object:
            calls.append(1)
            return held if len(calls) == 1 else real()

        monkeypatch.setattr(engine._reader, "generation", generation)
        assert [result.paper.id for result in engine.search("graphs").results] == ["new"]
        assert len(calls) == 2
