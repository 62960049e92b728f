"""An index open for reading, following the generations that writers publish."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from indexer.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexFormatError,
    IndexNotFoundError,
    IndexOutdatedError,
    NearpaperError,
    StorageError,
    storage_error,
)
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.local.location import require_index
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest
from indexer.local.segments.publisher import QUICK
from indexer.local.writer import Writer, require_catalog, require_kin

_LOG = logging.getLogger("nearpaper")
_TRIES = 20  # generations that may come and go while one is being opened


class Reader:
    """The current generation and the catalog behind it. Safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        catch_up(folder, most=QUICK)
        self._refreshing, self._connecting = threading.Lock(), threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._generation: Generation | None = None
        self._catalog: Catalog | None = None
        self._take_up()

    @property
    def catalog(self) -> Catalog:
        """The catalog; there is one wherever there is a generation."""
        with self._connecting:
            if self._catalog is None:
                self._catalog = Catalog(self.folder)
            return self._catalog

    def generation(self) -> Generation | None:
        """The newest published generation; ``None`` in an index that is still empty.

        What is held is kept while a newer one can't be opened: damage to the files of an index
        doesn't stop those who have it open.
        """
        if self._stamp() != self._seen:
            try:
                self._take_up()
            except (IndexDamagedError, IndexFormatError, StorageError) as error:
                if self._generation is None:
                    raise
                _LOG.warning("nearpaper: going on with what was open: %s", error)
        return self._generation

    def _take_up(self) -> None:
        """Open the newest generation, once for all threads that ask."""
        with self._refreshing:
            seen = self._stamp()
            if seen == self._seen:
                return
            if self._generation is not None:
                self._seen = seen  # others go on meanwhile; a failure is met once for each change
            newest = _open_newest(self.folder)
            if newest is None and self._generation is not None:
                raise IndexDamagedError(f"{self.folder}: the manifest is gone")
            self._generation, self._seen = newest, seen

    def _stamp(self) -> tuple[int, int] | None:
        """Changes with every rename of the manifest."""
        try:
            status = (self.folder / MANIFEST_FILE).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def close(self) -> None:
        """Let go of the files."""
        if self._catalog is not None:
            self._catalog.close()
        self._generation = None


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
        require_kin(folder, manifest, catalog)
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


def catch_up(folder: Path, *, most: int | None = None) -> None:
    """Publish what a killed writer committed, if nobody writes and this process may.

    A catalog of an older version is brought up to date; raises ``IndexOutdatedError`` where this
    process may not. With ``most``, what takes longer than going through that many versions of
    papers is left to the next writer, with a warning.
    """
    require_index(folder)
    if not lags(folder):
        return
    try:
        with Writer(folder, outdated=True, patience=0, most=most) as writer:
            if not writer.is_published:
                _LOG.warning(
                    "nearpaper: %s: an interrupted run left papers that can't be found yet; run it "
                    "again, or `nearpaper compact --index %s`",
                    *(folder, folder),
                )
    except (IndexBusyError, StorageError, IndexNotFoundError):
        # What is published can be searched all the same, unless the catalog can't be read.
        Catalog(folder).close()


def lags(folder: Path) -> bool:
    """Whether the catalog holds changes that are not published, or is of an older version."""
    manifest = Manifest.load(folder)
    if not (folder / CATALOG_FILE).exists():
        return False
    try:
        catalog = Catalog(folder)
    except IndexOutdatedError:
        return True
    try:
        return not catalog.is_blank and (
            manifest is None or manifest.change < catalog.last_change()
        )
    finally:
        catalog.close()
