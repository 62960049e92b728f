"""A folder that is filled beside another, and takes its name by one rename when it is whole."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import UsageError, storage_error
from indexer.files import sync_file, sync_folder
from indexer.local.catalog.rows import CATALOG_FILE
from indexer.local.lock import LOCK_FILE, WriterLock
from indexer.local.plain import require_plain
from indexer.local.segments.manifest import MANIFEST_FILE
from indexer.local.segments.publisher import FOLDERS

_LOCK_FILE = "copying.lock"


def require_apart(folder: Path, target: Path) -> None:
    """Raise ``UsageError`` if one of two folders is in the other."""
    here, there = folder.resolve(), target.resolve()
    if here in (there, *there.parents) or there in here.parents:
        raise UsageError(f"{target}: lies inside of {folder}, or around it; name another folder")


def require_free(target: Path) -> None:
    """Raise ``UsageError`` unless nothing is there: nothing is ever overwritten."""
    try:
        if target.is_dir() and not any(target.iterdir()):
            return
    except OSError as error:
        raise storage_error(error, target) from error
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}: is there already; name another folder, or move it away first")


@contextmanager
def partial_folder(target: Path) -> Iterator[Path]:
    """The folder beside a target, with what an earlier run left in it.

    Raises ``IndexBusyError`` while another process fills it.
    """
    partial = target.absolute().with_name(f"{target.absolute().name}.partial")
    try:
        if partial.is_symlink():
            raise UsageError(f"{partial}: a link, which is never followed; remove it")
        partial.mkdir(parents=True, exist_ok=True)
        require_plain(partial)
        with WriterLock(partial, patience=0, file=_LOCK_FILE):
            yield partial
    except OSError as error:
        # A full disk is the target's, whatever was being read.
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise storage_error(error, partial if is_full else error.filename or partial) from error


def empty(partial: Path) -> None:
    """Take away what an earlier run left."""
    for path in partial.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK_FILE:
            path.unlink()


def take_name(partial: Path, target: Path, *notes: str) -> None:
    """Give a whole index its name, without the notes of its making; on return it is on the disk."""
    target = target.absolute()  # "." is elsewhere once the folder of that name is replaced
    for path in (partial / CATALOG_FILE, partial / MANIFEST_FILE):
        if path.exists():
            sync_file(path)
    for name in (LOCK_FILE, *notes):
        (partial / name).unlink(missing_ok=True)
    for folder in (partial, *(partial / name for name in FOLDERS)):
        if folder.exists():
            sync_folder(folder)
    partial.rename(target)
    # The lock keeps others out as long as they could find what it is of.
    (target / _LOCK_FILE).unlink(missing_ok=True)
    for folder in (target, target.parent):
        sync_folder(folder)
