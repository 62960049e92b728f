"""Which papers are new to an index: those that first came with one of some changes.

A paper's row may be younger than the paper, since an update writes a new one. Row ids ascend as
changes do, so what was written after a change is found by halving, and only rows whose papers came
earlier are looked up one by one: the papers themselves are never gone through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexNotFoundError
from indexer.local.catalog.catalog import Catalog
from indexer.local.reader import Reader
from indexer.local.segments.columns import Mask
from indexer.local.segments.generation import Generation


@dataclass(frozen=True, slots=True)
class Moment:
    """An index after one of its changes.

    Attributes:
        identity: Tells the index from others; a copy has the same.
        change: Number of the change, 0 before the first.
        made: When it was committed, ISO 8601 in UTC; empty where there is no such change.
    """

    identity: str
    change: int
    made: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The papers that first came after the change ``since`` and by the change ``upto``."""

    catalog: Catalog
    since: int
    upto: int

    def select(self, generation: Generation) -> Mask:
        """Where live papers of a generation are among them."""
        first, end = map(self.catalog.first_row_after, (self.since, self.upto))
        mask = generation.mask(lambda columns: (columns.rows >= first) & (columns.rows < end))
        rows, came = _came_earlier(self.catalog, first)
        at = generation.positions(rows)
        held = at >= 0
        mask[at[held]] = ((came > self.since) & (came <= self.upto))[held]
        return mask & generation.live


class History:
    """What came to an open index, and when."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def now(self) -> Moment:
        """The index as it answers now; raises ``IndexNotFoundError`` where it is still empty."""
        generation = self._reader.generation()
        if generation is None:
            raise IndexNotFoundError(
                f"{self._reader.folder}: still empty; add papers with `nearpaper index`"
            )
        return self.after(generation.manifest.change)

    def after(self, change: int) -> Moment:
        """The index after a change, which it may never have had."""
        catalog = self._reader.catalog
        made = catalog.database.one("SELECT made FROM changes WHERE number = ?", change)
        return Moment(catalog.meta("identity") or "", change, str(made[0]) if made else "")

    def before(self, time: str) -> Moment:
        """The index before the first change from a time on, ISO 8601 in UTC to the second."""
        found = self._reader.catalog.database.one(
            "SELECT min(number) FROM changes WHERE made >= ?", time
        )
        first = found[0] if found else None
        return self.now() if first is None else self.after(int(first) - 1)

    def arrivals(self, since: int, upto: int) -> Arrivals:
        """The papers that first came after the change ``since`` and by the change ``upto``."""
        return Arrivals(self._reader.catalog, since, upto)


def _came_earlier(catalog: Catalog, row: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row ids from ``row`` on whose papers came before them, and with which changes."""
    found = catalog.database.rows("SELECT row, number FROM arrivals WHERE row >= ?", row)
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
