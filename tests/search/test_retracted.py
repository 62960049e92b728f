"""Papers that were retracted: marked, found, left out; the same in a folder and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from api.exports.bibtex import bibtex
from indexer.errors import PaperNotFoundError, UsageError
from indexer.memory.store import MemoryStore
from search.engine import Engine

Record = Mapping[str, object]
RECORDS: list[Record] = [
    {
        "id": f"toy-{n}",
        "title": f"Wooden rails number {n}",
        "abstract": "Rails wobble when trains are pushed.",
        "retracted": n % 3 == 0,
        "cite_keys": [f"tester20{n:02}"],
    }
    for n in range(12)
]


@pytest.fixture(params=["folder", "memory"])
def engine(
    request: pytest.FixtureRequest,
    make_index: Callable[[Iterable[Record]], Path],
    make_store: Callable[[Iterable[Record]], MemoryStore],
) -> Iterator[Engine]:
    where = make_index(RECORDS) if request.param == "folder" else make_store(RECORDS)
    with Engine.open(where) as opened:
        yield opened


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("any", set(range(12))),
        ("only", {0, 3, 6, 9}),
        ("none", set(range(12)) - {0, 3, 6, 9}),
    ],
)
def test_the_filter(engine: Engine, choice: str, expected: set[int]) -> None:
    for question in ("wooden rails", "wobbling trains"):
        answer = engine.search(question, retracted=choice, limit=50)  # type: ignore[arg-type]
        found = {one.paper.id for one in answer.results} | {
            id for one in answer.results for id in one.folded
        }
        assert found == {f"toy-{n}" for n in expected}
        assert answer.total == len(expected)
        assert ("retracted" in str(answer.understood)) is (choice != "any")


def test_a_choice_that_nobody_knows_is_one_line(engine: Engine) -> None:
    with pytest.raises(UsageError, match="must be one of any, only, none"):
        engine.search("rails", retracted="some")  # type: ignore[arg-type]


def test_a_paper_is_found_by_its_cite_key(engine: Engine) -> None:
    paper = engine.paper("tester2004")
    assert paper.id == "toy-4"
    assert "@misc{tester2004," in bibtex([paper])
    assert engine.lookup(["tester2004", "toy-5", "nobody"]) == [paper, engine.paper("toy-5"), None]
    assert engine.similar("tester2004", limit=1).results
    with pytest.raises(PaperNotFoundError):
        engine.paper("nobody2004")
