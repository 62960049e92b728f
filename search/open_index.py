"""An index that is open for reading, and the one way by which answers read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import TracebackType
from typing import Self, TypeVar

from indexer.errors import SnapshotExpiredError
from indexer.kept.remembered import Remembered
from indexer.location import Location, open_store
from indexer.models.embedder import Embedder
from indexer.snapshot import Snapshot
from indexer.store import Store
from search.answer.builder import AnswerBuilder
from search.beside import Beside
from search.one_thread import one_thread
from search.options import SearchOptions
from search.query.parser import Query
from search.ranking.encoder import Encoder
from search.ranking.reading import Reading, read
from search.ranking.retriever import Retriever
from search.stages import Observer, observed
from search.stopping import require_wanted
from search.suggestions.suggester import Suggester

Found = TypeVar("Found")


class OpenIndex:
    """A store, and what retrieves, builds answers and suggests. Safe to use from many threads.

    Attributes:
        observers: Are told how long the stages of each answer took.
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store, self._encoder = store, encoder
        self._taken: Snapshot | None = None
        self.observers: list[Observer] = []
        self._readings, self._beside = Remembered(read), Beside(remote=store.remote)
        self._retriever = Retriever(encoder, self._beside)
        self._builder = AnswerBuilder(encoder)
        self._suggester = Suggester()

    @classmethod
    def open(cls, location: Location | None = None, *, embedder: Embedder | None = None) -> Self:
        """Open an index.

        Args:
            location: A folder, the address of an index on a cluster, or a store; by default
                ``$NEARPAPER_INDEX``, ``data/index``, or the user's.
            embedder: Embeds questions; by default the model that the index was made with.

        Raises:
            IndexNotFoundError: There is no index.
            UsageError: The location is neither a folder nor an address.
        """
        store = open_store(location)
        store.recover()
        store.snapshot()  # what can't be read is told now
        return cls(store, Encoder(store, embedder))

    def _read(self, read: Callable[[Snapshot], Found], empty: Callable[[], Found]) -> Found:
        """What one snapshot says; asks the newest once more if that one was gone too soon.

        Every answer goes through here once, at the outermost call, so that it comes from one state
        of the index.
        """
        require_wanted()
        with observed(*self.observers), one_thread(), self._beside.question():
            snapshot = self._snapshot()
            if snapshot is None:
                return empty()
            try:
                return read(snapshot)
            except SnapshotExpiredError:
                newest = self._store.snapshot()
                return empty() if newest is None else read(newest)

    def _snapshot(self) -> Snapshot | None:
        """The newest snapshot; where its model is another one, not before that is loaded."""
        newest, taken = self._store.snapshot(), self._taken
        if newest is not None and not self._encoder.is_ready(newest.about.model) and taken:
            return taken
        self._taken = newest
        return newest

    def _reading(self, snapshot: Snapshot, plain: Query, options: SearchOptions) -> Reading:
        """What a question says, where its words needn't stay words."""
        return Reading(plain) if options.literal else self._readings(snapshot, plain, date.today())

    @property
    def location(self) -> str:
        """Where the index is, as a folder or an address."""
        return self._store.location

    @property
    def papers(self) -> int:
        """How many papers the index holds."""
        return self._read(lambda snapshot: snapshot.about.papers, int)

    @property
    def generation(self) -> int:
        """Number of the published state that answers come from now; 0 while it is empty."""
        return self._read(lambda snapshot: snapshot.about.generation, int)

    @property
    def fingerprint(self) -> str:
        """Differs between any two published states of any two indexes; empty in an empty index."""
        return self._read(lambda snapshot: snapshot.about.fingerprint, str)

    @property
    def problem(self) -> str:
        """Why answers come from an older state than what is there now; empty where they don't."""
        return self._store.problem

    @property
    def unpublished(self) -> int:
        """How many changes were committed that answers don't come from."""
        committed, _ = self._store.committed()
        return committed - self._read(lambda snapshot: snapshot.about.change, int)

    def close(self) -> None:
        """Let go of files and threads."""
        self._suggester.close()
        self._retriever.close()
        self._encoder.close()
        self._store.close()

    def __repr__(self) -> str:
        papers, generation = self._read(
            lambda snapshot: (snapshot.about.papers, snapshot.about.generation), lambda: (0, 0)
        )
        return f"<{type(self).__name__} over {papers:,} papers, generation {generation}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
