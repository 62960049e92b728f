"""What others wrote is data: it starts no line, runs no code, and reaches no other file."""

from __future__ import annotations

import ast
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexDamagedError, NearpaperError
from indexer.local.segments.columns import Columns
from indexer.location import open_store
from indexer.maintenance.check import check
from indexer.pipeline import add
from search.engine import Engine

ROOT = Path(__file__).resolve().parents[1]
NEVER = {
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"),
    *("yaml", "xml.sax", "xml.dom", "xml.etree", "xmlrpc"),
    *("tarfile", "zipfile"),
}
"""Modules that run what they read, expand entities, or unpack to paths that an archive names. XML
is read in one place, by a parser that refuses entities."""
XML_READER = "indexer/sources/reading/xml_stream.py"
XML_WRITER = "api/http/shapes/atom.py"
RUNS = {"eval", "exec", "compile", "__import__"}


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for room in ("indexer", "search", "api"):
        for path in (ROOT / room).rglob("*.py"):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """Modules that are imported when the code runs, so none that is only named in types."""
    typing = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_nothing_that_runs_what_it_reads_is_imported() -> None:
    for path, tree in trees():
        modules = imported(tree)
        beginnings = {".".join(name.split(".")[:n]) for name in modules for n in (1, 2)}
        assert not NEVER & beginnings, path


def test_xml_is_read_in_one_place() -> None:
    users = {path for path, tree in trees() if "lxml" in imported(tree)}
    assert users == {ROOT / XML_READER, ROOT / XML_WRITER}
    assert not re.search(
        r"etree\.(parse|fromstring|XML)", (ROOT / XML_WRITER).read_text(encoding="utf-8")
    )


def test_nothing_that_was_read_is_run() -> None:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                assert not (isinstance(node.func, ast.Name) and node.func.id in RUNS), path
                asked = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert asked.get("shell", "False") == "False", path
                assert asked.get("allow_pickle", "False") == "False", path
                assert asked.get("trust_remote_code", "False") == "False", path


@given(st.text())
def test_an_error_is_one_line_whatever_it_quotes(text: str) -> None:
    message = str(NearpaperError(f"{text}: not there"))
    assert len(message.splitlines()) == 1
    assert "\x1b" not in message


def test_a_log_has_no_lines_of_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    index, source = tmp_path / "in\nWARNING forged \x1b[31m", tmp_path / "a.jsonl"
    source.write_text('{"title": "one"}\n')
    add(index, [str(source)], model="hashing")
    store = open_store(index)
    store.snapshot()
    (index / "manifest.json").write_text("{")
    with caplog.at_level(logging.WARNING, "nearpaper"):
        store.snapshot()
    store.close()
    (record,) = caplog.records
    assert len(record.getMessage().splitlines()) == 1
    assert "\x1b" not in record.getMessage()


def test_a_rejected_record_starts_no_line_of_the_rejects_file(tmp_path: Path) -> None:
    source, rejects = tmp_path / "a.jsonl", tmp_path / "rejects.jsonl"
    source.write_text('{"title": "one"}\n{"id": "x\\n{}\\u2028", "title": ""}\n')
    add(tmp_path / "index", [str(source)], model="hashing", rejects=rejects)
    lines = rejects.read_text(encoding="utf-8").split("\n")
    assert [json.loads(line)["line"] for line in lines if line] == [2]


@pytest.mark.parametrize("header", ["[" * 100_000, "[]", "{}", '{"rows": 1}', '{"rows": []}', ""])
def test_forged_columns_are_damage(tmp_path: Path, header: str) -> None:
    path = tmp_path / "base.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header.encode())
    with pytest.raises(IndexDamagedError, match="not readable as columns"):
        Columns(path)


@pytest.mark.parametrize("authors", ["[" * 100_000, "{", "1", "null"])
def test_forged_lists_in_the_catalog_are_damage(tmp_path: Path, authors: str) -> None:
    index, source = tmp_path / "index", tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "title": "one"}\n')
    add(index, [str(source)], model="hashing")
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        connection.execute("UPDATE papers SET authors = ?", (authors,))
        connection.commit()
    with Engine.open(index) as engine, pytest.raises(IndexDamagedError, match="record of a"):
        engine.paper("a")
    assert [finding.part for finding in check(index)] == ["catalog.sqlite"]


@pytest.mark.parametrize("id", ["../../etc/passwd", "/etc/passwd", "a\x00b", "%2e%2e/x", "~root"])
def test_an_id_is_no_path(tmp_path: Path, id: str) -> None:
    index, source = tmp_path / "index", tmp_path / "a.jsonl"
    source.write_text(json.dumps({"id": id, "title": "one"}) + "\n")
    before = set(tmp_path.rglob("*")) | {index}
    add(index, [str(source)], model="hashing")
    outside = {path for path in tmp_path.rglob("*") if index not in path.parents}
    assert outside <= before
    assert check(index) == []
