"""One word, however it is spelled, in whole answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest

from indexer.location import Location
from indexer.pipeline import add
from search.engine import Engine

Record = Mapping[str, object]
RECORDS: list[Record] = [
    {"id": "1", "title": "A C++ library", "abstract": "Written for speed."},
    {"id": "2", "title": "Vitamin C", "abstract": "Found in fruit."},
    {"id": "3", "title": "Fine-tuning of language models", "abstract": "Of their behaviour."},
    {"id": "4", "title": "Finetuning vision models", "abstract": "Of their behavior."},
    {"id": "5", "title": "Notes on C", "abstract": "A language, and C# is none of it."},
]


@pytest.fixture(scope="module", params=["memory", "folder"])
def engine(
    request: pytest.FixtureRequest,
    make_store: Callable[[Iterable[Record]], Location],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    if request.param == "memory":
        place = make_store(RECORDS)
    else:
        folder = tmp_path_factory.mktemp("spellings")
        source, place = folder / "source.jsonl", folder / "index"
        source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
        add(place, [str(source)], model="hashing")
    with Engine.open(place) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('"C++"', {"1"}),
        ('"C#"', {"5"}),
        ('"C"', {"2", "5"}),
        ("ti:C", {"2", "5"}),
        ('"finetuning"', {"3", "4"}),
        ('"fine-tuning"', {"3", "4"}),
        ('"fine tuning"', {"3"}),
        ('"finetuning of language"', {"3"}),
        ('"fine-tuning vision models"', {"4"}),
        ("models -behaviour", {"1", "2", "5"}),
        ("abs:behaviour", {"3", "4"}),
        ("ti:modelling", {"3", "4"}),
    ],
)
def test_phrases_and_operators(engine: Engine, question: str, expected: set[str]) -> None:
    assert {result.paper.id for result in engine.search(question)} == expected


@pytest.mark.parametrize("question", ["finetuning", "fine-tuning"])
def test_both_spellings_are_found_and_marked(engine: Engine, question: str) -> None:
    answer = engine.search(question, mode="lexical", explain="words")
    assert {result.paper.id for result in answer} == {"3", "4"}
    for result in answer:
        title = result.paper.title
        marks = [title[start:end] for start, end in result.why["highlights"]["title"]]
        assert marks in (["Fine-tuning"], ["Finetuning"])
        assert result.why["words"] == marks


def test_c_plus_plus_is_not_c(engine: Engine) -> None:
    found = engine.search("C++", mode="lexical")
    assert [result.paper.id for result in found] == ["1"]
