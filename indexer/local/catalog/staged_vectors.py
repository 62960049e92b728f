"""The vectors of the next model or recipe, kept beside the current ones until all are there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from types import MappingProxyType

from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import paper_of
from indexer.models.embedder import Encoded, Model
from indexer.papers.paper import Paper

EMBEDDED = "embedded"
"""In the index's description: number of the change that last embedded all papers again."""
ADOPTED = "adopted"
"""There, too: model and recipe of vectors that were adopted by a run that isn't finished; else
empty."""


def embedded_again(catalog: Catalog) -> int:
    """Number of the last change by which all papers got other vectors, 0 if there is none."""
    return int(catalog.meta(EMBEDDED) or 0)


class StagedVectors:
    """Those of another model or recipe that are there already are thrown away."""

    def __init__(self, catalog: Catalog, model: Model, recipe: str) -> None:
        self._database = catalog.database
        self._description = {"model": json.dumps(asdict(model)), "recipe": recipe}
        aim = json.dumps(self._description)
        if catalog.meta("next") != aim:
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM next_vectors")
                connection.execute("INSERT OR REPLACE INTO meta VALUES ('next', ?)", (aim,))
        self._live = catalog.count()
        self._done = int(self._database.rows("SELECT count(*) FROM next_vectors")[0][0])

    def missing(self, most: int) -> list[tuple[int, Paper]]:
        """Row ids and papers that have no new vector yet."""
        records = self._database.rows(
            "SELECT * FROM papers WHERE died IS NULL "
            "AND row > (SELECT coalesce(max(row), 0) FROM next_vectors) ORDER BY row LIMIT ?",
            most,
        )
        return [(record[0], paper_of(record)) for record in records]

    def share(self) -> float:
        """How many of the live papers have one, 0 to 1."""
        return min(1.0, self._done / max(1, self._live))

    def keep(self, rows: Sequence[int], encoded: Encoded) -> None:
        """Add the vectors of these rows; on return they are on the disk."""
        vectors = encoded.vectors.astype("float16")
        values = [
            (row, vector.tobytes(), int(truncated))
            for row, vector, truncated in zip(rows, vectors, encoded.truncated, strict=True)
        ]
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO next_vectors VALUES (?, ?, ?)", values)
        self._done += len(values)

    def adopt(self, meta: Mapping[str, str] = MappingProxyType({})) -> None:
        """Make them the vectors and set ``meta``, all at once.

        Those of versions that died are forgotten.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE papers SET truncated = next.truncated FROM next_vectors AS next "
                "WHERE papers.row = next.row"
            )
            connection.execute("DELETE FROM vectors")
            connection.execute("INSERT INTO vectors SELECT row, vector FROM next_vectors")
            connection.execute("DELETE FROM next_vectors")
            connection.execute("DELETE FROM meta WHERE key = 'next'")
            connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                [*self._description.items(), *meta.items()],
            )
            made = datetime.now(UTC).isoformat(timespec="seconds")
            # A change, so that whoever opens the index next sees that the rest lags behind.
            number = connection.execute("INSERT INTO changes (made) VALUES (?)", (made,)).lastrowid
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (EMBEDDED, str(number)))
