"""The glossaries of snapshots, of which parts are read once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from indexer.glossary.glossary import Glossary
from indexer.glossary.tables import Table
from indexer.opensearch.records.glossary import read_part
from indexer.opensearch.records.head import GlossaryPart, read_head
from indexer.opensearch.requests.client import Cluster


class Glossaries:
    """Reads the parts of glossaries and keeps the last ones. Safe to use from many threads."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._tables: dict[str, Table] = {}
        self._turn = threading.Lock()

    def of(self, parts: Sequence[GlossaryPart]) -> Glossary:
        """The glossary of some parts; where they are gone the newest, or one that knows nothing."""
        with self._turn:
            found = self._read(parts)
            if found is None:
                found = self._read(read_head(self._cluster).head.glossary)
            return Glossary(found or ())

    def _read(self, parts: Sequence[GlossaryPart]) -> list[Table] | None:
        """The tables of parts, all or none."""
        tables: dict[str, Table] = {}
        for part in parts:
            table = self._tables.get(part.name) or read_part(self._cluster, part)
            if table is None:
                return None
            tables[part.name] = table
        self._tables = tables
        return list(tables.values())
