"""The one process that may change an index: holds the lock, commits, publishes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType, TracebackType
from uuid import uuid4

from indexer.errors import IndexDamagedError, IndexFormatError, IndexNotFoundError, storage_error
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import CATALOG_FILE, Entry
from indexer.local.location import require_index
from indexer.local.lock import PATIENCE_SECONDS, WriterLock
from indexer.local.segments.manifest import MANIFEST_FILE, Manifest, sync_folder
from indexer.local.segments.publisher import QUICK, outlay, publish
from indexer.models.embedder import Model
from indexer.models.recipe import RECIPE

_LOG = logging.getLogger("nearpaper")


class Writer:
    """An index open for writing; raises ``IndexBusyError`` while another process writes.

    Args:
        folder: Where the index is.
        create: Gives the model of a new index; without it a missing index is an error.
        derive: Make all derived parts anew from the catalog.
        patience: Seconds to wait for another writer.
        outdated: Open even an index of another text recipe, to bring it up to date.
        most: Leave what a killed writer committed unpublished where that takes going through more
            versions of papers than this; by default it is published.
    """

    def __init__(
        self,
        folder: Path,
        *,
        create: Callable[[], Model] | None = None,
        derive: bool = False,
        outdated: bool = False,
        patience: float = PATIENCE_SECONDS,
        most: int | None = None,
    ) -> None:
        self.folder = folder
        if create is None:
            require_index(folder)
        with ExitStack() as opened:
            _make_folder(folder)
            opened.enter_context(WriterLock(folder, patience=patience))
            require_catalog(folder)
            self.catalog = Catalog(folder, writable=True)
            opened.callback(self.catalog.close)
            self.model, self.recipe = self._description(create)
            if self.recipe != RECIPE and not outdated:
                raise IndexFormatError(
                    f"{folder}: made with the text recipe {self.recipe!r}, this nearpaper uses "
                    f"{RECIPE!r}; run `nearpaper rebuild --embed --index {folder}`"
                )
            # The catalog is the truth: a manifest that can't be read is made anew.
            manifest = readable_manifest(folder)
            if manifest is not None and not derive:
                require_kin(folder, manifest, self.catalog)
            pending = self._outlay(manifest) if manifest is not None and not derive else 0
            if manifest is not None and most is not None and pending > most:
                self.manifest = manifest
            else:
                if pending > QUICK:
                    _LOG.warning("nearpaper: %s: finishing an interrupted run first", folder)
                self.manifest = self._published(manifest, fold=derive)
            self._opened = opened.pop_all()

    def _description(self, create: Callable[[], Model] | None) -> tuple[Model, str]:
        """The model and the text recipe that the index was made with, or is to be made with."""
        stored = self.catalog.meta("model")
        if self.catalog.meta("identity") is None:
            self.catalog.set_meta({"identity": uuid4().hex})
        if stored is not None:
            return Model(**json.loads(stored)), self.catalog.meta("recipe") or ""
        if create is None:
            raise IndexNotFoundError(
                f"{self.folder}: the index is still empty; add papers with `nearpaper index`"
            )
        model = create()
        self.catalog.set_meta({"model": json.dumps(asdict(model)), "recipe": RECIPE})
        return model, RECIPE

    def commit(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add or replace papers and remove others; on return the change is on the disk."""
        self.catalog.commit(entries, removed, meta)

    def publish(self, *, fold: bool = False) -> Manifest:
        """Let readers see what was committed."""
        self.manifest = self._published(self.manifest, fold=fold)
        return self.manifest

    @property
    def is_published(self) -> bool:
        """Whether readers see all that was committed."""
        return self.manifest.change == self.catalog.last_change()

    def _outlay(self, manifest: Manifest) -> int:
        return outlay(self.folder, self.catalog, manifest, self.model, self.recipe)

    def _published(self, old: Manifest | None, *, fold: bool) -> Manifest:
        return publish(
            self.folder, self.catalog, old, model=self.model, recipe=self.recipe, fold=fold
        )

    def close(self) -> None:
        """Close the files and let the next writer in."""
        try:
            self.catalog.settle()
        finally:
            self._opened.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def require_catalog(folder: Path) -> None:
    """Raise ``IndexDamagedError`` where something was published and its catalog is lost."""
    path = folder / CATALOG_FILE
    if (folder / MANIFEST_FILE).exists() and not (path.exists() and path.stat().st_size):
        raise IndexDamagedError(
            f"{path}: missing or empty, and nothing can make it anew; put it back, or move the "
            "folder away and run `nearpaper restore BACKUP`"
        )


def require_kin(folder: Path, manifest: Manifest, catalog: Catalog) -> None:
    """Raise ``IndexDamagedError`` if the derived parts were made from another catalog."""
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


def _make_folder(folder: Path) -> None:
    """On return the folder is on the disk, as are those that were made for it."""
    try:
        new = [
            path for path in (folder.absolute(), *folder.absolute().parents) if not path.exists()
        ]
        folder.mkdir(parents=True, exist_ok=True)
        for path in new:
            sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, folder) from error


def readable_manifest(folder: Path) -> Manifest | None:
    """The published manifest; ``None`` also where it is damaged."""
    try:
        return Manifest.load(folder)
    except IndexDamagedError:
        return None
