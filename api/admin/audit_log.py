"""The audit log: who changed what, when, and how it went. Nobody but its owner may read it."""

from __future__ import annotations

import errno
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import UsageError, storage_error


class AuditLog:
    """A file of JSON lines that is only ever appended to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **fields: object) -> None:
        """Append a line; on return it is on the disk.

        Raises:
            StorageError: It can't be written, and nothing of it is.
            UsageError: The file is no regular one, or others may read it.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, **fields}, ensure_ascii=True) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            file = os.open(self.path, flags | os.O_CLOEXEC, 0o600)
            try:
                self._append(file, line.encode("ascii"))
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise storage_error(error, self.path) from error

    def _append(self, file: int, line: bytes) -> None:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{self.path}: no regular file")
        if status.st_mode & 0o077:
            raise UsageError(f"{self.path}: others may read it; run `chmod 600 {self.path}`")
        if os.write(file, line) < len(line):  # the disk is full
            os.ftruncate(file, status.st_size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
