"""The audit log: who changed what, when, and how it went. Nobody but its owner may read it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import storage_error


class AuditLog:
    """A file of JSON lines that is only ever appended to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **fields: object) -> None:
        """Append a line; on return it is on the disk. Raises ``StorageError``."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, **fields}, ensure_ascii=True) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            file = os.open(self.path, flags, 0o600)
            try:
                os.write(file, line.encode("ascii"))
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise storage_error(error, self.path) from error
