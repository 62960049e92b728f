"""One writer at a time: an advisory lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from indexer.errors import IndexBusyError, storage_error

LOCK_FILE = "writer.lock"
PATIENCE_SECONDS = 1.0


class WriterLock:
    """Held from construction to ``release``.

    Raises ``IndexBusyError`` when another process still holds it after ``patience`` seconds.
    """

    def __init__(
        self, folder: Path, *, patience: float = PATIENCE_SECONDS, file: str = LOCK_FILE
    ) -> None:
        path = folder / file
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise storage_error(error, path) from error
        try:
            self._take(patience)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 200, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise IndexBusyError(
                f"{folder}: another process is writing ({holder or 'just started'}); "
                "wait for it, or stop it, and run the same command again"
            ) from error
        except OSError as error:
            os.close(self._descriptor)
            raise storage_error(error, path) from error
        self._sign()

    def _take(self, patience: float) -> None:
        """A reader that catches up, or a check of a small index, is done in a moment."""
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.02)

    def _sign(self) -> None:
        """Say who holds the lock, for the other's message only."""
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()} since {since}\n".encode(), 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._descriptor)

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
