"""The source of truth: papers, their vectors and the log of changes, in one SQLite file.

Row ids are handed out here, ascending, and never used twice. A list of values goes into a question
as one JSON array, so that every question is a constant.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from indexer.entries import Entry, Held
from indexer.errors import SnapshotExpiredError
from indexer.local.catalog.database import Database
from indexer.local.catalog.rows import CATALOG_FILE, insert, paper_of
from indexer.local.catalog.versions import Versions
from indexer.papers.identity import Name
from indexer.papers.paper import Paper

LIFE_SECONDS = 10.0
"""How long a snapshot can be read after a newer one was published, at least."""


class Catalog(Versions):
    """An open catalog; the arguments are :class:`~indexer.local.catalog.database.Database`'s."""

    def __init__(self, folder: Path, *, writable: bool = False, cut: bool = False) -> None:
        super().__init__(Database(folder / CATALOG_FILE, writable=writable, cut=cut))

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
        """Row ids of the papers that were live after ``change``, by any of their names.

        Where several papers have a name, it means the one whose id it is, else the oldest.
        """
        found = self.database.rows(
            "SELECT name, row FROM names JOIN papers USING (row) "
            "WHERE name IN (SELECT value FROM json_each(?)) "
            "AND born <= ? AND (died IS NULL OR died > ?) ORDER BY name = id, row DESC",
            json.dumps(list(ids)),
            change,
            change,
        )
        return dict(found)

    def bearers(
        self, names: Iterable[str], *, own: bool = False, change: int | None = None
    ) -> list[tuple[Name, int]]:
        """Where these stand among the names of live papers, with their row ids.

        Args:
            names: Ids, and titles as :mod:`indexer.papers.identity` writes them.
            own: Only papers that have the name for their id.
            change: Of papers that were live after it; by default after the last one.
        """
        records = self.database.rows(
            "SELECT name, archive, year, author, row FROM names JOIN papers USING (row) "
            "WHERE name IN (SELECT value FROM json_each(?)) AND (name = id OR NOT ?) "
            "AND born <= coalesce(?, born) AND (died IS NULL OR died > ?)",
            *(json.dumps(list(names)), own, change, change),
        )
        return [(Name(*record[:4]), record[4]) for record in records]

    def names(self, rows: Iterable[int]) -> dict[int, set[Name]]:
        """All names of the papers of these row ids."""
        names: dict[int, set[Name]] = {row: set() for row in rows}
        for row, *name in self.database.rows(
            "SELECT row, name, archive, year, author FROM names "
            "WHERE row IN (SELECT value FROM json_each(?))",
            json.dumps([*names]),
        ):
            names[row].add(Name(*name))
        return names

    def arrived(self, rows: Iterable[int]) -> dict[int, int]:
        """With which changes the papers of these row ids first came."""
        found = self.database.rows(
            "SELECT row, coalesce(number, born) FROM papers LEFT JOIN arrivals USING (row) "
            "WHERE row IN (SELECT value FROM json_each(?))",
            json.dumps([*rows]),
        )
        return dict(found)

    def papers(self, rows: Sequence[int]) -> list[Paper]:
        """The papers of these row ids, in their order.

        Raises ``SnapshotExpiredError`` if a row is gone: two compactions have overtaken the
        question.
        """
        if not rows:
            return []
        records = self.database.rows(
            "SELECT * FROM papers WHERE row IN (SELECT value FROM json_each(?))", json.dumps(rows)
        )
        found = {record[0]: paper_of(record) for record in records}
        self.require_all(rows, found)
        return [found[row] for row in rows]

    def require_all(self, rows: Collection[int], found: Collection[int]) -> None:
        """Raise ``SnapshotExpiredError`` for rows that two compactions have purged meanwhile."""
        if gone := set(rows) - set(found):
            raise SnapshotExpiredError(
                f"{self.database.path}: {len(gone)} papers were taken out meanwhile; ask again, "
                "and if that doesn't help run `nearpaper check`"
            )

    def known(self, rows: Iterable[int]) -> dict[int, Held]:
        """Live papers with all their names, and with which changes they first came, by row ids."""
        live = self.database.rows(
            "SELECT row FROM papers WHERE row IN (SELECT value FROM json_each(?)) AND died IS NULL",
            json.dumps([*rows]),
        )
        wanted = [row for (row,) in live]
        names, arrived = self.names(wanted), self.arrived(wanted)
        papers = zip(wanted, self.papers(wanted), strict=True)
        return {row: Held(paper, frozenset(names[row]), arrived[row]) for row, paper in papers}

    def titles(self, rows: Sequence[int]) -> list[str]:
        """The titles alone of these row ids, in their order; empty where a row is gone."""
        found = dict(
            self.database.rows(
                "SELECT row, title FROM papers WHERE row IN (SELECT value FROM json_each(?))",
                json.dumps(rows),
            )
        )
        return [found.get(row, "") for row in rows]

    def current(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The live papers that these names mean, by the names."""
        rows = self.live_rows(ids, self.last_change())
        papers = dict(zip(rows.values(), self.papers([*rows.values()]), strict=True))
        return {name: papers[row] for name, row in rows.items()}

    def sample_papers(self, most: int) -> list[Paper]:
        """At most that many live papers, spread evenly; always the same of the same papers."""
        rows = [r[0] for r in self.database.rows("SELECT row FROM papers WHERE died IS NULL")]
        step = max(1, len(rows) / most)
        places = range(min(most, len(rows)))
        return self.papers([rows[int(place * step)] for place in places])

    def problems(self) -> list[str]:
        """What SQLite's own integrity check and the references between tables find wrong."""
        found = [str(record[0]) for record in self.database.rows("PRAGMA integrity_check(20)")]
        lost = self.database.rows(
            "SELECT count(*) FROM papers LEFT JOIN vectors USING (row) "
            "WHERE vector IS NULL AND died IS NULL"
        )[0][0]
        if lost:
            found.append(f"{lost} papers have no vector")
        nameless = self.database.rows(
            "SELECT count(*) FROM papers WHERE died IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM names WHERE names.row = papers.row AND name = id)"
        )[0][0]
        if nameless:
            found.append(f"{nameless} papers can't be asked for by their ids")
        return [problem for problem in found if problem != "ok"]

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Keep values of the index's own description."""
        with self.database.transaction() as connection:
            _set_meta(connection, values)

    def commit(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add or replace papers, remove others and set ``meta``, all or nothing.

        On return the change is on the disk. Where no paper changes, there is no change to number.
        """
        with self.database.transaction() as connection:
            _set_meta(connection, meta)
            if not (entries or removed):
                return
            made = datetime.now(UTC).isoformat(timespec="seconds")
            number = connection.execute("INSERT INTO changes (made) VALUES (?)", (made,)).lastrowid
            gone = {*removed, *(entry.paper.id for entry in entries)}
            connection.executemany(
                "UPDATE papers SET died = ? WHERE id = ? AND died IS NULL",
                [(number, id) for id in gone],
            )
            for entry in entries:
                insert(connection, entry, number)

    def purge(self, change: int) -> None:
        """Forget the versions that had died by the last call's ``change``, so not this one's.

        What was left out of a generation just now may still be read by an answer under way. Less
        than :data:`LIFE_SECONDS` after the last call nothing is done: what that left out is
        forgotten by the first call after them, however often it is called.
        """
        now = time.time()
        last = self.meta("compacted_at")
        if last is not None and 0 <= now - float(last) < LIFE_SECONDS:
            return
        with self.database.transaction() as connection:
            connection.execute(
                "DELETE FROM papers WHERE died <= "
                "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'compacted')"
            )
            _set_meta(connection, {"compacted": str(change), "compacted_at": f"{now:.3f}"})

    def take_back_removal(self, number: int) -> None:
        """Undo the last change, which removed papers and was never published."""
        with self.database.transaction() as connection:
            connection.execute("UPDATE papers SET died = NULL WHERE died = ?", (number,))
            connection.execute("DELETE FROM changes WHERE number = ?", (number,))

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


def _set_meta(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
