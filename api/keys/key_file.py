"""The file of keys, which nobody but its owner may read."""

from __future__ import annotations

import json
import logging
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from api.keys.key import Key, hash_of, key_from, new_key
from indexer.errors import NearpaperError, NotFoundError, UsageError, storage_error
from indexer.files import acquire_lock, replacing

MOST_BYTES = 1 << 20
"""Of a file of keys: some 5,000 of them."""
PRIVATE = 0o600
_PATIENCE_SECONDS = 10.0
_AGAIN_SECONDS = 1.0
"""After which a file that couldn't be read is tried again; the reason may be gone."""
_LOG = logging.getLogger("nearpaper")


def load_keys(path: Path) -> tuple[Key, ...]:
    """The keys in a file.

    Raises:
        UsageError: It isn't there, is no file of keys, or others may read it.
        StorageError: It can't be read.
    """
    try:
        # A link is followed, as secrets are often mounted by one; nothing is waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UsageError(f"{path}: not there; make it with `nearpaper keys add NAME`") from None
    except OSError as error:
        raise storage_error(error, path) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):  # which `fdopen` would tell of by its number
        os.close(descriptor)
        raise UsageError(f"{path}: no regular file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_mode & 0o077:
            raise UsageError(f"{path}: others may read it; run `chmod 600 {path}`")
        text = file.read(MOST_BYTES + 1)
    try:
        if len(text) > MOST_BYTES:
            raise UsageError("too large")
        keys = tuple(key_from(one) for one in json.loads(text)["keys"])
    except (ValueError, TypeError, KeyError, RecursionError, UsageError):
        raise UsageError(f"{path}: not a file of `nearpaper keys`") from None
    if len({key.name for key in keys}) < len(keys):
        raise UsageError(f"{path}: a name occurs twice")
    return keys


def add_key(path: Path, name: str, role: str, expires: str) -> str:
    """Add a new key to a file, which is made where there is none; gives the key.

    Raises:
        UsageError: The name is taken, or something is wrong with what is given.
        StorageError: The file can't be written.
    """
    secret, key = new_key(name, role, expires)
    path = _linked(path)
    with _changing(path) as keys:
        if any(known.name == name for known in keys):
            raise UsageError(f"{name}: has a key already; remove it first, or choose another name")
        _save(path, [*keys, key])
    return secret


def remove_key(path: Path, name: str) -> None:
    """Remove a key from a file; raises ``NotFoundError`` where there is none of that name."""
    path = _linked(path)
    with _changing(path) as keys:
        rest = [key for key in keys if key.name != name]
        if len(rest) == len(keys):
            raise NotFoundError(f"{name}: no key of that name in {path}; see `nearpaper keys list`")
        _save(path, rest)


def _linked(path: Path) -> Path:
    """The file that a link leads to: to replace the link would leave the file as it was."""
    return Path(os.path.realpath(path))


@contextmanager
def _changing(path: Path) -> Iterator[tuple[Key, ...]]:
    """The keys of a file that nobody else changes meanwhile."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = acquire_lock(path.with_name(f"{path.name}.lock"), _PATIENCE_SECONDS)
    except TimeoutError:
        raise UsageError(f"{path}: another process changes it; try again") from None
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        yield load_keys(path) if path.exists() else ()
    finally:
        lock.release()


def _save(path: Path, keys: Iterable[Key]) -> None:
    text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1)
    with replacing(path) as beside:
        # Made anew, so that nobody who opened an older one sees what is in it.
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")


class KeyRing:
    """The keys of a file, as they are now: who was added may ask, who was removed may not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Lock()
        self._seen = self._stamp()
        self._keys = load_keys(path)
        self._error: NearpaperError | None = None
        self._tried = time.monotonic()

    def keys(self) -> tuple[Key, ...]:
        """The keys that hold. None do while the file can't be read; the log says once why.

        Raises:
            NearpaperError: The file changed and can't be read.
        """
        with self._turn:
            seen = self._stamp()
            again = self._error and time.monotonic() > self._tried + _AGAIN_SECONDS
            if seen != self._seen or again:
                self._read()
                self._seen = seen
            keys, error = self._keys, self._error
        if error is not None:
            raise error.with_traceback(None)
        return tuple(key for key in keys if not key.is_expired)

    def _read(self) -> None:
        self._tried = time.monotonic()
        try:
            self._keys, self._error = load_keys(self._path), None
        except NearpaperError as error:
            if self._error is None or str(error) != str(self._error):
                _LOG.warning("nearpaper: %s", error)
            self._keys, self._error = (), error

    def holder(self, secret: str) -> Key | None:
        """Whose key this is; ``None`` for an unknown, removed or expired one."""
        hash, found = hash_of(secret), None
        for key in self.keys():  # all of them, so that the time tells nothing
            if key.fits(hash):
                found = key
        return found

    def named(self, name: str) -> Key | None:
        """The key of a name; ``None`` where there is none that is valid."""
        return next((key for key in self.keys() if key.name == name), None)

    def _stamp(self) -> tuple[int, ...] | None:
        """What tells that the file, or who may read it, has changed."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_ctime_ns, status.st_size
