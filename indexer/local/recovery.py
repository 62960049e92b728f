"""Publishing what a killed writer committed, before an index is read."""

from __future__ import annotations

import logging
from pathlib import Path

from indexer.errors import IndexBusyError, IndexNotFoundError, StorageError
from indexer.local.catalog.catalog import Catalog
from indexer.local.integrity import lags
from indexer.local.presence import require_index
from indexer.local.writer import LocalWriter

_LOG = logging.getLogger("nearpaper")


def recover(folder: Path, *, most: int | None = None) -> None:
    """Publish what a killed writer committed, if nobody writes and this process may.

    A catalog of an older version is brought up to date; raises ``IndexOutdatedError`` where this
    process may not. With ``most``, what takes longer than going through that many versions of
    papers is left to the next writer, with a warning.
    """
    require_index(folder)
    if not lags(folder):
        return
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
