"""An index in memory, which ends with its process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from indexer.closeness.calibration import KEY, calibration_of
from indexer.copying import Origin
from indexer.errors import IndexBusyError, IndexFormatError, IndexNotFoundError, UsageError
from indexer.memory.copying import MemoryCopying
from indexer.memory.snapshot import MemorySnapshot
from indexer.memory.state import State
from indexer.memory.writer import OWN, MemoryWriter, description
from indexer.models.choice import Choice, Named
from indexer.models.compatibility import require_match
from indexer.models.embedder import Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision
from indexer.models.recipe import RECIPE
from indexer.snapshot import About

PATIENCE_SECONDS = 1.0
"""To wait for another writer."""


class MemoryStore:
    """An index in memory. Every answer is exact."""

    location = "memory"
    workspace = None
    remote = False
    problem = ""

    def __init__(self) -> None:
        self._state: State | None = None
        self._snapshot: MemorySnapshot | None = None
        self._copying: MemoryCopying | None = None
        self._writing = threading.Lock()
        self._embedders: dict[Model, Embedder] = {}

    @property
    def state(self) -> State:
        """All that was committed; raises ``IndexNotFoundError`` where there is no index."""
        if self._state is None:
            raise IndexNotFoundError("memory: no index there; add papers to make one")
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state

    def recover(self) -> None:
        """Publish what a failed writer committed, unless somebody writes."""
        _ = self.state
        if self._writing.acquire(blocking=False):
            try:
                self._publish()
            finally:
                self._writing.release()

    def snapshot(self) -> MemorySnapshot | None:
        """The newest published state; raises ``IndexNotFoundError`` where there is no index."""
        described = calibration_of(self.state.meta.get(KEY))
        if self._snapshot is not None:
            self._snapshot.calibration = described
        return self._snapshot

    @contextmanager
    def writer(
        self, create: Callable[[], Model] | None = None, *, outdated: bool = False
    ) -> Iterator[MemoryWriter]:
        """Open it for writing; raises ``IndexBusyError`` while another thread writes."""
        with self._alone():
            if self._state is None and create is not None:
                self.state = _empty(create())
            if self.state.recipe != RECIPE and not outdated:
                raise IndexFormatError(
                    f"memory: made with the text recipe {self.state.recipe!r}, this nearpaper "
                    f"uses {RECIPE!r}; embed its papers again"
                )
            self._publish()
            yield MemoryWriter(self, self._publish)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._writing.acquire(timeout=PATIENCE_SECONDS):
            raise IndexBusyError("memory: another thread is writing; wait for it")
        try:
            yield
        finally:
            self._writing.release()

    def committed(self) -> tuple[int, dict[str, str]]:
        """Number of the last change, and the index's description after it."""
        state = self.state
        return state.change, {key: value for key, value in state.meta.items() if key not in OWN}

    @contextmanager
    def copying(self, origin: Origin) -> Iterator[MemoryCopying]:
        """Make it a copy, begun or gone on with; raises ``UsageError`` for an index."""
        with self._alone():
            if self._state is not None:
                raise UsageError("memory: there is an index already; copy to a new store")
            begun = self._copying
            if begun is None or begun.origin.fingerprint != origin.fingerprint:
                begun = MemoryCopying(origin, self._show, is_anew=begun is not None)
            else:
                begun.origin, begun.is_anew = origin, False
            self._copying = begun
            yield begun

    def _show(self, state: State) -> None:
        self.state, self._copying = state, None
        self._publish()

    def _publish(self) -> About:
        """Let readers see what was committed; nothing new is no new state."""
        old = self._snapshot
        if old is None or old.about.change < self.state.change:
            self._snapshot = MemorySnapshot(self.state, old.about.generation + 1 if old else 1)
            return self._snapshot.about
        return old.about

    def embedder(self, model: Model, given: Embedder | None = None) -> Embedder:
        """What embeds like the model of the index: ``given``, if it does, else it is loaded."""
        embedder = given or self._embedders.get(model) or load_embedder(Choice().after(model))
        require_match(self.location, model, embedder.model)
        return embedder

    def new_embedder(
        self, named: Named, precision: Precision, sample: Callable[[], Sequence[str]]
    ) -> Embedder:
        """The model that vectors are to be made with from now on; int8 is fitted to ``sample``."""
        if precision == "int8":
            from indexer.models.quantisation import quantised

            embedder: Embedder = quantised(named, sample())[0]
        else:
            embedder = load_embedder(named)
        self._embedders[embedder.model] = embedder
        return embedder

    def close(self) -> None:
        """Does nothing: what was published stays readable."""


def _empty(model: Model) -> State:
    meta = {"identity": uuid4().hex, **description(model, RECIPE)}
    return State(model=model, recipe=RECIPE, meta=meta)
