"""An answer is a page of results, and is used like one."""

from __future__ import annotations

import pytest

from indexer.papers.paper import make_paper
from search.answer.answer import Answer
from search.answer.builder import empty_answer
from search.answer.result import Result
from search.options import SearchOptions


def answer_of(count: int) -> Answer:
    results = tuple(
        Result(rank=n, paper=make_paper({"id": f"p{n}", "title": "T"}, source="s"), score=0.5)
        for n in range(1, count + 1)
    )
    return Answer(
        query="q",
        understood={},
        total=count,
        close=count,
        limit=10,
        offset=0,
        facets={},
        results=results,
        generation=1,
        took_ms=0.0,
    )


def test_an_answer_is_gone_through_like_its_results() -> None:
    answer = answer_of(3)
    assert [result.paper.id for result in answer] == ["p1", "p2", "p3"]
    assert list(answer) == list(answer.results)
    assert len(answer) == 3
    assert answer[0] is answer.results[0]
    assert answer[-1].rank == 3
    assert answer[1:] == answer.results[1:]
    assert answer[:0] == ()
    assert answer[1] in answer
    with pytest.raises(IndexError):
        answer[3]


def test_an_answer_without_results_is_true() -> None:
    for answer in (answer_of(0), empty_answer("q", SearchOptions(limit=5, offset=2))):
        assert answer
        assert len(answer) == 0
        assert list(answer) == []
        with pytest.raises(IndexError):
            answer[0]


def test_the_answer_of_an_index_without_papers_says_so() -> None:
    answer = empty_answer("q", SearchOptions(limit=5, offset=2))
    assert (answer.query, answer.total, answer.limit, answer.offset) == ("q", 0, 5, 2)
    assert "nearpaper index" in answer.warnings[0]
    assert answer.facets == {"year": {}, "category": {}, "author": {}, "venue": {}}
    assert answer.understood == {"mode": "hybrid", "sort": "relevance"}
