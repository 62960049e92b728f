"""An index open for reading, following the generations that writers publish."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from indexer.errors import (
    IndexDamagedError,
    IndexFormatError,
    NearpaperError,
    StorageError,
    storage_error,
)
from indexer.local.catalog.catalog import Catalog
from indexer.local.integrity import require_catalog, require_same_index
from indexer.local.presence import require_index
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest
from indexer.local.snapshot import LocalSnapshot

_LOG = logging.getLogger("nearpaper")
_TRIES = 20  # generations that may come and go while one is being opened


class SnapshotProvider:
    """The newest snapshot of a folder. Safe to use from many threads; it writes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._refreshing = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._snapshot: LocalSnapshot | None = None
        self._catalog: Catalog | None = None

    def snapshot(self) -> LocalSnapshot | None:
        """The newest published snapshot, the same one until there is another.

        What is held is kept while a newer one can't be opened: damage to the files of an index
        doesn't stop those who have it open.

        Returns:
            ``None`` in an index in which nothing was published yet.

        Raises:
            IndexNotFoundError: There is no index.
        """
        if self._stamp() != self._seen:
            try:
                self._take_up()
            except (IndexDamagedError, IndexFormatError, StorageError) as error:
                if self._snapshot is None:
                    raise
                _LOG.warning("nearpaper: going on with what was open: %s", error)
        if self._snapshot is None:
            require_index(self.folder)
        return self._snapshot

    def _take_up(self) -> None:
        """Open the newest generation, once for all threads that ask."""
        with self._refreshing:
            seen = self._stamp()
            if seen == self._seen:
                return
            if self._snapshot is not None:
                self._seen = seen  # others go on meanwhile; a failure is met once for each change
            newest = _open_newest(self.folder)
            if newest is not None:
                # Another one each time: the folder may hold another index by now. The last one goes
                # with the last answer that reads it.
                self._catalog = Catalog(self.folder)
                self._snapshot = LocalSnapshot(newest, self._catalog)
            elif self._snapshot is not None:
                raise IndexDamagedError(f"{self.folder}: the manifest is gone")
            self._seen = seen

    def _stamp(self) -> tuple[int, int] | None:
        """Changes with every rename of the manifest."""
        try:
            status = (self.folder / MANIFEST_FILE).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def close(self) -> None:
        """Let go of the files."""
        with self._refreshing:
            if self._catalog is not None:
                self._catalog.close()
            self._catalog = self._snapshot = self._seen = None


def _open_newest(folder: Path) -> Generation | None:
    for _ in range(_TRIES):
        manifest = Manifest.load(folder)
        if manifest is None:
            return None
        try:
            _require_whole(folder, manifest)
            return Generation(folder, manifest)
        except (OSError, IndexDamagedError) as error:
            # A newer generation may have come, and the files of this one gone with it.
            if Manifest.load(folder) != manifest:
                continue
            if isinstance(error, IndexDamagedError):
                raise
            raise _unopened(error, folder) from error
    raise IndexDamagedError(f"{folder}: changes faster than it can be opened; try again")


def _require_whole(folder: Path, manifest: Manifest) -> None:
    """Raise ``IndexDamagedError`` for files that aren't what was written, or of another index."""
    require_catalog(folder)
    altered, catalog = manifest.altered(folder), Catalog(folder)
    try:
        require_same_index(folder, manifest, catalog)
        if altered and catalog.last_change() > manifest.change:
            # A writer extends the lexicon before it publishes, which merges and unlinks files.
            altered = [name for name in altered if not name.startswith("lexicon/")]
    finally:
        catalog.close()
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
