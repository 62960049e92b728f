"""One writer at a time: an advisory lock that dies with its process."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from indexer.errors import IndexBusyError, storage_error
from indexer.files import acquire_lock

LOCK_FILE = "writer.lock"
PATIENCE_SECONDS = 1.0
"""A reader that catches up, or a check of a small index, is done in a moment."""


class WriterLock:
    """Held from construction to ``release``.

    Raises ``IndexBusyError`` when another process still holds it after ``patience`` seconds.
    """

    def __init__(
        self, folder: Path, *, patience: float = PATIENCE_SECONDS, file: str = LOCK_FILE
    ) -> None:
        self._path = folder / file
        try:
            self._lock = acquire_lock(self._path, patience)
        except TimeoutError as error:
            raise IndexBusyError(
                f"{folder}: another process is writing ({self._holder() or 'just started'}); "
                "wait for it, or stop it, and run the same command again"
            ) from error
        except OSError as error:
            raise storage_error(error, self._path) from error
        self._sign()

    def _holder(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").strip()[:200]
        except OSError:
            return ""

    def _sign(self) -> None:
        """Say who holds the lock, for the other's message only."""
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        with suppress(OSError):
            self._path.write_text(f"process {os.getpid()} since {since}\n", encoding="utf-8")

    def release(self) -> None:
        """Let the next writer in."""
        self._lock.release()

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
