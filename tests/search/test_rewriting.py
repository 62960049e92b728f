"""Questions as people type them: misspelt, abbreviated, a paper's own name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from indexer.memory.store import MemoryStore
from search.engine import Engine
from search.options import Mode

Record = Mapping[str, object]
MakeStore = Callable[[Iterable[Record]], MemoryStore]
MakeIndex = Callable[[Iterable[Record]], Path]

RECORDS: list[Record] = [
    {"id": "dreamer", "title": "MovieDreamer: Long films", "abstract": "MovieDreamer makes films."},
    {"id": "told1", "title": "Preferences", "abstract": "by Model Context Protocol (MCP) servers"},
    {"id": "told2", "title": "Servers", "abstract": "Model context protocols (MCPs) for tools"},
    {"id": "told3", "title": "Projectors", "abstract": "a Mobile Conditioning Projector (MCP)"},
    {
        "id": "told4",
        "title": "Projector",
        "abstract": "Mobile Conditioning Projectors (MCPs) again",
    },
    {"id": "told5", "title": "Tools", "abstract": "tools with the Model Context Protocol (MCP)"},
    {"id": "long", "title": "Agents", "abstract": "the model context protocol in agents"},
    {"id": "short", "title": "Audits", "abstract": "audits of an MCP"},
    {"id": "map1", "title": "Maps", "abstract": "Mean Average Precision (MAP) is a map of maps"},
    {"id": "map2", "title": "Precision", "abstract": "by Mean Average Precision (MAP)"},
    {"id": "old", "title": "BERT: A model", "abstract": "language", "date": "2018"},
    {"id": "new", "title": "BERT: Another", "abstract": "of BERT BERT BERT", "date": "2020"},
    {"id": "uses", "title": "Using BERT", "abstract": "BERT BERT BERT BERT BERT"},
    {"id": "peek", "title": "PEEK: Looking", "abstract": "PEEK looks at stiffened plates"},
    *({"id": f"peak{n}", "title": f"Hills {n}", "abstract": "a peak"} for n in range(3)),
    {"id": "edit", "title": "KV-Edit: Backgrounds", "abstract": "an edit keeps its keys"},
    {"id": "edits", "title": "Edits", "abstract": "KV caches and an edit of edits, EV too"},
    {"id": "acronym", "title": "Denoising Diffusion Models (DDM)", "abstract": "DDM and models"},
    *(
        {
            "id": f"map{n}",
            "title": f"Roads {n}",
            "abstract": "a map of roads",
            "authors": ["Xu Wye"],
        }
        for n in range(10, 40)
    ),
    *({"id": f"t{n}", "title": f"Attention: part {n}", "abstract": "words"} for n in range(5)),
    *(
        {"id": f"x{n}", "title": f"Trees {n}", "abstract": f"about tree {n} read"}
        for n in range(150)
    ),
]


@pytest.fixture(scope="module")
def engine(make_store: MakeStore) -> Iterator[Engine]:
    with Engine.open(make_store(RECORDS)) as opened:
        yield opened


def first(engine: Engine, question: str, **options: bool) -> str:
    return engine.search(question, limit=1, literal=options.get("literal", False))[0].paper.id


@pytest.mark.parametrize("typed", ["MovieDreamr", "moviedraemer", "Moviedreamerr", "movidreamr"])
def test_a_word_that_no_paper_holds_is_mended(engine: Engine, typed: str) -> None:
    answer = engine.search(f"{typed}", limit=3)
    assert answer[0].paper.id == "dreamer"
    assert answer.understood["spelling"] == {typed: "MovieDreamer"}
    assert answer.understood["text"] == "MovieDreamer"
    assert answer.query == typed
    assert f"showing results for MovieDreamer; search for {typed} instead" in answer.warnings[0]


@pytest.mark.parametrize("typed", ["KV-Editt", "VK-Edit", "KVE-Edit", "KV-Eddt"])
def test_a_hyphenated_name_is_mended_as_one(engine: Engine, typed: str) -> None:
    answer = engine.search(typed, limit=3)
    assert answer[0].paper.id == "edit"
    assert answer.understood["spelling"] == {typed: "KV-Edit"}


@pytest.mark.parametrize("typed", ["KV-Edit", "kv-edit", "key-edits", '"KV-Editt"', "KV-Edit-2"])
def test_other_hyphenated_words_stay(engine: Engine, typed: str) -> None:
    assert "spelling" not in engine.search(typed).understood


def test_literally_nothing_is_read_into_a_question(engine: Engine) -> None:
    for question in ("MovieDreamr", "MCP"):
        answer = engine.search(question, literal=True)
        assert not answer.understood.keys() & {"spelling", "abbreviations"}
        assert answer.understood["text"] == question
        assert not any("showing results" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    "question",
    [
        *("films", "film", "Attention", "wye", "Wye Xu", "xyz", "12345", "fi1ms", "2301.00001"),
        *("bread about trees", "trees in the 2020s", "the 10th tree", "cond-mat/9901001"),
    ],
)
def test_words_that_are_held_and_ids_and_short_ones_stay(engine: Engine, question: str) -> None:
    assert "spelling" not in engine.search(question).understood


@pytest.mark.parametrize(
    "question", ['"long flims"', "ti:flims", '"flims" of trees', "-flims trees"]
)
def test_nothing_is_mended_inside_quotes(engine: Engine, question: str) -> None:
    assert "spelling" not in engine.search(question).understood


def test_a_word_alone_is_likely_the_name_of_a_paper(engine: Engine) -> None:
    assert engine.search("peik").understood["spelling"] == {"peik": "PEEK"}
    assert engine.search("pek").understood["spelling"] == {"pek": "PEEK"}
    assert engine.search("peik of hills").understood["spelling"] == {"peik": "peak"}
    assert "spelling" not in engine.search("pek of hills").understood


@pytest.mark.parametrize("question", ["unstiffened plates", "PEIK plates"])
def test_opposites_and_abbreviations_are_not_misspelt(engine: Engine, question: str) -> None:
    assert "spelling" not in engine.search(question).understood


def test_what_stands_beside_quotes_is_mended(engine: Engine) -> None:
    answer = engine.search('"films" attntion')
    assert answer.understood["spelling"] == {"attntion": "attention"}
    assert answer.understood["phrases"] == ["films"]


def test_a_question_in_another_language_is_left_alone(engine: Engine) -> None:
    answer = engine.search("rodas filma servera projektoro")
    assert "spelling" not in answer.understood
    assert "spelling" not in engine.search("los flims para trees").understood


def test_what_an_abbreviation_is_read_as_is_said(engine: Engine) -> None:
    answer = engine.search("MCP", limit=200)
    assert answer.understood["abbreviations"] == {
        "MCP": ["model context protocol", "mobile conditioning projector"]
    }
    without = engine.search("MCP", limit=200, literal=True)
    assert place(answer, "long") < place(without, "long")


def place(answer: object, id: str) -> int:
    return [result.paper.id for result in answer].index(id)  # type: ignore[attr-defined]


def test_a_long_form_also_finds_its_abbreviation(engine: Engine) -> None:
    answers = [engine.search("model context protocol", limit=200, literal=x) for x in (False, True)]
    assert place(answers[0], "short") < place(answers[1], "short")
    assert answers[0].understood["abbreviations"] == {"model context protocol": ["MCP"]}


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_pages_tile_what_was_read(engine: Engine, mode: Mode) -> None:
    every = [result.paper.id for result in engine.search("MCP", mode=mode, limit=40)]
    pages = [engine.search("MCP", mode=mode, limit=4, offset=offset) for offset in range(0, 40, 4)]
    assert [result.paper.id for page in pages for result in page] == every
    if mode == "lexical":  # all that hold the word, and no others
        assert len(every) == pages[0].total == 4


def test_a_word_that_is_rarely_an_abbreviation_stays_a_word(engine: Engine) -> None:
    assert "abbreviations" not in engine.search("map").understood
    assert "MAP" in engine.search("MAP", limit=1).understood.get("abbreviations", {"MAP": ""})
    assert "abbreviations" not in engine.search('"MCP" servers').understood


def test_a_paper_of_that_name_comes_before_those_that_mention_it(engine: Engine) -> None:
    found = [result.paper.id for result in engine.search("bert", limit=3)]
    assert found == ["old", "new", "uses"]
    assert first(engine, "DDM") == "acronym"


def test_what_many_papers_are_named_is_a_topic(engine: Engine) -> None:
    named = engine.search("attention", limit=6, sort="newest")
    assert len(named) == 6  # all that match are sorted, and not the named ones alone


def test_the_same_in_a_folder(make_index: MakeIndex) -> None:
    with Engine.open(make_index(RECORDS)) as engine:
        assert first(engine, "MovieDreamr") == "dreamer"
        assert "abbreviations" in engine.search("MCP").understood
        assert first(engine, "BERT") == "old"
