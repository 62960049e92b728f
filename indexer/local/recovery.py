"""Publishing what a killed writer committed, before an index is read."""

from __future__ import annotations

import logging
from contextlib import closing, suppress
from pathlib import Path

from indexer.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    IndexOutdatedError,
    StorageError,
)
from indexer.local.catalog.catalog import Catalog
from indexer.local.integrity import has_old_words, lags
from indexer.local.presence import require_index
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest
from indexer.local.writer import LocalWriter

_LOG = logging.getLogger("nearpaper")


def recover(folder: Path, *, most: int | None = None) -> None:
    """Publish what a killed writer committed, if nobody writes and this process may.

    A catalog of an older version is brought up to date; raises ``IndexOutdatedError`` where this
    process may not. So are the words that are looked up, without which questions are read as they
    were then. With ``most``, what takes longer than going through that many versions of
    papers is left to the next writer, with a warning; raises ``IndexDamagedError`` where nothing
    else can be read, since the manifest is lost.
    """
    require_index(folder)
    if not (lags(folder) or has_old_words(folder)):
        return
    if most is not None and Manifest.load(folder) is None:
        _require_few(folder, most)
    try:
        with LocalWriter(folder, outdated=True, patience=0, most=most) as writer:
            if not writer.is_published:
                _LOG.warning(
                    "nearpaper: %s: an interrupted run left papers that can't be found yet; run it "
                    "again, or `nearpaper compact --index %s`",
                    *(folder, folder),
                )
    except (IndexBusyError, StorageError, IndexNotFoundError):
        # What is published can be searched all the same, unless the catalog can't be read.
        Catalog(folder).close()


def _require_few(folder: Path, most: int) -> None:
    """Raise ``IndexDamagedError`` for more papers than a reader builds search indexes of."""
    with suppress(IndexOutdatedError), closing(Catalog(folder)) as catalog:
        if catalog.last_row() > most:
            raise IndexDamagedError(
                f"{folder / MANIFEST_FILE}: missing; run `nearpaper rebuild --index {folder}`"
            )
