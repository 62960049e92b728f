"""What came to an index, and when.

A paper's row may be younger than the paper, since an update writes a new one. Row ids ascend as
changes do, so what was written after a change is found by halving, and only rows whose papers came
earlier are looked up one by one: the papers themselves are never gone through.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.local.catalog.catalog import Catalog
from indexer.snapshot import Moment

OWN = frozenset(
    ("identity", "model", "recipe", "next", "embedded", "adopted", "compacted", "compacted_at"),
)
"""What a catalog says of itself, beside what it is told to remember."""


def moment(catalog: Catalog, change: int, newest: int) -> Moment:
    """The index after a change, which it may never have had, or not up to ``newest``."""
    made = catalog.database.one(
        "SELECT made FROM changes WHERE number = ? AND number <= ?", change, newest
    )
    return Moment(catalog.meta("identity") or "", change, str(made[0]) if made else "")


def moment_before(catalog: Catalog, time: str, newest: int) -> Moment:
    """The index before its first change from a time on; after ``newest``, if that was earlier."""
    found = catalog.database.one("SELECT min(number) FROM changes WHERE made >= ?", time)
    first = found[0] if found else None
    return moment(catalog, newest if first is None else min(newest, int(first) - 1), newest)


def changes(catalog: Catalog, newest: int) -> dict[int, str]:
    """When each change up to ``newest`` was committed, by its number."""
    return dict(
        catalog.database.rows(
            "SELECT number, made FROM changes WHERE number <= ? AND made <> '' ORDER BY number",
            newest,
        )
    )


def committed(catalog: Catalog) -> tuple[int, dict[str, str]]:
    """Number of the last change, and what the index was told to remember by then."""
    found = catalog.database.rows(
        "SELECT key, value, (SELECT coalesce(max(number), 0) FROM changes) FROM meta"
    )
    meta = {key: value for key, value, _ in found if key not in OWN}
    return max((number for *_, number in found), default=0), meta


def came_earlier(catalog: Catalog, row: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row ids from ``row`` on whose papers came before them, and with which changes."""
    found = catalog.database.rows("SELECT row, number FROM arrivals WHERE row >= ?", row)
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
