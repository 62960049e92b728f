"""The engine behind a service, which may start before there is an index."""

from __future__ import annotations

from threading import Lock
from typing import ClassVar

from indexer.errors import NearpaperError
from indexer.location import Location
from search.engine import Engine


class NotReadyError(NearpaperError):
    """The service can't answer at full speed yet."""

    status = 503
    kind: ClassVar[str] = "not-ready"
    title: ClassVar[str] = "Not ready yet"


class EngineProvider:
    """Gives the engine, opened when it is first needed. Safe to use from many threads.

    An index that can't be opened fails the request, and the next request tries again.
    """

    def __init__(self, location: Location | None, engine: Engine | None = None) -> None:
        self._location = location
        self._engine = engine
        self._owned = engine is None
        self._opening = Lock()
        self._warming = Lock()
        self._warm = False

    def engine(self) -> Engine:
        """The open engine; raises what :meth:`Engine.open` raises."""
        with self._opening:
            if self._engine is None:
                self._engine = Engine.open(self._location)
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

    def close(self) -> None:
        """Close the engine, unless somebody else opened it."""
        if self._owned and self._engine is not None:
            self._engine.close()
