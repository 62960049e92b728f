"""Whether the files of an index belong together: the catalog and what was made from it."""

from __future__ import annotations

from pathlib import Path

from indexer.analysis import TOKENS
from indexer.errors import IndexDamagedError, IndexOutdatedError
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest


def require_catalog(folder: Path) -> None:
    """Raise ``IndexDamagedError`` where something was published and its catalog is lost."""
    path = folder / CATALOG_FILE
    if (folder / MANIFEST_FILE).exists() and not (path.exists() and path.stat().st_size):
        raise IndexDamagedError(
            f"{path}: missing or empty, and nothing else holds its papers; put it back, or "
            "move the folder away and run `nearpaper restore BACKUP`"
        )


def require_same_index(folder: Path, manifest: Manifest, catalog: Catalog) -> None:
    """Raise ``IndexDamagedError`` if the search indexes were made from another catalog."""
    identity = catalog.meta("identity")
    if manifest.identity and manifest.identity != identity:
        problem = "isn't the one that the other files were made from"
    elif manifest.change > catalog.last_change():
        problem = "is older than the other files"
    else:
        return
    raise IndexDamagedError(
        f"{folder / CATALOG_FILE}: {problem}; put the right one back, or make them from this one "
        f"with `nearpaper rebuild --index {folder}`"
    )


def readable_manifest(folder: Path) -> Manifest | None:
    """The published manifest; ``None`` also where it is damaged."""
    try:
        return Manifest.load(folder)
    except IndexDamagedError:
        return None


def has_old_words(folder: Path) -> bool:
    """Whether the words that are looked up were made by an older version than this one."""
    manifest = Manifest.load(folder)
    return manifest is not None and manifest.tokens < TOKENS


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
