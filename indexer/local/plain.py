"""Plain files and folders alone: links and pipes inside of an index are never followed.

A link would lead a writer, or whoever cleans up, to files elsewhere; a pipe would never end. The
path of the index's folder itself may be a link: who names it means what it leads to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import IndexDamagedError, storage_error

_FILES = frozenset(
    (
        *("catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm", "catalog.sqlite-journal"),
        *("manifest.json", "manifest.json.new", "writer.lock", "copying.lock", "copy-of"),
        *(
            "fetched-page.zst",
            "fetched-page.zst.new",
            "rejects.jsonl",
            "copy-of.new",
            "reserve.new",
        ),
    )
)
_FOLDERS = frozenset(("vectors", "columns", "lexicon", "models"))
"""What others keep beside these, nearpaper doesn't touch."""


def require_plain(folder: Path) -> None:
    """Raise ``IndexDamagedError`` for a link, a pipe or the like among the files of an index."""
    try:
        for entry in _own(folder):
            if not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
                raise IndexDamagedError(
                    f"{entry.path}: a link or no plain file, which is never followed; remove it, "
                    f"then run `nearpaper rebuild --index {folder}`, or restore a backup"
                )
    except NotADirectoryError:
        return  # whoever opens it says that there is no index
    except OSError as error:
        raise storage_error(error, error.filename or folder) from error


def _own(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Whatever nearpaper reads or writes in an index; the folder may be gone, or parts of it."""
    for entry in _entries(folder):
        if entry.name in _FILES | _FOLDERS:
            yield entry
            if entry.name in _FOLDERS:
                yield from _inside(entry)


def _inside(entry: os.DirEntry[str]) -> Iterator[os.DirEntry[str]]:
    if entry.is_dir(follow_symlinks=False):
        for inner in _entries(entry.path):
            yield inner
            yield from _inside(inner)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
