"""Whether the files that are mapped are still as they were when they were opened.

nearpaper never writes to a published file: it unlinks it, and a map of it lives on. Somebody else
may write to one in place. What is then read is wrong, and where the file became shorter the
operating system ends the process (SIGBUS). So that is looked for before each answer; between that
look and the end of the answer it isn't noticed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class HeldFiles:
    """Files as they are now, to be compared with later."""

    def __init__(self, paths: Iterable[Path]) -> None:
        found = {path: _of(path) for path in paths}
        self._held = {path: state for path, state in found.items() if state is not None}

    def overwritten(self) -> Path | None:
        """One that was written to since; none that was unlinked or replaced. 2 µs a file."""
        for path, held in self._held.items():
            found = _of(path)
            if found is not None and found != held and found[:2] == held[:2]:
                return path
        return None


def _of(path: Path) -> tuple[int, int, int, int] | None:
    """Which file it is, its size and when it was written; ``None`` where it is gone."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
