from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexNotFoundError, PaperNotFoundError, UsageError
from indexer.pipeline import add
from search.answer import MAX_QUESTION, Sort
from search.engine import Engine
from search.filters import Filters

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
