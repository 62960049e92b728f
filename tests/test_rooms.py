"""Which room may import which: the arrow `indexer ← search ← api`, room by room, without a circle.

A room is a folder, or a file that stands beside folders. `docs/architecture.md` draws them.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGINES = {"faiss", "sqlite3", "tantivy", "openvino"}
"""Libraries that only the indexer may touch."""
WITHIN = 20
"""Files side by side, beyond which a folder is no map."""

MAY_IMPORT: dict[str, str] = {}


def sources() -> dict[str, Path]:
    """Every source by its module's name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for package in ("indexer", "search", "api")
        for path in (ROOT / package).rglob("*.py")
    }


SOURCES = sources()
FOLDERS = {name.rpartition(".")[0] for name in SOURCES}


def room(module: str) -> str:
    """The folder of a module; of one that stands beside folders, its own name."""
    folder = module.rpartition(".")[0]
    beside = any(other.rpartition(".")[0] == folder for other in FOLDERS)
    return module.removesuffix(".__init__") if beside else folder


def modules_imported(path: Path) -> set[str]:
    """The modules that a file imports anywhere in it, also within functions and for types."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def ours(path: Path) -> set[str]:
    return modules_imported(path) & SOURCES.keys()


ARROWS = {name: ours(path) - {name} for name, path in SOURCES.items()}
ROOMS = {
    one: {room(other) for name in ARROWS if room(name) == one for other in ARROWS[name]} - {one}
    for one in map(room, SOURCES)
}


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_a_room_imports_only_what_the_table_allows(name: str) -> None:
    assert ROOMS[name] == set(MAY_IMPORT.get(name, "").split()), name


def test_the_table_names_rooms_that_are_there() -> None:
    assert MAY_IMPORT.keys() <= ROOMS.keys()


@pytest.mark.parametrize("graph", [ARROWS, ROOMS], ids=["files", "rooms"])
def test_nothing_imports_itself_by_way_of_others(graph: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_arrow_never_turns_round() -> None:
    behind = {"indexer": {"indexer"}, "search": {"indexer", "search"}}
    for name, found in ARROWS.items():
        package = name.partition(".")[0]
        assert {one.partition(".")[0] for one in found} <= behind.get(package, {*behind, "api"})


def test_nothing_imports_the_public_name() -> None:
    for name, path in SOURCES.items():
        assert "nearpaper" not in modules_imported(path), name


def test_only_the_indexer_touches_the_engines() -> None:
    for name, path in SOURCES.items():
        if not name.startswith("indexer."):
            tops = {one.partition(".")[0] for one in modules_imported(path)}
            assert not tops & ENGINES, name


def test_answers_see_no_inside_of_an_index() -> None:
    """Only the commands that maintain a folder may know that there is one."""
    hidden = ("indexer.local", "indexer.memory")
    for name, found in ARROWS.items():
        if not name.startswith("indexer."):
            assert not {one for one in found if one.startswith(hidden)}, name


def test_no_folder_is_crowded() -> None:
    for folder in FOLDERS:
        files = [name for name in SOURCES if name.rpartition(".")[0] == folder]
        assert len(files) <= WITHIN, folder
