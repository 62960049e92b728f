"""A service as it was asked for: what each of its processes makes its application from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from api.http.access.access import Access
from api.http.load.bounds import Bounds
from api.http.load.rates import Rates, checked_rate
from api.http.observing.logs import LogFormat
from indexer.errors import UsageError
from indexer.location import default_location
from search.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to serve, and how; plain values, which other processes can be given.

    Attributes:
        index: Folder or address of the index; ``None`` for the default.
        reranker: Name of a cross-encoder; ``None`` for none.
        access: Who may ask.
        bounds: How much at once.
        rate: How often each client may, such as ``60/minute``; ``None`` for as often as it likes.
        log: Format of the log.
        access_log: Whether there is a line for each request.
        workers: Processes that answer.
        shared: Folder of what the processes share while they run.
        audit: Where changes are written down; ``None`` where nothing may be changed.
    """

    index: str | None
    reranker: str | None
    access: Access
    bounds: Bounds
    rate: str | None
    log: LogFormat
    access_log: bool
    workers: int
    shared: Path
    audit: Path | None = None

    def app(self, engine: Engine | None = None) -> FastAPI:
        """The application, over an open engine or one of its own; raises ``NearpaperError``."""
        from api.admin.changes import Changes
        from api.http.app import create_app
        from api.http.observing.tracing import spans_from_environment
        from search.ranking.rerank import load_reranker

        return create_app(
            self.index,
            engine=engine,
            reranker=load_reranker(self.reranker) if self.reranker else None,
            bounds=self.bounds.shared(self.workers),
            access=self.access,
            changes=Changes(self.index or default_location(), self.audit) if self.audit else None,
            rates=Rates(self.rate, self.shared / "counters") if self.rate else None,
            spans=spans_from_environment(),
        )

    def check(self) -> None:
        """Raise ``UsageError`` for what no process could start with."""
        from api.http.observing.tracing import wanted_exporter
        from api.keys.key_file import load_keys

        wanted_exporter()
        keys = load_keys(self.access.keys) if self.access.keys is not None else ()
        if self.audit is not None and not any(
            key.role == "admin" and not key.is_expired for key in keys
        ):
            raise UsageError(
                "--writable: no key may change anything; make one with `nearpaper keys add NAME "
                "--role admin`, and name the file with --keys"
            )
        if self.rate is not None:
            checked_rate(self.rate)


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder for what the processes of a service share, which goes with the last of them."""
    with tempfile.TemporaryDirectory(prefix="nearpaper-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
