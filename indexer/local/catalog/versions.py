"""All versions of papers in a catalog, live or not: gone through, counted, drawn from.

A version has its row id for good. It is live from the change that it was born with to the one that
it died with.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.entries import Embedded
from indexer.local.catalog.database import Database
from indexer.local.catalog.rows import Block, block_of, vectors_of
from indexer.models.embedder import are_unit


class Versions:
    """The versions that a catalog holds."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def scan(self, *, after: int, change: int, size: int = 4096) -> Iterator[Block]:
        """What was live after ``change``, in blocks of ``size``, from behind row ``after``."""
        while True:
            records = self.database.rows(
                "SELECT papers.*, vector FROM papers JOIN vectors USING (row) WHERE row > ? "
                "AND born <= ? AND (died IS NULL OR died > ?) ORDER BY row LIMIT ?",
                after,
                change,
                change,
                size,
            )
            if not records:
                return
            yield block_of(records)
            after = records[-1][0]

    def died(self, *, since: int, change: int, upto_row: int) -> NDArray[np.int64]:
        """Row ids up to ``upto_row`` that died after ``since`` and by ``change``, ascending."""
        records = self.database.rows(
            "SELECT row FROM papers WHERE died > ? AND died <= ? AND row <= ? ORDER BY row",
            since,
            change,
            upto_row,
        )
        return np.array([record[0] for record in records], np.int64)

    def last_row(self) -> int:
        """The highest row id in use, 0 for none."""
        return int(self.database.rows("SELECT max(row) FROM papers")[0][0] or 0)

    def first_row_after(self, change: int) -> int:
        """The lowest row id that was written after a change; one above all where none was.

        Row ids ascend as changes do, so it is found by halving.
        """

        def born(row: int) -> int:
            """With which change the first version from ``row`` on was written; some are gone."""
            found = self.database.one(
                "SELECT born FROM papers WHERE row >= ? ORDER BY row LIMIT 1", row
            )
            return int(found[0]) if found else change + 1  # purged meanwhile

        return bisect_right(range(1, self.last_row() + 1), change, key=born) + 1

    def count(self) -> int:
        """How many papers are live."""
        return int(self.database.rows("SELECT count(*) FROM papers WHERE died IS NULL")[0][0])

    def sample_vectors(self, size: int, change: int) -> NDArray[np.float16]:
        """``(m, d)`` vectors of about ``size`` random papers that were live after ``change``."""
        last, live = self.last_row(), self.count()
        drawn = int(size * last / max(1, live))  # of all row ids, most of which may be gone
        chosen = np.random.default_rng(change).permutation(last)[:drawn] + 1
        records = self.database.rows(
            "SELECT vector FROM papers JOIN vectors USING (row) "
            "WHERE row IN (SELECT value FROM json_each(?)) "
            "AND born <= ? AND (died IS NULL OR died > ?) ORDER BY row",
            json.dumps(chosen.tolist()),
            change,
            change,
        )
        vectors = vectors_of([record[0] for record in records])
        sound: NDArray[np.float16] = vectors[are_unit(vectors)]
        return sound

    def live_after(self, row: int, change: int) -> int:
        """How many versions that were written after a row id were live after ``change``."""
        found = self.database.rows(
            "SELECT count(*) FROM papers "
            "WHERE row > ? AND born <= ? AND (died IS NULL OR died > ?)",
            row,
            change,
            change,
        )
        return int(found[0][0])

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """What was embedded before among these text hashes, of live or removed papers.

        Vectors that have rotted are left out, so that they are made again.
        """
        records = self.database.rows(
            "SELECT text_hash, vector, truncated FROM papers JOIN vectors USING (row) "
            "WHERE text_hash IN (SELECT value FROM json_each(?))",
            json.dumps(list(hashes)),
        )
        found = {
            text_hash: Embedded(np.frombuffer(vector, np.float16), bool(truncated))
            for text_hash, vector, truncated in records
            if len(vector) % np.float16().itemsize == 0
        }
        return {key: one for key, one in found.items() if are_unit(one.vector[None]).all()}
