"""What was committed of papers, to be committed again; and the sources that tell of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from indexer.entries import Entry
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import entry_of


def source_counts(catalog: Catalog, change: int) -> dict[str, int]:
    """How many of the papers live after a change each source tells of, the largest first."""
    counts: Counter[str] = Counter()
    for sources, papers in _lists_after(catalog, change):
        counts.update(dict.fromkeys(json.loads(sources), papers))
    return {source: papers for source, papers in counts.most_common() if papers}


def of_source(catalog: Catalog, name: str, most: int) -> list[Entry]:
    """Up to ``most`` papers that a source tells of, ready to be committed again."""
    lists = catalog.database.rows("SELECT DISTINCT sources FROM papers WHERE died IS NULL")
    among = [sources for (sources,) in lists if name in json.loads(sources)]
    found = catalog.database.rows(
        "SELECT row FROM papers WHERE died IS NULL "
        "AND sources IN (SELECT value FROM json_each(?)) LIMIT ?",
        json.dumps(among),
        most,
    )
    return entries(catalog, [row for (row,) in found])


def entries(catalog: Catalog, rows: Sequence[int]) -> list[Entry]:
    """What was committed as these row ids, in their order; raises ``SnapshotExpiredError``."""
    records = catalog.database.rows(
        "SELECT papers.*, vector FROM papers JOIN vectors USING (row) "
        "WHERE row IN (SELECT value FROM json_each(?))",
        json.dumps([*rows]),
    )
    names, arrived = catalog.names(rows), catalog.arrived(rows)
    found = {
        record[0]: entry_of(record, names[record[0]], arrived[record[0]]) for record in records
    }
    catalog.require_all(rows, found)
    return [found[row] for row in rows]


def _lists_after(catalog: Catalog, change: int) -> list[tuple[str, int]]:
    """Every list of sources that papers had after a change, as stored, and how many had it.

    They are counted as what is live now, less what came since, and what died since.
    """
    return catalog.database.rows(
        "SELECT sources, count(*) FROM papers WHERE died IS NULL GROUP BY sources "
        "UNION ALL SELECT sources, -count(*) FROM papers NOT INDEXED "
        "WHERE row >= ? AND died IS NULL GROUP BY sources "
        "UNION ALL SELECT sources, count(*) FROM papers "
        "WHERE died > ? AND born <= ? GROUP BY sources",
        *(catalog.first_row_after(change), change, change),
    )
