"""What people see of an engine and its answers in Python."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest

import search
from indexer.errors import UsageError
from indexer.memory.store import MemoryStore
from indexer.papers.paper import Paper
from search import Engine

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
HOSTILE = {
    "id": "2501.00001",
    "title": 'A <script>alert(1)</script> "quoted" study of caching',
    "url": 'https://x.example/"onmouseover="alert(1)',
    "date": "2025",
}


class Tags(HTMLParser):
    """Collects the names of tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


def test_the_public_names_are_those_that_are_promised() -> None:
    assert search.__all__ == ["Answer", "Engine", "Filters", "Result", "SearchOptions"]
    assert set(search.__all__) <= set(dir(search))
    assert all(isinstance(getattr(search, name), type) for name in search.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = search.nonsense


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import search, sys; sys.exit(any(name in sys.modules for name in ('numpy', 'faiss')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_index_is_found_by_the_environment(
    sample_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARPAPER_INDEX", str(sample_index))
    with Engine.open() as engine:
        assert re.fullmatch(r"<Engine over 202 papers, generation \d+>", repr(engine))


def test_an_answer_shows_its_first_results(sample_store: MemoryStore) -> None:
    with Engine.open(sample_store) as engine:
        answer = engine.search("attention", limit=30)
    lines = repr(answer).splitlines()
    assert lines[0] == "<Answer to 'attention': 30 of 202 papers>"
    assert lines[1].startswith("  1 0.")
    assert answer.results[0].paper.id in lines[1]
    assert lines[-1] == "and 20 more; to_pandas() has them all"
    assert len(lines) == 12
    assert max(map(len, lines)) <= 120


def test_notebooks_get_a_table_that_papers_cannot_spoil(make_store: MakeStore) -> None:
    with Engine.open(make_store([HOSTILE])) as engine:
        page = engine.search("caching <b>")._repr_html_()
    tags = Tags()
    tags.feed(page)
    assert tags.seen <= {"table", "caption", "tr", "th", "td", "p", "a", "href"}
    assert "&lt;script&gt;" in page


def test_a_table_of_pandas_has_every_result_and_field(sample_store: MemoryStore) -> None:
    with Engine.open(sample_store) as engine:
        answer = engine.search("attention", limit=30)
        nothing = engine.search("attention", filters=search.Filters(after="2100")).to_pandas()
    frame = answer.to_pandas()
    columns = ["rank", *(field.name for field in fields(Paper)), "score", "why", "folded"]
    assert list(frame.columns) == list(nothing.columns) == columns
    assert frame["id"].tolist() == [result.paper.id for result in answer.results]
    assert frame["score"].tolist() == [result.score for result in answer.results]
    assert len(nothing) == 0


def test_without_pandas_it_says_what_to_install(
    sample_store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with Engine.open(sample_store) as engine, pytest.raises(UsageError, match="pip install pandas"):
        engine.search("attention").to_pandas()
