"""The truth: papers, their vectors and the log of changes, in one SQLite file.

Row ids are handed out here, ascending, and never used twice. A list of values goes into a question
as one JSON array, so that every question is a constant.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.database import Database
from indexer.errors import IndexBusyError, IndexDamagedError
from indexer.paper import Paper

CATALOG_FILE = "catalog.sqlite"
_LISTS = frozenset({"authors", "categories", "sources"})
# The table's columns stand in this order behind the row id.
_FIELDS = tuple(field.name for field in fields(Paper))
_INSERT = "INSERT INTO papers VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper about to be committed.

    Attributes:
        paper: The record.
        text_hash: Of the text that was embedded.
        vector: ``(d,)`` float16, unit length.
        truncated: The text was longer than the model reads.
    """

    paper: Paper
    text_hash: str
    vector: NDArray[np.float16]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A text that was embedded before."""

    vector: NDArray[np.float16]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A run of ``n`` live papers, ascending by row id.

    Attributes:
        rows: ``(n,)`` int64 row ids.
        papers: The records.
        text_hashes: Of the texts that were embedded.
        truncated: ``(n,)`` bool.
        vectors: ``(n, d)`` float16, unit length.
    """

    rows: NDArray[np.int64]
    papers: list[Paper]
    text_hashes: list[str]
    truncated: NDArray[np.bool_]
    vectors: NDArray[np.float16]


class Catalog:
    """An open catalog. ``writable`` ones belong to the holder of the writer's lock."""

    def __init__(self, folder: Path, *, writable: bool = False) -> None:
        self.database = Database(folder / CATALOG_FILE, writable=writable)

    @property
    def is_blank(self) -> bool:
        """Nothing was ever written: the creation of the index was interrupted."""
        return self.database.is_blank

    def meta(self, key: str) -> str | None:
        """A value of the index's own description."""
        row = self.database.one("SELECT value FROM meta WHERE key = ?", key)
        return None if row is None else str(row[0])

    def last_change(self) -> int:
        """Number of the last committed change, 0 before the first."""
        row = self.database.one("SELECT max(number) FROM changes")
        return int(row[0] or 0) if row else 0

    def live_rows(self, ids: Iterable[str], change: int) -> dict[str, int]:
        """Row ids of the papers that were live after ``change``."""
        found = self.database.rows(
            "SELECT id, row FROM papers WHERE id IN (SELECT value FROM json_each(?)) "
            "AND born <= ? AND (died IS NULL OR died > ?)",
            json.dumps(list(ids)),
            change,
            change,
        )
        return dict(found)

    def ids_by_doi(self, doi: str) -> list[str]:
        """Ids of the live papers of a DOI."""
        records = self.database.rows(
            "SELECT id FROM papers WHERE doi = ? AND doi <> '' AND died IS NULL ORDER BY row", doi
        )
        return [str(record[0]) for record in records]

    def papers(self, rows: Sequence[int]) -> list[Paper]:
        """The papers of these row ids, in their order.

        Raises ``IndexBusyError`` if a row is gone: two compactions have overtaken the question.
        """
        records = self.database.rows(
            "SELECT * FROM papers WHERE row IN (SELECT value FROM json_each(?))", json.dumps(rows)
        )
        found = {record[0]: paper_of(record) for record in records}
        if gone := set(rows) - found.keys():
            raise IndexBusyError(
                f"{self.database.path}: {len(gone)} papers were taken out meanwhile; ask again, "
                "and if that doesn't help run `nearpaper check`"
            )
        return [found[row] for row in rows]

    def current(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The live papers among these ids."""
        records = self.database.rows(
            "SELECT * FROM papers WHERE id IN (SELECT value FROM json_each(?)) AND died IS NULL",
            json.dumps(list(ids)),
        )
        return {record[1]: paper_of(record) for record in records}

    def sample(self, most: int) -> list[Paper]:
        """At most that many live papers, spread evenly; always the same of the same papers."""
        rows = [r[0] for r in self.database.rows("SELECT row FROM papers WHERE died IS NULL")]
        step = max(1, len(rows) / most)
        places = range(min(most, len(rows)))
        return self.papers([rows[int(place * step)] for place in places])

    def known_texts(self, hashes: Iterable[str]) -> dict[str, Known]:
        """What was embedded before among these text hashes, of live or removed papers."""
        records = self.database.rows(
            "SELECT text_hash, vector, truncated FROM papers JOIN vectors USING (row) "
            "WHERE text_hash IN (SELECT value FROM json_each(?))",
            json.dumps(list(hashes)),
        )
        return {
            text_hash: Known(np.frombuffer(vector, np.float16), bool(truncated))
            for text_hash, vector, truncated in records
        }

    def scan(self, *, after: int, change: int, size: int = 4096) -> Iterator[Block]:
        """What was live after ``change``, in blocks of ``size``, from behind row ``after``."""
        while True:
            records = self.database.rows(
                "SELECT papers.*, vector FROM papers JOIN vectors USING (row) WHERE row > ? "
                "AND born <= ? AND (died IS NULL OR died > ?) ORDER BY row LIMIT ?",
                after,
                change,
                change,
                size,
            )
            if not records:
                return
            yield _block(records)
            after = records[-1][0]

    def died(self, *, since: int, change: int, upto_row: int) -> NDArray[np.int64]:
        """Row ids up to ``upto_row`` that died after ``since`` and by ``change``, ascending."""
        records = self.database.rows(
            "SELECT row FROM papers WHERE died > ? AND died <= ? AND row <= ? ORDER BY row",
            since,
            change,
            upto_row,
        )
        return np.array([record[0] for record in records], np.int64)

    def rows_after(self, row: int) -> int:
        """How many versions were written after this row id."""
        return int(self.database.rows("SELECT count(*) FROM papers WHERE row > ?", row)[0][0])

    def count(self) -> int:
        """How many papers are live."""
        return int(self.database.rows("SELECT count(*) FROM papers WHERE died IS NULL")[0][0])

    def sample(self, size: int, change: int) -> NDArray[np.float16]:
        """``(m, d)`` vectors of up to ``size`` random papers that were live after ``change``."""
        last = int(self.database.rows("SELECT max(row) FROM papers")[0][0] or 0)
        chosen = np.random.default_rng(change).permutation(last)[:size] + 1
        records = self.database.rows(
            "SELECT vector FROM papers JOIN vectors USING (row) "
            "WHERE row IN (SELECT value FROM json_each(?)) "
            "AND born <= ? AND (died IS NULL OR died > ?) ORDER BY row",
            json.dumps(chosen.tolist()),
            change,
            change,
        )
        vectors = np.frombuffer(b"".join(record[0] for record in records), np.float16)
        return vectors.reshape(len(records), -1)

    def live_after(self, row: int, change: int) -> int:
        """How many versions that were written after a row id were live after ``change``."""
        found = self.database.rows(
            "SELECT count(*) FROM papers "
            "WHERE row > ? AND born <= ? AND (died IS NULL OR died > ?)",
            row,
            change,
            change,
        )
        return int(found[0][0])

    def problems(self) -> list[str]:
        """What SQLite's own integrity check and the references between tables find wrong."""
        found = [str(record[0]) for record in self.database.rows("PRAGMA integrity_check(20)")]
        lost = self.database.rows(
            "SELECT count(*) FROM papers LEFT JOIN vectors USING (row) "
            "WHERE vector IS NULL AND died IS NULL"
        )[0][0]
        if lost:
            found.append(f"{lost} papers have no vector")
        return [problem for problem in found if problem != "ok"]

    def set_meta(self, values: dict[str, str]) -> None:
        """Keep values of the index's own description."""
        with self.database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def commit(self, entries: Sequence[Entry], removed: Sequence[str] = ()) -> int:
        """Add or replace papers and remove others, all or nothing; the change's number.

        On return the change is on the disk.
        """
        with self.database.transaction() as connection:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            number = connection.execute("INSERT INTO changes (made) VALUES (?)", (made,)).lastrowid
            gone = [*removed, *(entry.paper.id for entry in entries)]
            connection.executemany(
                "UPDATE papers SET died = ? WHERE id = ? AND died IS NULL",
                [(number, id) for id in gone],
            )
            for entry in entries:
                _insert(connection, entry, number)
        return int(number or 0)

    def purge(self, change: int) -> None:
        """Forget the versions that had died by the last call's ``change``, so not this one's.

        What was left out of a generation just now may still be read by an answer under way.
        """
        with self.database.transaction() as connection:
            connection.execute(
                "DELETE FROM papers WHERE died <= "
                "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'compacted')"
            )
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('compacted', ?)", (str(change),)
            )

    def copy_to(self, folder: Path) -> int:
        """Copy the catalog as of this moment into another folder, while others may write.

        Returns:
            The change up to which the copy has forgotten what died, see :meth:`purge`.
        """
        self.database.copy_to(folder / CATALOG_FILE)
        copy = Catalog(folder)
        try:
            return 0 if copy.is_blank else int(copy.meta("compacted") or 0)
        finally:
            copy.close()

    def settle(self) -> None:
        """Leave no write-ahead log behind, so that a copy of the file is whole."""
        self.database.settle()

    def close(self) -> None:
        """Close the file."""
        self.database.close()


def _insert(connection: sqlite3.Connection, entry: Entry, number: int | None) -> None:
    paper = [_stored(entry.paper, name) for name in _FIELDS]
    row = connection.execute(
        _INSERT, [None, *paper, entry.text_hash, int(entry.truncated), number, None]
    ).lastrowid
    connection.execute("INSERT INTO vectors VALUES (?, ?)", (row, entry.vector.tobytes()))


def _stored(paper: Paper, name: str) -> object:
    value = getattr(paper, name)
    return json.dumps(value, ensure_ascii=False) if name in _LISTS else value


def paper_of(record: Sequence[Any]) -> Paper:
    """The paper of a row of the table, its row id in front."""
    values = dict(zip(_FIELDS, record[1:], strict=False))
    try:
        for name in _LISTS:
            values[name] = tuple(json.loads(values[name]))
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexDamagedError(
            f"{CATALOG_FILE}: the record of {values['id']} can't be read; run `nearpaper check`"
        ) from error
    return Paper(**values)


def _block(records: list[tuple[Any, ...]]) -> Block:
    """Records of ``row, the paper's fields, text_hash, truncated, born, died, vector``."""
    vectors = np.frombuffer(b"".join(record[-1] for record in records), np.float16)
    return Block(
        rows=np.array([record[0] for record in records], np.int64),
        papers=[paper_of(record) for record in records],
        text_hashes=[record[-5] for record in records],
        truncated=np.array([record[-4] for record in records], np.bool_),
        vectors=vectors.reshape(len(records), -1),
    )
