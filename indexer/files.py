"""Files that are there whole, or as they were before; what they hash to; and who may write."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from indexer.errors import UsageError, storage_error

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_SECONDS = 0.02
FileIdentity = tuple[int, int]
"""Device and inode: they stay while a file is renamed, and differ where it is replaced."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was when it was published.

    Attributes:
        bytes: Its size.
        sha256: Of its content.
        mtime_ns: When it was written, 0 where that isn't known; a copy has another.
    """

    bytes: int
    sha256: str
    mtime_ns: int = field(default=0, compare=False)


def identity_of(path: Path) -> FileIdentity | None:
    """Which file stands at a path; ``None`` where there is none, or none that may be seen."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def require_file(path: Path) -> None:
    """Raise ``UsageError`` where no file of that name can be made, before long work for it."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: a folder, or in one that isn't there; name a file")


def require_outside(path: Path, folder: Path | None) -> None:
    """Raise ``UsageError`` where a file would be written among those of an index."""
    if folder is not None and path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{path}: lies inside of the index {folder}; name a file elsewhere")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file, or put it in the place of an older one; on return it is on the disk."""
    with replacing(path) as beside:
        beside.write_bytes(content)


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """The name of a file to write, which takes the place of ``path`` when the block ends well.

    Whoever has an older file of that name open or mapped keeps it.

    Args:
        path: The file.
        sync: On return it is on the disk; without it that is left to :func:`stamp`.

    Raises:
        StorageError: It can't be written.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        _make_anew(beside)
        yield beside
        if sync:
            sync_file(beside)
        beside.replace(path)
        if sync:
            sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        # Where nothing may be written, to unlink what isn't there fails as well.
        with suppress(OSError):
            beside.unlink()


def _make_anew(path: Path) -> None:
    """An empty file that wasn't there: what a killed run, or somebody else, left is no target."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666))


@contextmanager
def reserved(path: Path, size: int) -> Iterator[Callable[[], None]]:
    """Room on the disk, kept by a file until the block ends or calls what it is given.

    Raises ``StorageError`` where there isn't so much.
    """
    try:
        _make_anew(path)
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, size)
        yield lambda: path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        with suppress(OSError):
            path.unlink()


def open_plain(path: Path) -> BinaryIO:
    """A file of an index, to be read.

    Raises:
        OSError: It can't be opened, or is a link, a pipe or the like, which isn't waited for.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return os.fdopen(descriptor, "rb")


def stamp(path: Path) -> FileStamp:
    """Sync a finished file to the disk and describe it."""
    sync_file(path)
    found = path.stat()
    return FileStamp(found.st_size, sha256_of(path), found.st_mtime_ns)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def acquire_lock(path: Path, patience: float = -1) -> BaseFileLock:
    """Hold a file's advisory lock, which dies with its process; ``release`` lets the next one in.

    Args:
        path: The file, which is made where there is none and stays.
        patience: Seconds to wait for another holder; below 0 without an end.

    Raises:
        TimeoutError: Another process, or another lock of this one, holds it still.
        OSError: The file can't be opened, or its file system has no locks.
    """
    from filelock import FileLock

    lock = FileLock(path, thread_local=False, fallback_to_soft=False, poll_interval=_POLL_SECONDS)
    lock.acquire(timeout=patience)
    return lock
