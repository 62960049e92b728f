"""The one process that may change an index: holds the lock, commits, publishes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType, TracebackType
from uuid import uuid4

from indexer.entries import Embedded, Entry, Held
from indexer.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexNotFoundError,
    StorageError,
    storage_error,
)
from indexer.files import reserved, sync_folder
from indexer.local.about import about_published
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.provenance import of_source
from indexer.local.catalog.staged_vectors import ADOPTED, StagedVectors
from indexer.local.index_model import forget_others
from indexer.local.integrity import readable_manifest, require_catalog, require_same_index
from indexer.local.lock import PATIENCE_SECONDS, WriterLock
from indexer.local.plain import require_plain
from indexer.local.presence import require_index
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.publisher import QUICK, outlay, publish
from indexer.models.embedder import Model
from indexer.models.recipe import RECIPE
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import About

_LOG = logging.getLogger("nearpaper")
UNDO_BYTES = 16 << 10
"""Of a catalog's log to undo the removal of one paper: the pages of its row and of the indexes."""


class LocalWriter:
    """An index open for writing; raises ``IndexBusyError`` while another process writes.

    Args:
        folder: Where the index is.
        create: Gives the model of a new index; without it a missing index is an error.
        rebuild: Rebuild the search indexes from the catalog.
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
        rebuild: bool = False,
        outdated: bool = False,
        patience: float = PATIENCE_SECONDS,
        most: int | None = None,
    ) -> None:
        self.folder = folder
        if create is None:
            require_index(folder)
        with ExitStack() as opened:
            _make_folder(folder)
            require_plain(folder)
            opened.enter_context(WriterLock(folder, patience=patience))
            require_catalog(folder)
            self.catalog = Catalog(folder, writable=True)
            opened.callback(self.catalog.close)
            self._model, self.recipe = self._description(create)
            self._is_adopted = bool(self.catalog.meta(ADOPTED))
            if self.recipe != RECIPE and not outdated:
                raise IndexFormatError(
                    f"{folder}: made with the text recipe {self.recipe!r}, this nearpaper uses "
                    f"{RECIPE!r}; run `nearpaper rebuild --embed --index {folder}`"
                )
            # The catalog is the source of truth: an unreadable manifest is made again from it.
            manifest = readable_manifest(folder)
            if manifest is not None and not rebuild:
                require_same_index(folder, manifest, self.catalog)
            pending = self._outlay(manifest) if manifest is not None and not rebuild else 0
            if manifest is not None and most is not None and pending > most:
                self.manifest = manifest
            else:
                if pending > QUICK:
                    _LOG.warning("nearpaper: %s: finishing an interrupted run first", folder)
                self.manifest = self._brought_up(manifest, rebuild, outdated)
            self._opened = opened.pop_all()

    def _brought_up(self, old: Manifest | None, rebuild: bool, outdated: bool) -> Manifest:
        """Publish what is pending; an index that is to be brought up to date may hold rotten parts.

        Those are what embedding everything again mends.
        """
        try:
            return self._published(old, merge=rebuild)
        except IndexDamagedError:
            if old is None or rebuild or not outdated:
                raise
            return old

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

    @property
    def model(self) -> Model:
        """What makes the vectors."""
        return self._model

    def bearers(self, names: Iterable[str], *, own: bool = False) -> list[tuple[Name, int]]:
        """Where these stand among the names of live papers, with their row ids."""
        return self.catalog.bearers(names, own=own)

    def known(self, rows: Iterable[int]) -> dict[int, Held]:
        """Live papers by their row ids."""
        return self.catalog.known(rows)

    def current(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The live papers that these names mean, by the names."""
        return self.catalog.current(ids)

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """What was embedded before among these text hashes, of live or removed papers."""
        return self.catalog.embedded(hashes)

    def from_source(self, name: str, most: int) -> list[Entry]:
        """Up to ``most`` live papers that a source tells of, ready to be committed again."""
        return of_source(self.catalog, name, most)

    def sample(self, most: int) -> list[Paper]:
        """At most that many live papers, spread evenly; always the same of the same papers."""
        return self.catalog.sample_papers(most)

    def staging(self, model: Model, recipe: str) -> LocalStaging:
        """New vectors of every paper, begun or gone on with."""
        return LocalStaging(self, model, recipe)

    def meta(self, key: str) -> str | None:
        """A value of the index's own description."""
        return self.catalog.meta(key)

    def commit(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add or replace papers and remove others; on return the change is on the disk."""
        self.catalog.commit(entries, removed, meta)

    def publish(self, *, merge: bool = False) -> About:
        """Let readers see what was committed; with ``merge``, with all papers in one segment."""
        self.manifest = self._published(self.manifest, merge=merge)
        if self._is_adopted:
            forget_others(self.folder, self._model)
            self._is_adopted = False
        identity = self.catalog.meta("identity") or ""
        return about_published(self.folder, self.manifest, identity)

    @contextmanager
    def removing(self, papers: int) -> Iterator[None]:
        """A block that commits a removal and publishes it, or undoes it where there is no room.

        The room to undo it is kept free from the beginning.
        """
        before = self.catalog.last_change()
        with reserved(self.folder / "reserve.new", UNDO_BYTES * (papers + 8)) as give_up:
            try:
                yield
            except StorageError:
                give_up()
                number, shown = self.catalog.last_change(), readable_manifest(self.folder)
                if number > before and (shown is None or shown.change < number):
                    self.catalog.take_back_removal(number)
                raise

    def adopted(self, model: Model, recipe: str) -> None:
        """Take note that all vectors are of another model or recipe now."""
        self._model, self.recipe, self._is_adopted = model, recipe, True

    @property
    def is_published(self) -> bool:
        """Whether readers see all that was committed."""
        return self.manifest.change == self.catalog.last_change()

    def _outlay(self, manifest: Manifest) -> int:
        return outlay(self.folder, self.catalog, manifest, self.model, self.recipe)

    def _published(self, old: Manifest | None, *, merge: bool) -> Manifest:
        return publish(
            self.folder, self.catalog, old, model=self.model, recipe=self.recipe, merge=merge
        )

    def close(self) -> None:
        """Close the files and let the next writer in."""
        # Without room to move it, what stands in the log counts all the same.
        with self._opened, suppress(StorageError):
            self.catalog.settle()

    def __enter__(self) -> LocalWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class LocalStaging(StagedVectors):
    """Vectors of another model or recipe, put aside in the catalog."""

    def __init__(self, writer: LocalWriter, model: Model, recipe: str) -> None:
        super().__init__(writer.catalog, model, recipe)
        self._writer, self._aim = writer, (model, recipe)

    def adopt(self, meta: Mapping[str, str] = MappingProxyType({})) -> None:
        """Make them the index's vectors and set ``meta``, all at once; publish shows them."""
        super().adopt(meta)
        self._writer.adopted(*self._aim)


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
