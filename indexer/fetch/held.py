"""The page under way on disk, as it was received, until its papers are in the catalog.

Embedding a page takes longer than getting it. Whoever is killed meanwhile needn't ask again.
"""

from __future__ import annotations

import json
from pathlib import Path

import zstandard

from indexer.fetch.archive import Answer, Place
from indexer.files import replace_file

PAGE_FILE = "fetched-page.zst"


class HeldPage:
    """At most one page, in the index's folder; belongs to the holder of the writer's lock.

    Args:
        folder: Of the index; without one no page is held.
        key: Of the harvest.
        max_bytes: A page that is larger when unpacked isn't one of ours.
    """

    def __init__(self, folder: Path | None, key: str, max_bytes: int) -> None:
        self._path = None if folder is None else folder / PAGE_FILE
        self._key, self._max_bytes = key, max_bytes

    def save(self, place: Place, answer: Answer) -> None:
        """Keep a page; on return it is on the disk."""
        if self._path is None:
            return
        head = json.dumps([self._key, *place, answer.status, answer.day, answer.kind])
        packed = zstandard.compress(head.encode() + b"\n" + answer.body)
        replace_file(self._path, packed)

    def load(self, place: Place) -> Answer | None:
        """The page of ``place``, if that is the one that is kept."""
        if self._path is None:
            return None
        try:
            with zstandard.open(self._path, "rb") as file:
                content = file.read(self._max_bytes + 100_000)
            head, _, body = content.partition(b"\n")
            *named, status, day, kind = json.loads(head)
        except (OSError, zstandard.ZstdError, ValueError, TypeError):
            return None
        return Answer(status, body, day, kind) if named == [self._key, *place] else None

    def drop(self) -> None:
        """Its papers are in the catalog."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
