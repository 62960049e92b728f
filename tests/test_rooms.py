"""Which room may import which: the arrow `indexer ← search ← api`, room by room, without a circle.

A room is a folder, or a file that stands beside folders. `docs/architecture.md` draws them.
"""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("indexer", "search", "api")
ENGINES = {"faiss", "sqlite3", "tantivy", "openvino"}
"""Libraries that only the indexer may touch."""
WITHIN = 20
"""Files side by side, beyond which a folder is no map."""

ROOMS: dict[str, str] = {
    "foundations": "indexer.errors indexer.files indexer.version indexer.progress indexer.where "
    "indexer.analysis indexer.spellings indexer.sampling indexer.closeness.calibration "
    "indexer.opensearch.address indexer.kept",
    "papers": "indexer.papers",
    "glossary": "indexer.glossary",
    "models": "indexer.models",
    "ray": "indexer.ray",
    "protocols": "indexer.entries indexer.copying indexer.snapshot indexer.store",
    "closeness": "indexer.closeness",
    "catalog": "indexer.local.catalog",
    "segments": "indexer.local.segments",
    "folder store": "indexer.local",
    "memory store": "indexer.memory",
    "cluster requests": "indexer.opensearch.requests",
    "cluster records": "indexer.opensearch.records",
    "cluster querying": "indexer.opensearch.querying",
    "cluster writing": "indexer.opensearch.writing",
    "cluster store": "indexer.opensearch",
    "opening": "indexer.location indexer.neighbours",
    "sources: reading": "indexer.sources.reading",
    "sources: formats": "indexer.sources.formats",
    "sources": "indexer.sources",
    "pipeline": "indexer.pipeline indexer.deduplication indexer.rejects indexer.embedding "
    "indexer.batches indexer.cached_index",
    "fetch": "indexer.fetch",
    "maintenance": "indexer.maintenance",
    "query": "search.limits search.validation search.stopping search.query",
    "options": "search.options search.option_names",
    "stages": "search.stages search.one_thread search.beside",
    "ranking": "search.ranking",
    "answer": "search.answer",
    "map": "search.map",
    "suggestions": "search.suggestions",
    "engine": "search.open_index search.lookup search.browsing search.batch search.engine "
    "search.digest",
    "evaluation": "search.evaluation",
    "text": "api.field_selection api.links api.serialise api.wording api.faults api.option_fields "
    "api.exports",
    "terminal": "api.terminal",
    "pages": "api.pages",
    "digest": "api.digest",
    "mcp": "api.mcp",
    "shapes": "api.http.shapes",
    "keys": "api.keys",
    "admin": "api.admin",
    "http": "api.http",
    "commands": "api.commands api.cli",
}
"""What is in each room: packages, and modules that stand beside packages."""

MAY_IMPORT: dict[str, str] = {
    "foundations": "",
    "papers": "",
    "glossary": "papers",
    "models": "foundations, papers",
    "ray": "foundations, models",
    "protocols": "foundations, papers, glossary, models",
    "closeness": "foundations, papers, models, protocols",
    "catalog": "foundations, papers, models, protocols",
    "segments": "foundations, papers, glossary, models, catalog",
    "folder store": "foundations, papers, glossary, models, protocols, catalog, segments",
    "memory store": "foundations, papers, glossary, models, protocols",
    "cluster requests": "foundations",
    "cluster records": "foundations, papers, glossary, models, protocols, cluster requests",
    "cluster querying": "foundations, papers, glossary, protocols, cluster requests, "
    "cluster records",
    "cluster writing": "foundations, papers, glossary, models, protocols, cluster requests, "
    "cluster records, cluster querying",
    "cluster store": "foundations, papers, glossary, models, protocols, cluster requests, "
    "cluster records, cluster querying, cluster writing",
    "opening": "foundations, protocols, segments, folder store, cluster store",
    "sources: reading": "",
    "sources: formats": "foundations, papers, sources: reading",
    "sources": "foundations, papers, sources: reading, sources: formats",
    "pipeline": "foundations, papers, models, ray, protocols, closeness, segments, opening, "
    "sources",
    "fetch": "foundations, papers, ray, opening, sources: reading, sources: formats, sources, "
    "pipeline",
    "maintenance": "foundations, papers, models, ray, protocols, closeness, catalog, segments, "
    "folder store, cluster writing, cluster store, opening, pipeline",
    "query": "foundations, papers",
    "options": "foundations, query",
    "stages": "",
    "ranking": "foundations, papers, glossary, models, protocols, closeness, opening, query, "
    "options, stages",
    "answer": "foundations, papers, models, protocols, query, options, stages, ranking",
    "map": "foundations, papers, protocols, opening, query",
    "suggestions": "foundations, papers, protocols, query, ranking",
    "engine": "foundations, papers, models, protocols, opening, query, options, stages, ranking, "
    "answer, map, suggestions",
    "evaluation": "foundations, papers, models, protocols, opening, sources: reading, "
    "sources: formats, sources, pipeline, maintenance, query, options, ranking, engine",
    "text": "foundations, papers, options, answer",
    "terminal": "foundations, papers, pipeline, maintenance, stages, answer, engine, evaluation, "
    "text",
    "pages": "foundations, papers, query, options, answer, map, engine, text",
    "digest": "foundations, papers, protocols, opening, sources, query, options, answer, engine, "
    "text, terminal",
    "mcp": "foundations, papers, query, options, answer, engine, text",
    "shapes": "foundations, papers, answer, text",
    "keys": "foundations",
    "admin": "foundations, opening, pipeline, maintenance",
    "http": "foundations, papers, models, opening, query, options, stages, ranking, answer, map, "
    "engine, text, terminal, pages, shapes, keys, admin",
    "commands": "foundations, models, ray, opening, sources, pipeline, fetch, maintenance, query, "
    "options, ranking, answer, map, engine, evaluation, text, terminal, pages, digest, mcp, "
    "keys, http",
}
"""For each room the others that it imports; the ground first."""


def sources() -> dict[str, Path]:
    """Every source by its module's name; the faces of the three packages only hand names on."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] in PACKAGES
        and path.relative_to(ROOT).parts[1:] != ("__init__.py",)
    }


SOURCES = sources()
PREFIXES = {prefix: room for room, members in ROOMS.items() for prefix in members.split()}


def room_of(module: str) -> str:
    """The room of the longest prefix that a module has."""
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    found = [PREFIXES[prefix] for prefix in prefixes if prefix in PREFIXES]
    assert found, f"{module}: in no room of the table"
    return found[0]


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
    """Those of its imports that are modules of ours."""
    return modules_imported(path) & SOURCES.keys()


ARROWS = {name: ours(path) - {name} for name, path in SOURCES.items()}
IMPORTED: dict[str, set[str]] = {room: set() for room in ROOMS}
for name, found in ARROWS.items():
    IMPORTED[room_of(name)] |= {room_of(other) for other in found} - {room_of(name)}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_what_the_table_says_and_no_more(room: str) -> None:
    assert IMPORTED[room] == set(filter(None, MAY_IMPORT[room].split(", ")))


def test_every_room_has_something_in_it() -> None:
    assert {room_of(name) for name in SOURCES} == ROOMS.keys()


@pytest.mark.parametrize("graph", [ARROWS, IMPORTED], ids=["files", "rooms"])
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
    hidden = ("indexer.local", "indexer.memory", "indexer.opensearch")
    for name, found in ARROWS.items():
        if not name.startswith("indexer."):
            assert not {one for one in found if one.startswith(hidden)}, name


def test_no_folder_is_crowded() -> None:
    files = Counter(path.parent for path in SOURCES.values())
    assert not {folder: count for folder, count in files.items() if count > WITHIN}
