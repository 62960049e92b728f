"""A paper is new to an index once: when it first came, not when it changed."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from indexer.local.catalog import catalog as cataloguing
from indexer.local.catalog import migrations
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.location import using_store
from indexer.maintenance.backup import backup, restore
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, rebuild, remove, remove_source
from indexer.pipeline import add
from indexer.snapshot import Moment, Snapshot
from indexer.where import Arrived

Record = Mapping[str, object]
FIRST: Record = {"id": "2301.00001", "title": "Old one", "authors": ["Ada A."], "date": "2023"}
OTHER: Record = {"id": "2301.00002", "title": "Another one"}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    put(folder, FIRST, OTHER)
    return folder


def put(folder: Path, *records: Record, source: str = "papers") -> int:
    """Index records; the number of the last change."""
    path = folder.parent / f"{source}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(folder, [str(path)], model="hashing")
    with opened(folder) as snapshot:
        return snapshot.about.change


@contextmanager
def opened(folder: Path) -> Iterator[Snapshot]:
    with using_store(folder) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        yield snapshot


def new(folder: Path, since: int, upto: int = 10**9) -> set[str]:
    with opened(folder) as snapshot:
        arrived = snapshot.ordered("added", 10**6, Arrived(since, upto))
        return {paper.id for paper in snapshot.papers(arrived)}


def test_what_comes_with_a_change_is_new_after_the_one_before(index: Path) -> None:
    second = put(index, {"id": "2301.00003", "title": "Third"}, FIRST)
    third = put(index, {"id": "2301.00004", "title": "Fourth"})
    assert new(index, 0) == {"2301.00001", "2301.00002", "2301.00003", "2301.00004"}
    assert new(index, second - 1) == {"2301.00003", "2301.00004"}
    assert new(index, second - 1, second) == {"2301.00003"}
    assert new(index, second) == {"2301.00004"}
    assert new(index, third) == new(index, 10**6) == set()


def test_an_updated_paper_is_not_new_and_still_of_its_first_change(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Old one, revised", "Old one, revised again"):
        last = put(index, {**FIRST, "title": title})
    assert new(index, last - 1) == new(index, 1) == set()
    assert new(index, 0, 1) == {"2301.00001", "2301.00002"}
    monkeypatch.setattr(cataloguing, "LIFE_SECONDS", 0.0)
    compact(index)
    compact(index)
    rebuild(index)
    assert new(index, 1) == set()
    assert new(index, 0, 1) == {"2301.00001", "2301.00002"}
    assert check(index) == []


def test_duplicates_that_become_one_came_with_the_first_of_them(index: Path) -> None:
    published = {"title": "Nearly the same one", "authors": ["Ada A."], "date": "2023"}
    second = put(index, {"id": "10.1000/x", **published})
    preprint = {"id": "2301.00009", "doi": "10.1000/x", **published}
    assert put(index, preprint, FIRST) > second
    assert new(index, second) == set()
    assert new(index, second - 1) == {"2301.00009"}


def test_a_paper_that_was_taken_out_comes_anew(index: Path) -> None:
    remove(index, ["2301.00001"])
    again = put(index, FIRST)
    assert new(index, again - 1) == {"2301.00001"}


def test_taking_out_a_source_makes_nothing_new(index: Path) -> None:
    last = put(index, {**FIRST, "venue": "Somewhere"}, source="others")
    remove_source(index, "others")
    assert new(index, 0, 1) == {"2301.00001", "2301.00002"}
    assert new(index, last) == set()


def test_copies_know_when_papers_came_but_for_what_was_salvaged(index: Path) -> None:
    put(index, {**FIRST, "title": "Old one, revised"})
    copy, saved = index.parent / "copy", index.parent / "saved"
    backup(index, saved)
    restore(saved, copy)
    assert new(copy, 1) == set()
    backup(index, index.parent / "salvaged", salvage_damaged=True)
    assert new(index.parent / "salvaged", 0) == {"2301.00001", "2301.00002"}
    with opened(index) as one, opened(copy) as same, opened(index.parent / "salvaged") as other:
        assert one.moment() == same.moment(2)
        assert other.moment().identity != one.moment().identity


def test_changes_are_found_by_their_time(index: Path) -> None:
    with opened(index) as snapshot:
        now = snapshot.moment()
        assert now.change == 1
        assert datetime.fromisoformat(now.made).tzinfo
        assert snapshot.moment(99).made == ""
        assert snapshot.moment_before(now.made) == Moment(now.identity, 0, "")
        assert snapshot.moment_before("9999") == now


def test_a_catalog_of_version_3_knows_what_it_has_replaced(tmp_path: Path) -> None:
    with closing(old_catalog(tmp_path)) as connection:
        version(connection, "a", born=1, died=2)
        version(connection, "a", born=2, died=3)
        version(connection, "a", born=3)
        version(connection, "b", born=2)
    catalog = Catalog(tmp_path, writable=True)
    assert catalog.arrived([1, 2, 3, 4]) == {1: 1, 2: 2, 3: 1, 4: 2}
    catalog.close()


def test_bringing_many_papers_up_to_date_writes_none_of_them(tmp_path: Path) -> None:
    with closing(old_catalog(tmp_path)) as connection:
        many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
        connection.execute(
            f"{many} {INSERT.replace('VALUES', 'SELECT')} {FIELDS} FROM n", (2, None)
        )
        connection.commit()
    before = (tmp_path / CATALOG_FILE).stat().st_size
    started = time.monotonic()
    Catalog(tmp_path, writable=True).close()
    assert time.monotonic() - started < 1
    assert (tmp_path / CATALOG_FILE).stat().st_size < before + 100_000


COLUMNS = "id, title, abstract, authors, date, url, categories, venue, doi, sources, submitted"
INSERT = f"INSERT INTO papers ({COLUMNS}, listed, licence, text_hash, truncated, born, died) VALUES"
FIELDS = "i, 't', hex(randomblob(200)), '[]', '', '', '[]', '', '', '[]', '', '', '', 'h', 0, ?, ?"


def old_catalog(folder: Path) -> sqlite3.Connection:
    """A catalog as it was before arrivals were kept, with three changes."""
    connection = sqlite3.connect(folder / CATALOG_FILE)
    connection.create_function("paper_names", 5, lambda *_: "[]")
    scripts = [path for number, path in migrations.steps(migrations.FOLDER).items() if number < 4]
    connection.executescript("\n".join(path.read_text(encoding="utf-8") for path in scripts))
    connection.execute("PRAGMA user_version = 3")
    connection.executemany("INSERT INTO changes (made) VALUES (?)", [("2026-01-01",)] * 3)
    return connection


def version(connection: sqlite3.Connection, id: str, *, born: int, died: int | None = None) -> None:
    fields = FIELDS.replace("i,", "?,", 1)
    connection.execute(f"{INSERT} ({fields})", (id, born, died))
    connection.commit()
