from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from indexer.errors import UsageError
from search.browsing import Days, asked_day, days_before
from search.engine import Engine
from search.filters import Filters

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
DATES = ["2024-01-31", "2024-02-01", "2024-02-01", "2023", "2024-02", "", "2024-03-01"]


@pytest.fixture
def engine(make_index: MakeIndex) -> Iterable[Engine]:
    records = [
        {"id": f"p{number}", "title": f"Paper {number}", "date": date, "upvotes": number}
        for number, date in enumerate(DATES)
    ]
    with Engine.open(make_index(records)) as opened:
        yield opened


def test_days_are_those_with_papers(engine: Engine) -> None:
    assert engine.days("2024-02-01") == Days("2024-03-01", "2024-01-31", "2024-03-01")
    assert engine.days("2024-02-10") == Days("2024-03-01", "2024-02-01", "2024-03-01")
    assert engine.days("2024-03-01") == Days("2024-03-01", "2024-02-01", "")
    assert engine.days("2020-01-01") == Days("2024-03-01", "", "2024-01-31")
    assert engine.days() == Days("2024-03-01", "", "")


def test_browsing_gives_all_that_pass(engine: Engine) -> None:
    whole = engine.browse(limit=100)
    assert whole.total == len(whole.results) == len(DATES)
    assert whole.results[0].paper.date == "2024-03-01"
    day = Filters(after="2024-02-01", before="2024-02-01")
    liked = engine.browse(filters=day, sort="upvotes")
    assert [result.paper.id for result in liked.results][:3] == ["p4", "p2", "p1"]
    second = engine.browse(filters=day, sort="upvotes", limit=1, offset=1)
    assert [(result.rank, result.paper.id) for result in second.results] == [(2, "p2")]


def test_days_as_asked() -> None:
    assert asked_day(" 2024-02-29 ") == "2024-02-29"
    assert asked_day("") == ""
    assert days_before("2024-03-01", 30) == "2024-01-31"
    for wrong in ("2023-02-29", "2024", "soon", "2024-02-01T00:00"):
        with pytest.raises(UsageError, match="YYYY-MM-DD"):
            asked_day(wrong)
