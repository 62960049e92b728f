"""The same papers give the same answers, whether they are in memory or in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from indexer.memory.store import MemoryStore
from indexer.papers.paper import make_paper
from search.answer.answer import Answer
from search.answer.result import Result
from search.engine import Engine
from search.options import MODES, SORTS, Mode

QUESTIONS = [
    *("attention", "neural machine translation", "deep learning", "gravitational waves"),
    *("graph neural networks for molecules", "reinforcement learning in games", "BERT"),
    *("papers by Yoshua Bengio", "Geoffrey Hinton", "K. He", "Attention Is All You Need"),
    *("Atention is all you ned", "Deep Residual Learning", "1706.03762", "arXiv:1810.04805v2"),
    *("N19-1423", "https://arxiv.org/abs/1412.6980", "2412.99999", "10.1000/none"),
    *('"neural networks"', '"machine translation" -attention', "-learning physics"),
    *("ti:learning", "abs:translation ti:neural", "au:bengio", "au:lee OR au:wang learning"),
    *("cat:cs.CL", "cat:cs.LG year:2015..2018", "cat:hep-th", "year:2014", "year:2019.. language"),
    *('"no such phrase at all"', "ti:the model", "the of and", "wie lernt ein neuronales Netz"),
    *("zebra quokka", "e", "½ é 网络", "mortgage interest of municipal bonds"),
    "What is known about pre-training language models on large corpora?",
    "Can you recommend papers on protein structure prediction?",
]
CHOICES: list[dict[str, Any]] = [
    {},
    {"after": "2015", "before": "2019-06"},
    {"category": ["cs.CL", "stat"], "limit": 7, "offset": 5},
    {"author": "bengio", "min_score": 0.3},
    {"venue": "no such venue"},
    {"min_score": 0.9, "limit": 50},
]
LIBRARY = [
    make_paper({"id": id, "title": title, "abstract": "neural language models"}, source="library")
    for id, title in [("1706.03762", "Attention Is All You Need"), ("x", "Translation by models")]
]


@pytest.fixture(scope="module")
def engines(sample_store: MemoryStore, sample_index: Path) -> Iterator[tuple[Engine, Engine]]:
    with Engine.open(sample_store) as memory, Engine.open(sample_index) as folder:
        yield memory, folder


def results_of(results: tuple[Result, ...] | list[Result]) -> list[object]:
    """Without what differs: when a paper was read."""
    return [
        (one.rank, one.paper.id, pytest.approx(one.score, abs=1e-5), one.folded) for one in results
    ]


def facts(answer: Answer) -> dict[str, object]:
    return {
        "results": results_of(answer.results),
        "total": answer.total,
        "facets": answer.facets,
        "understood": answer.understood,
        "warnings": answer.warnings,
        "far": answer.far,
        "limit": (answer.limit, answer.offset),
    }


def assert_alike(
    engines: tuple[Engine, Engine], ask: Callable[[Engine], Answer]
) -> dict[str, object]:
    memory, folder = (facts(ask(engine)) for engine in engines)
    for name, found in memory.items():
        assert folder[name] == found, name
    for one in ("year", "category", "author", "venue"):  # in the same order, too
        assert list(folder["facets"][one].items()) == list(memory["facets"][one].items())  # type: ignore[index]
    return memory


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_alike(engines: tuple[Engine, Engine], question: str) -> None:
    for mode, choices in product(MODES, CHOICES):
        assert_alike(engines, lambda e, m=mode, c=choices: e.search(question, mode=m, **c))  # type: ignore[misc]
    for mode, sort in product(MODES, SORTS[1:]):
        assert_alike(engines, lambda e, m=mode, s=sort: e.search(question, mode=m, sort=s))  # type: ignore[misc]
    rankings = [engine.ranking(question, depth=300) for engine in engines]
    assert [id for id, _ in rankings[0]] == [id for id, _ in rankings[1]]


@pytest.mark.parametrize("question", ["attention in translation", "deep 网络", "2412.99999"])
def test_reasons_are_alike(engines: tuple[Engine, Engine], question: str) -> None:
    whys = [[r.why for r in engine.search(question, explain=True, limit=5)] for engine in engines]
    for memory, folder in zip(*whys, strict=True):
        for name in ("words", "highlights"):
            assert memory[name] == folder[name]
        for name in ("dense", "lexical", "sentence"):
            one, other = memory[name], folder[name]
            assert (one is None) == (other is None)
            if one is not None:
                assert one | {"score": 0} == other | {"score": 0}
                assert one["score"] == pytest.approx(other["score"], abs=1e-4)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("ids", "more"),
    [
        (["1706.03762"], {}),
        (["1706.03762", "1412.6980"], {"unlike": ["N19-1423"]}),
        ([], {"text": "graphs of proteins"}),
        (["1512.03385"], {"text": "speech", "category": "cs", "limit": 30}),
        (["1602.03837"], {"min_score": 0.5, "sort": "newest", "limit": 30}),
        (["N19-1423"], {"after": "2100"}),
    ],
)
def test_neighbours_are_alike(
    engines: tuple[Engine, Engine], mode: Mode, ids: list[str], more: dict[str, Any]
) -> None:
    assert_alike(engines, lambda engine: engine.similar(ids, mode=mode, **more))


@pytest.mark.parametrize("choices", [*CHOICES, {"offset": 199}, {"category": "cs", "limit": 200}])
def test_browsing_is_alike(engines: tuple[Engine, Engine], choices: dict[str, Any]) -> None:
    for sort in SORTS:
        assert_alike(engines, lambda e, s=sort: e.browse(sort=s, **choices))  # type: ignore[misc]


@pytest.mark.parametrize("choices", [{}, {"after": "2018", "limit": 40}, {"min_score": 0.8}])
def test_what_suits_a_library_is_alike(
    engines: tuple[Engine, Engine], choices: dict[str, Any]
) -> None:
    memory, folder = (
        results_of(engine.suiting(LIBRARY, unlike=["1412.6980"], **choices)) for engine in engines
    )
    assert memory
    assert folder == memory


def test_days_and_papers_are_alike(engines: tuple[Engine, Engine]) -> None:
    memory, folder = engines
    for day in ("", "2017-06-12", "2018-10-11", "1900-01-01", "2100-01-01"):
        assert memory.days(day) == folder.days(day)
    for first, last in (("", ""), ("2015-01-01", "2018-12-31"), ("2100-01-01", "2100-01-02")):
        one, other = (engine.liked(first, last, limit=9) for engine in engines)
        assert [paper.id for paper in one.papers] == [paper.id for paper in other.papers]
        assert (one.total, one.first, one.last) == (other.total, other.first, other.last)
        assert one.days == other.days
    names = ["1706.03762", "10.48550/arXiv.1706.03762", "N19-1423", "none"]
    found = [[paper.id if paper else "" for paper in engine.lookup(names)] for engine in engines]
    assert found[0] == found[1]
    titled = [engine.titled("Atention is all you ned") for engine in engines]
    assert titled[0] is not None
    assert titled[1] is not None
    assert titled[0].id == titled[1].id
    assert (
        memory.plane(["1706.03762", "N19-1423"]).joined
        == folder.plane(["1706.03762", "N19-1423"]).joined
    )
    assert memory.papers == folder.papers
