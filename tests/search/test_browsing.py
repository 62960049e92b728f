from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from indexer.errors import UsageError
from indexer.local.catalog.catalog import Catalog
from indexer.memory.store import MemoryStore
from indexer.snapshot import Days
from search.browsing import checked_day, days_before
from search.engine import Engine
from search.query.filters import Filters

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
DATES = ["2024-01-31", "2024-02-01", "2024-02-01", "2023", "2024-02", "", "2024-03-01"]


@pytest.fixture(scope="module")
def engine(make_store: MakeStore) -> Iterable[Engine]:
    records = [
        {"id": f"p{number}", "title": f"Paper {number}", "date": date, "upvotes": number}
        for number, date in enumerate(DATES)
    ]
    with Engine.open(make_store(records)) as opened:
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


def test_papers_of_some_days_by_upvotes(engine: Engine) -> None:
    liked = engine.liked("2024-02-01", "2024-02-02", limit=2)
    assert [paper.id for paper in liked.papers] == ["p4", "p2"]
    assert liked.total == 3


def test_a_day_has_only_what_is_known_to_the_day(engine: Engine) -> None:
    liked = engine.liked("2024-02-01", "2024-02-01")
    assert [paper.id for paper in liked.papers] == ["p2", "p1"]
    assert liked.total == 2
    assert engine.liked("2024-02-02", "2024-02-02").total == 0


def test_days_of_submission_come_before_those_of_publication(make_store: MakeStore) -> None:
    submitted = ["2024-02-05", "2024-02-05", "2024-02-07", "2024-02", "", "", ""]
    records = [
        {"id": f"p{n}", "title": f"Paper {n}", "date": date, "upvotes": n, "submitted": day}
        for n, (date, day) in enumerate(zip(DATES, submitted, strict=True))
    ]
    with Engine.open(make_store(records)) as engine:
        assert engine.days() == Days("2024-02-07", "", "", submitted=True)
        newest = Days("2024-02-07", "2024-02-05", "", submitted=True)
        assert engine.days("2024-02-07") == newest
        assert engine.days("2024-02-20").previous == "2024-02-07"
        assert engine.days("2024-02-05").following == "2024-02-07"
        assert engine.days("2024-01-01").following == "2024-02-05"
        liked = engine.liked("2024-02-05", "2024-02-05")
        assert [paper.id for paper in liked.papers] == ["p1", "p0"]
        second = engine.liked("2024-02-05", "2024-02-07", limit=1, offset=1)
        assert ([paper.id for paper in second.papers], second.total) == (["p1"], 3)


def test_an_index_without_papers_has_no_days(tmp_path: Path) -> None:
    Catalog(tmp_path, writable=True).close()
    with Engine.open(tmp_path) as engine:
        assert engine.days() == Days()
        assert engine.liked("", "").papers == ()


def test_days_are_checked() -> None:
    assert checked_day(" 2024-02-29 ") == "2024-02-29"
    assert checked_day("") == ""
    assert days_before("2024-03-01", 30) == "2024-01-31"
    for wrong in ("2023-02-29", "2024", "soon", "2024-02-01T00:00"):
        with pytest.raises(UsageError, match="YYYY-MM-DD"):
            checked_day(wrong)
