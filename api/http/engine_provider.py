"""The engine behind a service, which may start before there is an index."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import ClassVar

from api.http.observing.metrics import count_stages
from indexer.errors import IndexNotFoundError, NearpaperError
from indexer.location import Location
from search.engine import Engine
from search.stages import Observer

STALE_SECONDS = 60.0
"""For which changes may wait to be published: a writer that adds many does so between batches."""


class NotReadyError(NearpaperError):
    """The service can't answer at full speed yet."""

    status = 503
    kind: ClassVar[str] = "not-ready"
    title: ClassVar[str] = "Not ready yet"


@dataclass(frozen=True, slots=True)
class Ready:
    """An index that answers.

    Attributes:
        papers: How many it holds.
        generation: That it answers from.
        changed: When it was changed last, in seconds since 1970; 0 before the first change.
        is_stale: Whether changes have been committed for a while that it doesn't answer from: no
            writer published them, or what was published can't be opened.
    """

    papers: int
    generation: int
    changed: float
    is_stale: bool = False


class EngineProvider:
    """Gives the engine, opened when it is first needed. Safe to use from many threads.

    An index that can't be opened fails the request, and the next request tries again.

    Args:
        location: Where the index is.
        engine: Open already, looked after by somebody else.
        observers: Are told how long the stages of each answer took.
    """

    def __init__(
        self,
        location: Location | None,
        engine: Engine | None = None,
        observers: Sequence[Observer] = (count_stages,),
    ) -> None:
        self._location = location
        self._engine = engine
        self._observers = observers
        if engine is not None:
            engine.observers.extend(observers)
        self._owned = engine is None
        self._opening = Lock()
        self._warming = Lock()
        self._warm = False
        self._behind_since: float | None = None

    def engine(self) -> Engine:
        """The open engine; raises what :meth:`Engine.open` raises."""
        with self._opening:
            if self._engine is None:
                self._engine = Engine.open(self._location)
                self._engine.observers.extend(self._observers)
            return self._engine

    def make_ready(self) -> None:
        """Open and warm the engine; raises :class:`NotReadyError` while another thread does."""
        if self._warm:
            return
        if not self._warming.acquire(blocking=False):
            raise NotReadyError("the index is loading; try again in a few seconds")
        try:
            self.engine().warm_up()
            self._warm = True
        finally:
            self._warming.release()

    def state(self) -> Ready:
        """Make ready, and say of what; raises what :meth:`make_ready` raises."""
        self.make_ready()
        engine = self.engine()
        papers, generation = engine.papers, engine.generation  # looks for a newer state first
        return Ready(papers, generation, _changed(engine), self._is_stale(engine))

    def _is_stale(self, engine: Engine) -> bool:
        if engine.problem:
            return True
        if not engine.unpublished:
            self._behind_since = None
            return False
        if self._behind_since is None:
            self._behind_since = time.monotonic()
        return time.monotonic() - self._behind_since >= STALE_SECONDS

    def close(self) -> None:
        """Close the engine, unless somebody else opened it."""
        if self._owned and self._engine is not None:
            self._engine.close()


def _changed(engine: Engine) -> float:
    try:
        made = engine.history().now().made
    except IndexNotFoundError:
        return 0.0
    return datetime.fromisoformat(made).timestamp() if made else 0.0
