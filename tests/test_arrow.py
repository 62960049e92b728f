"""`indexer ← search ← api` never turns round."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {"indexer": set(), "search": {"indexer"}, "api": {"search", "indexer"}}
ENGINES = {"faiss", "sqlite3", "tantivy", "openvino"}


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_stands_behind_it(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    forbidden = {*MAY_IMPORT, "nearpaper"} - MAY_IMPORT[room] - {room}
    wrong = {str(file): imported(file) & forbidden for file in files}
    assert not {file: names for file, names in wrong.items() if names}


@pytest.mark.parametrize("room", ["search", "api"])
def test_only_the_indexer_touches_the_engines(room: str) -> None:
    wrong = {str(f): imported(f) & ENGINES for f in (ROOT / room).rglob("*.py")}
    assert not {file: names for file, names in wrong.items() if names}
