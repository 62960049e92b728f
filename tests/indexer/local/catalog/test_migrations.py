"""A catalog of an older version is brought up to date by whoever may write, whole or not at all."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import IndexDamagedError, IndexOutdatedError
from indexer.local.catalog import migrations
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.local.lock import WriterLock
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, info, remove
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from indexer.where import ALL

Reading = Callable[[Path], Snapshot]

VERSION_1 = Path(__file__).with_name("catalog_v1.sql")


@pytest.fixture
def old_index(tmp_path: Path) -> Path:
    """An index of version 1, of whose derived parts nothing is left."""
    index = tmp_path / "index"
    index.mkdir()
    with closing(sqlite3.connect(index / CATALOG_FILE)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    return index


@pytest.fixture
def next_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The script of a version that comes after the latest."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for script in migrations.steps(migrations.FOLDER).values():
        (folder / script.name).write_text(script.read_text(encoding="utf-8"))
    path = folder / f"{migrations.latest() + 1:04d}_notes.sql"
    path.write_text("CREATE TABLE notes (text TEXT) STRICT; INSERT INTO notes VALUES ('new');")
    monkeypatch.setattr(migrations, "FOLDER", folder)
    return path


def schema(path: Path) -> tuple[int, dict[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql <> ''").fetchall()
    return version, {name: re.sub(r"\s+", " ", sql) for name, sql in made}


def test_steps_are_numbered_from_one_without_gap_or_repetition() -> None:
    names = sorted(path.name for path in migrations.FOLDER.iterdir() if path.name.endswith(".sql"))
    numbers = [int(name.split("_")[0]) for name in names]
    assert numbers == list(range(1, migrations.latest() + 1))


def test_an_index_of_version_1_is_searched_changed_and_clean(
    old_index: Path, tmp_path: Path, reading: Reading
) -> None:
    snapshot = reading(old_index)
    (found,) = snapshot.papers(snapshot.bm25("galaxies", 9, ALL)[0])
    assert found.title == "Galaxies in survey images, revised"
    (paper,) = snapshot.papers(snapshot.locate(["2301.00001"]))
    assert (paper.authors, paper.upvotes, paper.sources) == (("Ada A.", "Bo B."), 7, ("old",))
    source = tmp_path / "more.jsonl"
    source.write_text('{"title": "one more"}\n')
    add(old_index, [str(source)])
    assert remove(old_index, ["10.1000/xyz"]).removed == ("10.1000/xyz",)
    compact(old_index)
    assert info(old_index)["papers"] == 3
    assert check(old_index) == []


def test_an_old_catalog_ends_with_the_schema_of_a_new_one(old_index: Path, tmp_path: Path) -> None:
    Catalog(old_index, writable=True).close()
    Catalog(tmp_path, writable=True).close()
    assert schema(old_index / CATALOG_FILE) == schema(tmp_path / CATALOG_FILE)


def test_a_step_is_taken_by_whoever_opens_the_index(
    old_index: Path, next_step: Path, reading: Reading
) -> None:
    assert reading(old_index).about.papers == 3
    assert schema(old_index / CATALOG_FILE)[0] == migrations.latest()
    assert "notes" in schema(old_index / CATALOG_FILE)[1]


def test_an_old_catalog_that_may_not_be_changed_is_one_line(
    old_index: Path, next_step: Path, reading: Reading
) -> None:
    before = schema(old_index / CATALOG_FILE)
    with WriterLock(old_index):
        for use in (reading, check, info):
            with pytest.raises(IndexOutdatedError, match="nearpaper compact") as caught:
                use(old_index)
            assert "\n" not in str(caught.value)
    assert schema(old_index / CATALOG_FILE) == before


def test_a_step_that_fails_leaves_the_catalog_as_it_was(old_index: Path, next_step: Path) -> None:
    next_step.write_text("CREATE TABLE notes (text TEXT); INSERT INTO nowhere VALUES (1);")
    untouched = shutil.copy(old_index / CATALOG_FILE, old_index.parent / "before.sqlite")
    with pytest.raises(IndexDamagedError):
        Catalog(old_index, writable=True)
    assert schema(old_index / CATALOG_FILE) == schema(Path(untouched))
