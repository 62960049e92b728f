"""Vectors of another model or recipe, made beside the index and put in its place all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import islice
from types import MappingProxyType

import numpy as np

from indexer.analysis import TOKENS
from indexer.entries import Entry
from indexer.models.embedder import Encoded, Model
from indexer.opensearch.querying.conditions import EVERYTHING
from indexer.opensearch.querying.versions import RECORDS, Versions
from indexer.opensearch.records.documents import ENTRY, document_of, entry_of, paper_of
from indexer.opensearch.records.schema import next_index
from indexer.opensearch.requests.bulk import create_action, delete_action, write_all
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing.creation import create_papers, remove, tokens_of
from indexer.opensearch.writing.decisions import commit_change
from indexer.opensearch.writing.lease import Lease
from indexer.papers.paper import Paper


class OpenSearchStaging:
    """The next index of papers, which grows until there is a new vector for every paper.

    Args:
        cluster: Where the index is.
        lease: To write.
        versions: The papers as they were committed.
        aim: Model and recipe of the new vectors.
        copies: That have to be kept of each document.
    """

    def __init__(
        self,
        cluster: Cluster,
        lease: Lease,
        versions: Versions,
        aim: tuple[Model, str],
        copies: int,
    ) -> None:
        self._cluster, self._lease, self._versions = cluster, lease, versions
        self._aim, self._copies = aim, copies
        self._index = self._begun()
        self._left = self._unstaged()

    def _begun(self) -> str:
        """The next index; another aim or other words begin anew."""
        staging = self._lease.head.staging
        if (
            staging is not None
            and staging[1:] == self._aim
            and tokens_of(self._cluster, staging[0]) == TOKENS
        ):
            return staging[0]
        index = next_index(self._cluster.address, self._lease.head.index)
        create_papers(self._cluster, index, *self._aim)
        self._lease.change(staging=(index, *self._aim))
        if staging is not None:
            remove(self._cluster, staging[0])
        return index

    def _unstaged(self) -> Iterator[int]:
        """Rows of live papers that the next index lacks."""
        for rows in self._versions.scan(self._versions.living, RECORDS):
            ids = {"ids": [str(row) for row in rows.tolist()]}
            params = {"_source": "false"}
            told = self._cluster.call("POST", f"/{self._index}/_mget", ids, params=params)
            yield from (int(each["_id"]) for each in told["docs"] if not each["found"])

    def _missing(self, most: int) -> list[int]:
        rows = list(islice(self._left, most))
        if not rows:
            self._left = self._unstaged()
            rows = list(islice(self._left, most))
        return rows

    def missing(self, most: int) -> list[tuple[int, Paper]]:
        """Row numbers and papers that have no new vector yet; empty when all have one."""
        rows = self._missing(most)
        stored = self._versions.stored(rows, ("record",))
        return list(zip(rows, map(paper_of, stored), strict=True))

    def keep(self, rows: Sequence[int], encoded: Encoded) -> None:
        """Add the vectors of these rows; on return they are acknowledged."""
        halves = encoded.vectors.astype(np.float16)
        self._write(
            (row, born, replace(entry, vector=half, truncated=bool(truncated)))
            for (row, born, entry), half, truncated in zip(
                self._entries(rows), halves, encoded.truncated, strict=True
            )
        )

    def carry(self, most: int) -> int:
        """Add up to so many papers with the vectors that they have; how many these are."""
        rows = self._missing(most)
        self._write(self._entries(rows))
        return len(rows)

    def _entries(self, rows: Sequence[int]) -> Iterator[tuple[int, int, Entry]]:
        """Papers with their rows and the changes that they are born by."""
        stored = self._versions.stored(list(rows), ("row", "born", *ENTRY))
        return ((each["row"], each["born"], entry_of(each)) for each in stored)

    def _write(self, entries: Iterable[tuple[int, int, Entry]]) -> None:
        actions = [
            create_action(row, document_of(entry, row, born)) for row, born, entry in entries
        ]
        self._lease.change()  # nothing is written by who was thought dead
        write_all(self._cluster, self._index, actions, self._copies)

    def share(self) -> float:
        """How many of the live papers have one, 0 to 1."""
        self._cluster.write("POST", f"/{self._index}/_refresh")
        staged = self._next().count(EVERYTHING)
        return min(1.0, staged / max(1, self._versions.count(self._versions.living)))

    def _next(self) -> Versions:
        return Versions(self._cluster, self._index, self._versions.change, ())

    def adopt(self, meta: Mapping[str, str] = MappingProxyType({})) -> None:
        """Make them the index's vectors and set ``meta``, all at once; publish shows them."""
        self._cluster.write("POST", f"/{self._index}/_refresh")
        for rows in self._next().scan(EVERYTHING, RECORDS):
            # Papers that were removed since their vectors were made.
            alive = self._versions.ordered(self._versions.among(rows.tolist()), (), RECORDS)
            gone = [delete_action(row) for row in np.setdiff1d(rows, alive).tolist()]
            self._lease.change()
            write_all(self._cluster, self._index, gone, self._copies)
        model, recipe = self._aim
        self._lease.change(change=self._lease.head.change + 1)
        made = {"index": self._index, "model": asdict(model), "recipe": recipe, "tokens": TOKENS}
        value = {**made, "meta": dict(meta)}
        commit_change(self._cluster, self._lease, value, self._copies)
