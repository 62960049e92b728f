"""One SQLite file: its connections, its transactions, its errors as ours.

A connection is lent out for one call and given back; no read transaction outlives its call.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, Full, LifoQueue
from typing import Any

from indexer.errors import (
    NO_LOCKS,
    IndexDamagedError,
    IndexFormatError,
    IndexOutdatedError,
    NearpaperError,
    SnapshotExpiredError,
    StorageError,
)
from indexer.files import FileIdentity, identity_of
from indexer.local.catalog import migrations

MAX_IDLE = 8
"""Connections kept open while nobody uses them."""
_BUSY_SECONDS = 30.0
_HALF_WRITTEN = ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY")
_NO_LOCK = ("SQLITE_IOERR_LOCK", "SQLITE_IOERR_RDLOCK", "SQLITE_IOERR_SHMLOCK")
_OF_THE_COPY = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_CANTOPEN")
_COPIED_PAGES = 4096
"""Copied at a time, 16 MB, so that Ctrl-C is heeded soon."""


class Database:
    """An open file; a ``writable`` one belongs to the holder of the writer's lock.

    Whatever takes the file's place is another catalog, of which nothing is read:
    ``SnapshotExpiredError`` says so where another connection would be needed.

    Args:
        path: Of the file.
        writable: See above.
        cut: Read the pages that are there of a file that lost its end, which SQLite else refuses.
    """

    def __init__(self, path: Path, *, writable: bool = False, cut: bool = False) -> None:
        self.path = path
        self._writable, self._cut = writable, cut
        self._closed = False
        self._file: FileIdentity | None = None  # that all connections read
        # Where this process may not write another user may, and a connection that takes the
        # file for immutable would go on with pages that are no longer so: it serves one call.
        self._lasting = writable or os.access(path.parent, os.W_OK)
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue(MAX_IDLE)
        weakref.finalize(self, _close_all, self._idle)  # for whoever forgets to close
        try:
            with self._translated():
                version = self._version()
        except BaseException:
            self.close()
            raise
        self.is_blank = version == 0
        if version and version != migrations.latest():
            self.close()
            raise _other_version(path, version)

    def _version(self) -> int:
        try:
            return self._prepare()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname not in _HALF_WRITTEN:
                raise
        self._roll_back()
        return self._prepare()

    def _prepare(self) -> int:
        """The schema's version; 0 for a file in which nothing was ever written.

        A writer brings an older schema up to date.
        """
        with self._lent() as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if not self._writable or version >= migrations.latest():
                return version
            migrations.migrate(connection, version)
            return migrations.latest()

    def _roll_back(self) -> None:
        """Undo what a killed writer began, which a connection that only reads may not.

        In a write-ahead log that is nobody's business; the file's own creation is before it.
        """
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as connection:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a question."""
        with self._translated(), self._lent() as connection:
            return connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of a question."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; on return what was written is on the disk."""
        with self._translated(), self._lent() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def copy_to(self, path: Path) -> None:
        """Write what is committed at this moment to a file, which is made or replaced."""
        path.unlink(missing_ok=True)
        with self._translated(), self._lent() as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # the moment
            try:
                with closing(sqlite3.connect(path)) as copy:
                    connection.backup(copy, pages=_COPIED_PAGES)
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorname", "") in _OF_THE_COPY:
                    raise _translate(error, path) from error
                raise
            finally:
                connection.execute("ROLLBACK")

    def settle(self) -> None:
        """Move what stands in the write-ahead log into the file, so that a copy of it is whole."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connections that nobody uses; those in use close when they are given back."""
        self._closed = True
        _close_all(self._idle)

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        """A connection for one call, kept for the next unless there are enough."""
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._connect()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        try:
            if self._closed or not self._lasting:
                raise Full
            self._idle.put_nowait(connection)
        except Full:
            connection.close()

    def is_in_place(self) -> bool:
        """Whether the file that is open is the one at its path."""
        return identity_of(self.path) == self._file

    def require_in_place(self) -> None:
        """Raise ``SnapshotExpiredError`` where another file has taken the place of the open one."""
        if not self.is_in_place():
            raise SnapshotExpiredError(
                f"{self.path}: another index is in the place of the one that was open; ask again"
            )

    def _connect(self) -> sqlite3.Connection:
        before = identity_of(self.path)
        if self._file is not None:
            self.require_in_place()
        connection = self._opened()
        try:
            self._set_up(connection)
            # The log is opened with the first question, by its name: it has to be this file's.
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            if self._file is None:
                self._file = before or identity_of(self.path)
            self.require_in_place()
        except BaseException:
            connection.close()
            raise
        return connection

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{self._mode()}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # lent to one thread at a time
        )

    def _set_up(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if self._cut:
            connection.execute("PRAGMA writable_schema = ON")
        if self._writable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")

    def _mode(self) -> str:
        if self._writable:
            return "mode=rwc"
        # A reader of a write-ahead log has to write its index beside it. Where it may not and
        # nothing is pending, the file alone is whole.
        log = self.path.with_name(self.path.name + "-wal")
        pending = False
        with suppress(FileNotFoundError):  # the last writer takes it away
            pending = log.stat().st_size > 0
        if not pending and not os.access(self.path.parent, os.W_OK):
            return "mode=ro&immutable=1"
        return "mode=ro"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translate(error, self.path) from error
        except UnicodeDecodeError as error:  # of SQLite's own message, which quotes what is rotten
            raise IndexDamagedError(
                f"{self.path}: not readable; run `nearpaper check --index {self.path.parent}`"
            ) from error


def _close_all(connections: LifoQueue[sqlite3.Connection]) -> None:
    with suppress(Empty):
        while True:
            connections.get_nowait().close()


def _other_version(path: Path, version: int) -> IndexFormatError:
    latest = migrations.latest()
    if version > latest:
        return IndexFormatError(
            f"{path}: made by a newer nearpaper (catalog version {version}, this one reads "
            f"{latest}); upgrade nearpaper"
        )
    return IndexOutdatedError(
        f"{path}: made by an older nearpaper (catalog version {version}, this one reads {latest}); "
        f"run `nearpaper compact --index {path.parent}` as a user who may write there"
    )


def _translate(error: sqlite3.Error, path: Path) -> NearpaperError:
    name = getattr(error, "sqlite_errorname", "")
    if name in _NO_LOCK:
        return StorageError(f"{path}: {NO_LOCKS}")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return StorageError(
            f"{path}: {error}; check the disk and its free space, and run the same command again"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StorageError(f"{path}: {error}; check the folder's owner and mode")
    if name.startswith("SQLITE_BUSY"):
        return StorageError(
            f"{path}: locked by another program, or on a network file system without locks; wait "
            "and try again, or choose a folder on a local disk"
        )
    return IndexDamagedError(f"{path}: {error}; run `nearpaper check --index {path.parent}`")
