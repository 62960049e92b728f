"""Small files that are there whole, or as they were before."""

from __future__ import annotations

import os
from pathlib import Path

from indexer.errors import UsageError, storage_error
from indexer.local.segments.manifest import sync_folder


def require_file(path: Path) -> None:
    """Raise ``UsageError`` where no file of that name can be made, before long work for it."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise UsageError(f"{path}: a folder, or in one that isn't there; name a file")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file, or put it in the place of an older one; on return it is on the disk."""
    beside = path.with_name(f"{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        beside.unlink(missing_ok=True)
