"""Whether a folder holds an index."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import IndexNotFoundError, storage_error
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.local.lock import LOCK_FILE
from indexer.local.plain import require_plain
from indexer.local.segments.manifest import MANIFEST_FILE


def require_index(folder: Path) -> None:
    """Raise ``IndexNotFoundError`` unless the folder holds an index, be it an unfinished one.

    Raises ``IndexDamagedError`` where it holds links or the like in the place of files.
    """
    require_plain(folder)
    try:
        found = [(folder / name).exists() for name in (CATALOG_FILE, MANIFEST_FILE, LOCK_FILE)]
    except OSError as error:
        raise storage_error(error, folder) from error
    if not any(found):
        raise IndexNotFoundError(
            f"{folder}: no index there; make one with `nearpaper index FILE --index {folder}`, "
            "or name another with --index or $NEARPAPER_INDEX"
        )
