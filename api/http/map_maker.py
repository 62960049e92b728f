"""The map of a service's index, made by another process when somebody looks at it.

::

    CACHE/maps/VERSION-FINGERPRINT.html    the page, written whole; the last few are kept
    CACHE/maps/making.lock                 held while one is made, by whichever worker has it made

A map takes a minute for ten thousand papers. The process that makes it has a low priority, so
that questions are answered about as fast as ever; there is one at a time, whatever the number of
workers, and a worker begins none again before ten times as long has passed as its last one took.
Until a newer map is there, the last is shown.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from indexer.files import acquire_lock
from indexer.models.cache import cache_folder
from indexer.version import version

if TYPE_CHECKING:
    from filelock import BaseFileLock

PROCESS = f"{__name__.removesuffix('http.map_maker')}pages.map.process"
"""What the other process runs: under another name in a wheel."""
MOST_SECONDS = 3600.0
"""After which a map that isn't there will never be."""
REST = 10.0
"""Times as long as a map took until the next one is begun: a tenth of one processor at most."""
AGAIN_SECONDS = 300.0
"""Until one is tried again that couldn't be made."""
GUESS_SECONDS = 60.0
KEPT = 8
"""Maps in the cache, of all indexes together."""
_LINE = 500
FAILED = "it couldn't be made; the server's log says why"
"""What anybody may know; the reason may name folders of the server."""
_LOG = logging.getLogger("nearpaper")


@dataclass(frozen=True, slots=True)
class MapState:
    """How far a map is.

    Attributes:
        page: The newest that there is; ``None`` before the first.
        current: It shows the index as it is now.
        fraction: How much of the next one is done, from 0 to 1; ``None`` while none is made here.
        seconds: About how long until it is there.
        error: That the last one couldn't be made, in one line for anybody; empty if it could.
    """

    page: Path | None
    current: bool
    fraction: float | None
    seconds: float
    error: str


class MapMaker:
    """Makes maps of one index. Safe to use from many threads."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._watcher: Thread | None = None
        self._page: Path | None = None
        self._of = ""
        self._fraction = 0.0
        self._started = self._resting = 0.0
        self._error = ""

    def state(self, location: str, fingerprint: str) -> MapState:
        """How far the map of an index is; begins to make one where there is none."""
        with self._turn:
            if self._page and not self._page.is_file():  # whoever cleans a cache may take it
                self._page, self._of = None, ""
            if self._of != fingerprint and (kept := page_file(fingerprint)).is_file():
                self._page, self._of = kept, fingerprint
            current = self._of == fingerprint
            if not current and self._process is None and time.monotonic() >= self._resting:
                self._begin(location, fingerprint)
            making = self._process is not None
            return MapState(
                page=self._page,
                current=current,
                fraction=self._fraction if making else None,
                seconds=self._left(),
                error=self._error,
            )

    def close(self) -> None:
        """Stop what is being made."""
        with self._turn:
            self._resting = float("inf")
            process, watcher = self._process, self._watcher
        if process and watcher:
            process.kill()
            watcher.join()

    def _begin(self, location: str, fingerprint: str) -> None:
        page = page_file(fingerprint)
        self._fraction, self._started, self._error = 0.0, time.monotonic(), ""
        try:
            lock = _lock(page.parent)
        except TimeoutError:
            return  # another worker makes one; it is there for all
        command = [sys.executable, "-m", PROCESS, location, str(page)]
        self._process = subprocess.Popen(  # noqa: S603 - this program, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        watch = (self._process, page, fingerprint, lock)
        self._watcher = Thread(target=self._watch, args=watch, name="map", daemon=True)
        self._watcher.start()

    def _watch(
        self,
        process: subprocess.Popen[str],
        page: Path,
        fingerprint: str,
        lock: BaseFileLock | None,
    ) -> None:
        """See a process to its end; then the map is there, or a warning in the log."""
        error = self._follow(process)
        self._ended(page, fingerprint, failed=process.returncode != 0, error=error)
        if lock:
            lock.release()

    def _follow(self, process: subprocess.Popen[str]) -> str:
        """Read how far it is until it ends: numbers, and at last what went wrong, if anything."""
        error = ""
        with process:
            while process.stdout and (line := process.stdout.readline(_LINE).strip()):
                try:
                    self._fraction = float(line)
                except ValueError:
                    error = line
                if time.monotonic() - self._started > MOST_SECONDS:
                    process.kill()
        return error

    def _ended(self, page: Path, fingerprint: str, *, failed: bool, error: str) -> None:
        took = time.monotonic() - self._started
        with self._turn:
            self._process = None
            closing = self._resting == float("inf")
            rest = AGAIN_SECONDS if failed else REST * took
            self._resting = max(self._resting, time.monotonic() + rest)
            self._error = FAILED if failed else ""
            if failed:
                if not closing:
                    _LOG.warning("nearpaper: the map: %s", error or "its process ended early")
                return
            self._page, self._of = page, fingerprint
        _prune(page.parent)

    def _left(self) -> float:
        resting = self._resting - time.monotonic()
        if self._process is None:
            return resting if resting > 0 else GUESS_SECONDS
        spent = time.monotonic() - self._started
        if self._fraction < 0.02:
            return GUESS_SECONDS
        return spent / self._fraction * (1 - self._fraction)


def page_file(fingerprint: str) -> Path:
    """Where the map of a published state is kept."""
    name = "".join(sign if sign.isalnum() else "-" for sign in fingerprint)
    return cache_folder() / "maps" / f"{version()}-{name[:100]}.html"


def _lock(folder: Path) -> BaseFileLock | None:
    """Whose holder may make a map; ``None`` where nothing can be written, as the process will say.

    Raises:
        TimeoutError: Another one holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return acquire_lock(folder / "making.lock", 0)
    except TimeoutError:
        raise
    except OSError:
        return None


def _prune(folder: Path) -> None:
    """Keep the newest maps."""
    pages = [(page.stat().st_mtime, page) for page in folder.glob("*.html")]
    for _, page in sorted(pages)[:-KEPT]:
        page.unlink(missing_ok=True)
