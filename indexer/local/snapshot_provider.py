"""An index open for reading, following the generations that writers publish."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from pathlib import Path

from indexer.errors import (
    IndexDamagedError,
    IndexFormatError,
    NearpaperError,
    StorageError,
    storage_error,
)
from indexer.files import FileIdentity, identity_of
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.local.integrity import require_catalog, require_same_index
from indexer.local.plain import require_plain
from indexer.local.presence import require_index
from indexer.local.segments.generation import Generation
from indexer.local.segments.held_files import HeldFiles
from indexer.local.segments.lexicon import is_rewritten
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest
from indexer.local.snapshot import LocalSnapshot

_LOG = logging.getLogger("nearpaper")
_TRIES = 20  # generations that may come and go while one is being opened
_Stamp = tuple[FileIdentity, int, FileIdentity | None]
"""The manifest's file, when it was written, and the catalog's file."""


class SnapshotProvider:
    """The newest snapshot of a folder. Safe to use from many threads; it writes nothing.

    Attributes:
        folder: Where the index is.
        problem: Why the newest snapshot isn't what the folder holds now, empty where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problem = ""
        self._refreshing = threading.Lock()
        self._seen: _Stamp | None = None
        self._snapshot: LocalSnapshot | None = None
        self._catalog: Catalog | None = None
        self._held: HeldFiles | None = None

    def snapshot(self) -> LocalSnapshot | None:
        """The newest published snapshot, the same one until there is another.

        What is held is kept while a newer one can't be opened: damage to the files of an index
        doesn't stop those who have it open.

        Returns:
            ``None`` in an index in which nothing was published yet.

        Raises:
            IndexNotFoundError: There is no index.
            IndexDamagedError: Somebody wrote to its files, which are never trusted again.
        """
        self._let_go_of_overwritten()
        if self._stamp() != self._seen:
            try:
                self._take_up()
            except (IndexDamagedError, IndexFormatError, StorageError) as error:
                if self._snapshot is None:
                    raise
                self.problem = str(error)
                _LOG.warning("nearpaper: going on with what was open: %s", error)
        if self._snapshot is None:
            require_index(self.folder)
        return self._snapshot

    def _let_go_of_overwritten(self) -> None:
        """What was written to in place isn't read any more; the folder is opened anew."""
        snapshot = self._snapshot
        if snapshot is None or self._held is None or (path := self._held.overwritten()) is None:
            return
        with self._refreshing:
            if self._snapshot is snapshot:
                _LOG.warning("nearpaper: %s: written to while it was open", path)
                self._snapshot = self._seen = None

    def _take_up(self) -> None:
        """Open the newest generation, once for all threads that ask."""
        with self._refreshing:
            seen = self._stamp()
            if seen == self._seen:
                return
            if self._snapshot is not None:
                self._seen = seen  # others go on meanwhile; a failure is met once for each change
            opened = _open_newest(self.folder)
            if opened is None and self._snapshot is not None:
                raise IndexDamagedError(f"{self.folder}: the manifest is gone")
            if opened is not None:
                # The last catalog goes with the last answer that reads it.
                newest, self._catalog, self._held = opened
                self._snapshot = LocalSnapshot(newest, self._catalog)
            self._seen, self.problem = seen, ""

    def _stamp(self) -> _Stamp | None:
        """Changes with every rename of the manifest, and with another catalog in its place."""
        try:
            status = (self.folder / MANIFEST_FILE).stat()
        except OSError:
            return None
        manifest = status.st_dev, status.st_ino
        return manifest, status.st_mtime_ns, identity_of(self.folder / CATALOG_FILE)

    def close(self) -> None:
        """Let go of the files."""
        with self._refreshing:
            if self._catalog is not None:
                self._catalog.close()
            self._catalog = self._snapshot = self._seen = None


def _open_newest(folder: Path) -> tuple[Generation, Catalog, HeldFiles] | None:
    """The published generation and the catalog that it was made from, the same files throughout."""
    for _ in range(_TRIES):
        require_plain(folder)
        manifest = Manifest.load(folder)
        if manifest is None:
            return None
        held = HeldFiles(folder / name for name in manifest.files if not is_rewritten(name))
        with ExitStack() as opened:
            try:
                require_catalog(folder)
                catalog = Catalog(folder)
                opened.callback(catalog.close)
                _require_whole(folder, manifest, catalog)
                generation = Generation(folder, manifest)
            except (OSError, IndexDamagedError) as error:
                # A newer generation may have come, and the files of this one gone with it.
                if Manifest.load(folder) != manifest:
                    continue
                if isinstance(error, IndexDamagedError):
                    raise
                raise _unopened(error, folder) from error
            # What goes while it is opened, Tantivy may take for empty.
            if Manifest.load(folder) == manifest and catalog.database.is_in_place():
                opened.pop_all()
                return generation, catalog, held
    raise IndexDamagedError(f"{folder}: changes faster than it can be opened; try again")


def _require_whole(folder: Path, manifest: Manifest, catalog: Catalog) -> None:
    """Raise ``IndexDamagedError`` for files that aren't what was written, or of another index."""
    altered = manifest.altered(folder)
    require_same_index(folder, manifest, catalog)
    if altered and catalog.last_change() > manifest.change:
        # A writer extends the lexicon before it publishes, which merges and unlinks files.
        altered = [name for name in altered if not name.startswith("lexicon/")]
    if altered:
        path = folder / altered[0]
        problem = "not what was written" if path.exists() else "missing"
        raise IndexDamagedError(f"{path}: {problem}; run `nearpaper rebuild --index {folder}`")


def _unopened(error: OSError, folder: Path) -> NearpaperError:
    if isinstance(error, FileNotFoundError):
        return IndexDamagedError(
            f"{error.filename or error}: missing; run `nearpaper rebuild --index {folder}`"
        )
    return storage_error(error, error.filename or folder)
