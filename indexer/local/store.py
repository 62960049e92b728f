"""An index in a folder: what reads it, what writes it, and the models that fit it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from indexer.copying import Origin
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.history import committed
from indexer.local.copying import LocalCopying, copying
from indexer.local.embedder_loading import load_matching, load_new
from indexer.local.presence import require_index
from indexer.local.recovery import recover
from indexer.local.segments.publisher import QUICK
from indexer.local.snapshot import LocalSnapshot
from indexer.local.snapshot_provider import SnapshotProvider
from indexer.local.writer import LocalWriter
from indexer.models.choice import Named
from indexer.models.compatibility import require_match
from indexer.models.embedder import Embedder, Model
from indexer.models.precision import Precision


class LocalStore:
    """An index in a folder, which need not be there yet. Safe to use from many threads."""

    remote = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reader = SnapshotProvider(folder)

    @property
    def location(self) -> str:
        """The folder, as it was given."""
        return str(self.folder)

    @property
    def workspace(self) -> Path:
        """The folder itself."""
        return self.folder

    def recover(self) -> None:
        """Publish what a killed writer committed, where that is quick; warns where it isn't.

        Raises:
            IndexNotFoundError: There is no index.
            IndexOutdatedError: It is of an older version, and this process may not write.
            IndexDamagedError: Its manifest is unreadable, or lost in a large index.
        """
        recover(self.folder, most=QUICK)

    def snapshot(self) -> LocalSnapshot | None:
        """The newest published state, the same object until there is another.

        ``None`` where nothing was published yet; raises ``IndexNotFoundError`` without an index.
        """
        return self._reader.snapshot()

    @property
    def problem(self) -> str:
        """Why the snapshot isn't of what the folder holds now; empty where it is."""
        return self._reader.problem

    def writer(
        self, create: Callable[[], Model] | None = None, *, outdated: bool = False
    ) -> LocalWriter:
        """Open it for writing; raises ``IndexBusyError`` while another process writes.

        Args:
            create: Gives the model of a new index; without it a missing index is an error.
            outdated: Open even an index of another text recipe, to bring it up to date.
        """
        return LocalWriter(self.folder, create=create, outdated=outdated)

    def committed(self) -> tuple[int, dict[str, str]]:
        """Number of the last change, published or not, and the index's description after it."""
        require_index(self.folder)
        with closing(Catalog(self.folder)) as catalog:
            return committed(catalog)

    def copying(self, origin: Origin) -> AbstractContextManager[LocalCopying]:
        """Make it a copy, begun or gone on with, in a folder beside it until it is finished.

        Raises:
            UsageError: There is something in the folder.
            IndexBusyError: Another process is making it.
        """
        return copying(self.folder, origin)

    def embedder(self, model: Model, given: Embedder | None = None) -> Embedder:
        """What embeds like the model of the index; an int8 one is the very one in the folder.

        Raises:
            ModelError: It can't be loaded, or isn't the same.
        """
        if given is None:
            return load_matching(self.folder, model)
        require_match(self.folder, model, given.model)
        return given

    def new_embedder(
        self, named: Named, precision: Precision, sample: Callable[[], Sequence[str]]
    ) -> Embedder:
        """The model that vectors are to be made with from now on; int8 is kept in the folder."""
        return load_new(self.folder, named, precision, sample)

    def close(self) -> None:
        """Let go of files and connections."""
        self._reader.close()

    def __repr__(self) -> str:
        return f"<LocalStore {self.folder}>"
