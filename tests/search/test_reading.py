"""Questions in plain words whose authors, times and papers the index knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexer.memory.store import MemoryStore
from search.answer.answer import Answer
from search.engine import Engine
from search.query.parser import parse

Record = Mapping[str, object]
MakeStore = Callable[[Iterable[Record]], MemoryStore]
MakeIndex = Callable[[Iterable[Record]], Path]

RECORDS: list[Record] = [
    {"id": "1", "title": "World models", "authors": ["Yann LeCun"], "date": "2024-05"},
    {"id": "2", "title": "Energy models", "authors": ["Ada Li", "Yann LeCun"], "date": "2024-06"},
    {"id": "3", "title": "Convolutions", "authors": ["LeCun, Yann"], "date": "1998"},
    {"id": "4", "title": "World models again", "authors": ["Jörg Müller"], "date": "2024"},
    {"id": "5", "title": "World of songs", "authors": ["Yang Song"], "date": "2021-03-01"},
    {"id": "6", "title": "A song is a song", "authors": ["Wei Jordan"], "date": "2021"},
    {"id": "7", "title": "Songs of birds", "authors": ["Jordan Wei", "Al Song"], "date": "2021"},
    {"id": "8", "title": "ImageNet in 2020", "authors": ["Lo Wu"], "date": "2021"},
    {"id": "9", "title": "LoRA: low-rank adaptation", "authors": ["Ed Hu"], "date": "2021"},
    {"id": "2406.16793", "title": "Adam-mini", "authors": ["Yu Zhang"], "date": "2024-06-24"},
    *(
        {"id": f"a{n}", "title": f"Designs {n}", "abstract": "a song by design, on vision"}
        for n in range(40)
    ),
]


@pytest.fixture(scope="module", params=["memory", "folder"])
def engine(
    request: pytest.FixtureRequest, make_store: MakeStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    if request.param == "memory":
        store: Any = make_store(RECORDS)
    else:
        store = _folder(tmp_path_factory.mktemp("reading"))
    with Engine.open(store) as opened:
        yield opened


def _folder(folder: Path) -> Path:
    import json

    from indexer.pipeline import add

    source = folder / "source.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    add(folder / "index", [str(source)], model="hashing")
    return folder / "index"


def ids(answer: Answer) -> list[str]:
    return [result.paper.id for result in answer]


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("papers by Yann LeCun on world models", {"1", "2", "3"}),
        ("papers by Yann LeCun on world models since 2024", {"1", "2"}),
        ("LeCun's work on world models after 2023", {"1", "2"}),
        ("papers by LeCun", {"1", "2", "3"}),
        ("papers by lecun before 2000", {"3"}),
        ("papers by Mueller on models", {"4"}),
        ("papers by LeCun and Li", {"2"}),
        ("papers by Müller or Hu", {"4", "9"}),
        ("papers by Song", {"5", "7"}),
        ("world models from 2021 to 2023", {"5", "6", "7", "8", "9"}),
        ("adaptation in 2021", {"5", "6", "7", "8", "9"}),
    ],
)
def test_authors_and_times_leave_other_papers_out(
    engine: Engine, question: str, right: set[str]
) -> None:
    answer = engine.search(question, limit=50)
    assert set(ids(answer)) == right
    assert answer.total == len(right)
    assert answer.understood["heard"]
    assert answer.understood["filters"]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("LeCun et al. 2024", ["1", "2"]),  # the first author's before the second's
        ("LeCun 1998", ["3"]),
        ("LeCun 1999", ["3"]),
        ("Mueller 2024", ["4"]),
        ("Li and LeCun 2024", ["2"]),
        ("Jordan 2021", ["6"]),  # Jordan Wei's surname is another
        ("Jordan W", ["6"]),
        ("LeCun, Y. (1998)", ["3"]),
        ("Song et al. 2022", ["5"]),
    ],
)
def test_a_citation_comes_first_and_nothing_is_left_out(
    engine: Engine, question: str, first: list[str]
) -> None:
    answer = engine.search(question, limit=60)
    assert ids(answer)[: len(first)] == first
    assert answer.total == len(RECORDS)
    assert answer.understood["cited"]


@pytest.mark.parametrize(
    "question",
    [
        "papers by design",
        "papers by song",
        "song 2021",
        "LeCun 2010",
        "vision by Design",
        "songs by Song",
        "Wu 2013",
    ],
)
def test_words_that_are_better_known_as_words_stay_words(engine: Engine, question: str) -> None:
    answer = engine.search(question)
    assert answer.total == len(RECORDS)
    assert "heard" not in answer.understood


@pytest.mark.parametrize("title", ["ImageNet in 2020", "imagnet in 2020"])
def test_a_title_wins_over_its_own_words(engine: Engine, title: str) -> None:
    answer = engine.search(title)
    assert ids(answer)[0] == "8"
    assert answer.total == len(RECORDS)


def test_what_leaves_nothing_falls_back_to_words_and_says_so(engine: Engine) -> None:
    answer = engine.search("papers by LeCun on songs before 1980")
    assert answer.total == len(RECORDS)
    assert "heard" not in answer.understood
    assert answer.warnings[0] == (
        "no paper by LeCun and from 1979 or earlier; searched for the words as typed"
    )


def test_a_phrase_that_nobody_wrote_is_not_put_down_to_the_author(engine: Engine) -> None:
    answer = engine.search('papers by LeCun "no such phrase"')
    assert set(ids(answer)) == {"1", "2", "3"}
    assert answer.warnings[0].startswith("no matching paper has the quoted phrase")


def test_filters_beside_the_question_are_no_reason_to_fall_back(engine: Engine) -> None:
    answer = engine.search("papers by LeCun", author="Hu")
    assert answer.total == 0
    assert answer.understood["filters"] == [{"author": ["LeCun"]}]


@pytest.mark.parametrize(
    "question",
    [
        "papers by LeCun on world models since 2024",
        "LeCun et al. 2024",
        "LeCun Y",
        "models in 2024",
    ],
)
def test_literal_takes_words_as_words(engine: Engine, question: str) -> None:
    answer = engine.search(question, literal=True)
    assert answer.total == len(RECORDS)
    plain = parse(question).understood()
    assert plain.items() <= answer.understood.items()
    assert answer.understood["literal"] is True
    assert not {"heard", "cited"} & answer.understood.keys()


def test_a_wish_for_recent_papers_is_told_and_filters_nothing(engine: Engine) -> None:
    answer = engine.search("recent papers on world models")
    assert answer.total == len(RECORDS)
    assert f"since {date.today().year - 1}" in answer.warnings[0]
    assert "recent" in answer.warnings[0]


@pytest.mark.parametrize("question", ["arxiv 2406.16793", "arXiv:2406.16793 paper"])
def test_an_id_with_words_around_it_is_the_id(engine: Engine, question: str) -> None:
    assert ids(engine.search(question)) == ["2406.16793"]


@pytest.mark.parametrize("question", ["the World models paper", "the paper on world models"])
def test_a_title_within_a_request_comes_first(engine: Engine, question: str) -> None:
    answer = engine.search(question)
    assert ids(answer)[0] == "1"
    assert answer.understood["text"].lower() == "world models"


@pytest.mark.parametrize("name", ["mueller", "Müller", "joerg mueller", "muller", "j mueller"])
def test_a_name_is_found_without_its_umlauts(engine: Engine, name: str) -> None:
    assert ids(engine.search(f'au:"{name}"')) == ["4"]
    assert ids(engine.search("models", author=name)) == ["4"]


def test_many_questions_are_read_as_one_is(engine: Engine) -> None:
    questions = ["papers by LeCun on world models", "LeCun et al. 2024", "songs"]
    many = list(engine.search_many(questions))
    for question, answer in zip(questions, many, strict=True):
        assert isinstance(answer, Answer)
        assert ids(answer) == ids(engine.search(question))


SIGNED: list[Record] = [
    {"id": "1", "title": "A C++ library", "abstract": "for numbers"},
    {"id": "2", "title": "Vitamin C", "abstract": "in fruit"},
    {"id": "3", "title": "Types", "abstract": "of C#, and of F#"},
    {"id": "4", "title": "The C language", "abstract": "(not C++)"},
    {"id": "5", "title": "C++11", "abstract": "threads"},
]


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ('"C++"', {"1", "4", "5"}),
        ('"c++ library"', {"1"}),
        ("ti:C++", {"1", "5"}),
        ('"C#"', {"3"}),
        ('"F#"', {"3"}),
        ('"C++11"', {"5"}),
        ('language -"C++"', {"2", "3"}),
        ('"C"', {"2", "4"}),
    ],
)
def test_signs_tell_words_apart(make_store: MakeStore, question: str, right: set[str]) -> None:
    with Engine.open(make_store(SIGNED)) as engine:
        assert set(ids(engine.search(question))) == right
