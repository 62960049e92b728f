"""How the sources of a wheel are made out of those of a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_build import ROOMS, UnclearError, modules_of, rewritten

ROOT = Path(__file__).resolve().parents[1]
MODULES = modules_of(
    [
        "indexer/__init__.py",
        "indexer/errors.py",
        "search/query/marks.py",
        "search/query/__init__.py",
    ]
)

KEPT = '''"""Prose may speak of :mod:`indexer.errors`, and say `from search import x`."""
from __future__ import annotations
from . import errors
from .indexer import errors
from research import search
import searching
search = research.search
search.query("from searching import", "search.html", ".query", "nearpaper.search.query")
"""Of what stands above: search.query."""
'''


def test_imports_are_those_of_the_wheel() -> None:
    source = (
        "import search\n"
        "import search as s; import indexer.errors as e\n"
        "from api import (\n    head,\n    search,\n)\n"
        "def f():\n    'é'; from  search.query.marks import search as found\n    search.query()\n"
    )
    assert rewritten(source.encode(), "a.py", MODULES).decode() == (
        "from nearpaper import search\n"
        "from nearpaper import search as s; import nearpaper.indexer.errors as e\n"
        "from nearpaper.api import (\n    head,\n    search,\n)\n"
        "def f():\n    'é'; from nearpaper.search.query.marks import search as found\n"
        "    search.query()\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_else_stays_to_the_byte(end: str) -> None:
    source = KEPT.replace("\n", end).encode()
    assert rewritten(source, "a.py", MODULES) == source


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import search.query", "write `from search.query import"),
        ("import os, search", "one module"),
        ("from \\\n    search import query", "in one line"),
        ("import_module('search.query')", "'search.query' names no module"),
        ("run(['-m', 'search.query.marks'])", "'search.query' names no module"),
        ("f'see search.query.{x}'", "'search.query' names no module"),
        ("importlib.resources.files('indexer')", "'indexer' names no module"),
        ("run('from search import Engine')", "'from search import' names no module"),
    ],
)
def test_what_is_unclear_fails_the_build(line: str, reason: str) -> None:
    with pytest.raises(UnclearError, match=r"^a\.py:2: ") as raised:
        rewritten(f"x = 1\ny = 2; {line}\n".encode(), "a.py", MODULES)
    assert reason in str(raised.value)


def test_all_sources_can_be_rewritten() -> None:
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    names = {path: path.relative_to(ROOT).as_posix() for path in [ROOT / "nearpaper.py", *paths]}
    modules = modules_of(names.values())
    assert {"indexer", "search", "api", "indexer.errors"} <= modules
    for path, name in names.items():
        rewritten(path.read_bytes(), name, modules)
