"""What an admin may change over HTTP, by the same calls as the command line's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from api.admin.audit_log import AuditLog
from indexer.errors import IndexBusyError, NearpaperError, PaperNotFoundError
from indexer.location import Location, using_store
from indexer.maintenance import upkeep
from indexer.pipeline import add

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks for a change: the name of a key, and the id of the request."""

    key: str
    request: str


class Changes:
    """Changes an index, one at a time. Safe to use from many threads.

    Args:
        location: Where the index is.
        audit: Where each change is written down, before it begins and when it has ended.
    """

    def __init__(self, location: Location, audit: Path) -> None:
        self._location, self._audit, self._busy = location, AuditLog(audit), Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to change something; raises ``IndexBusyError`` while another does."""
        if not self._busy.acquire(blocking=False):
            raise IndexBusyError("another change is being made; try again when it has ended")
        try:
            yield
        finally:
            self._busy.release()

    def add(self, papers: Path, who: Who) -> Facts:
        """Add and update the papers of a file of JSON Lines; within a :meth:`turn`."""

        def change() -> Facts:
            tally = add(self._location, [str(papers)], format="jsonl")
            return {
                "read": tally.read,
                "added": tally.added,
                "updated": tally.updated,
                "unchanged": tally.unchanged,
                "rejected": tally.rejected,
            }

        return self._done("add", {"source": papers.stem}, who, change)

    def remove(self, id: str, who: Who) -> Facts:
        """Take a paper out; raises ``PaperNotFoundError``. Within a :meth:`turn`."""

        def change() -> Facts:
            removal = upkeep.remove(self._location, [id])
            if not removal.removed:
                raise PaperNotFoundError(f"{id}: not in the index")
            return {"removed": list(removal.removed)}

        return self._done("remove", {"id": id}, who, change)

    def publish(self, who: Who) -> Facts:
        """Publish what was committed; within a :meth:`turn`."""

        def change() -> Facts:
            with using_store(self._location) as store, store.writer() as writer:
                writer.publish()
            return {}

        return self._done("publish", {}, who, change)

    def status(self) -> Facts:
        """The last change that was committed, the last one published, and its generation."""
        with using_store(self._location) as store:
            change, _ = store.committed()
            snapshot = store.snapshot()
            about = snapshot.about if snapshot else None
            return {
                "change": change,
                "published": about.change if about else 0,
                "generation": about.generation if about else 0,
                "papers": about.papers if about else 0,
            }

    def _done(self, action: str, of: Facts, who: Who, change: Callable[[], Facts]) -> Facts:
        line = {"key": who.key, "request": who.request, "action": action, **of}
        self._audit.write(**line, outcome="begun")
        try:
            facts = {**change(), **self.status()}
        except BaseException as error:
            told = str(error) if isinstance(error, NearpaperError) else type(error).__name__
            self._audit.write(**line, outcome="failed", error=told)
            raise
        self._audit.write(**line, outcome="done", **facts)
        return facts
