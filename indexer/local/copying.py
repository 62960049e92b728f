"""A copy of an index that is being made in a folder.

::

    NAME.partial/           the catalog, as far as it has been copied; no reader looks here
    NAME.partial/copy-of    fingerprint of the state that is copied

When all papers are there, the search indexes are made, and the folder takes its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from indexer.copying import Origin, require_all
from indexer.entries import Entry
from indexer.files import replace_file
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.history import OWN
from indexer.local.catalog.rows import insert
from indexer.local.partial import empty, partial_folder, require_free, take_name
from indexer.local.writer import LocalWriter

_NOTE = "copy-of"


@contextmanager
def copying(target: Path, origin: Origin) -> Iterator[LocalCopying]:
    """A copy to a folder, begun or gone on with.

    Raises:
        UsageError: Something is in the folder.
        IndexBusyError: Another process copies to it.
    """
    require_free(target)
    with partial_folder(target) as partial:
        note, fingerprint = partial / _NOTE, origin.fingerprint.encode()
        is_begun = note.exists()
        goes_on = is_begun and note.read_bytes() == fingerprint
        if not goes_on:
            empty(partial)
            replace_file(note, fingerprint)
        catalog = Catalog(partial, writable=True)
        try:
            yield LocalCopying(target, partial, origin, catalog, is_anew=is_begun and not goes_on)
        finally:
            catalog.close()


class LocalCopying:
    """The catalog of an index to be; see :class:`~indexer.copying.Copying`.

    A paper is born with the last change that brought any up to it. So row ids ascend as changes do,
    and only what was updated since it came needs an arrival of its own.

    Attributes:
        workspace: Where it is made.
        is_anew: Whether an unfinished copy of another state was thrown away for it.
    """

    def __init__(
        self, target: Path, partial: Path, origin: Origin, catalog: Catalog, *, is_anew: bool
    ) -> None:
        self.workspace, self.is_anew = partial, is_anew
        self._target, self._origin, self._catalog = target, origin, catalog
        self._describe()
        last = catalog.database.one("SELECT born FROM papers ORDER BY row DESC LIMIT 1")
        self._born = int(last[0]) if last else 0

    def _describe(self) -> None:
        """Write all that isn't of a paper; the last change is there even if it brought nothing."""
        origin = self._origin
        made = {origin.change: "", **origin.changes} if origin.change else {}
        meta = {key: value for key, value in origin.meta.items() if key not in OWN}
        meta |= {"identity": origin.identity, "recipe": origin.recipe}
        meta["model"] = json.dumps(asdict(origin.model))
        with self._catalog.database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO changes VALUES (?, ?)", made.items())
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    @property
    def last_row(self) -> int:
        """Row id up to which it has all papers, 0 for none."""
        return self._catalog.last_row()

    def add(self, rows: Sequence[int], entries: Sequence[Entry]) -> None:
        """Take papers over under their row ids; on return they are on the disk."""
        born = self._born
        with self._catalog.database.transaction() as connection:
            for row, entry in zip(rows, entries, strict=True):
                born = max(born, entry.arrived or 0)
                insert(connection, entry, born, row)
        self._born = born

    def finish(self) -> None:
        """Make the search indexes, and give the folder its name."""
        require_all(self.workspace, self._catalog.count(), self._origin)
        self._catalog.close()
        LocalWriter(self.workspace, outdated=True).close()
        require_free(self._target)
        take_name(self.workspace, self._target, _NOTE)
