"""The one process that may change an index on a cluster: commits, publishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from indexer.entries import Embedded, Entry, Held
from indexer.errors import IndexDamagedError
from indexer.models.embedder import Model
from indexer.opensearch.querying.conditions import all_of
from indexer.opensearch.querying.versions import Stored, Versions
from indexer.opensearch.records.documents import (
    ENTRY,
    document_of,
    entry_of,
    half_of,
    names_told,
    paper_of,
)
from indexer.opensearch.records.head import Head
from indexer.opensearch.requests.bulk import Action, create_action, update_action, write_all
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing.decisions import abort, commit_change
from indexer.opensearch.writing.glossary import counted_anew, forget_others
from indexer.opensearch.writing.lease import Lease
from indexer.opensearch.writing.publication import publish
from indexer.opensearch.writing.refreshing import Written, refresh
from indexer.opensearch.writing.staging import OpenSearchStaging
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import About

_HASHES = 10_000


class OpenSearchWriter:
    """An index open for writing; `decisions.py` says what makes it safe."""

    def __init__(self, cluster: Cluster, lease: Lease, copies: int) -> None:
        self._cluster, self._lease, self._copies = cluster, lease, copies
        self._written: Written | None = None
        self._is_fresh = False

    @property
    def head(self) -> Head:
        """The state of the index."""
        return self._lease.head

    @property
    def model(self) -> Model:
        """What makes its vectors."""
        return self._lease.head.model

    @property
    def _versions(self) -> Versions:
        """What was committed, all of it visible to searches."""
        head = self._lease.head
        if not self._is_fresh:
            refresh(self._cluster, head.index, self._written)
            self._is_fresh = True
        return Versions(self._cluster, head.index, head.decided, head.aborted)

    def bearers(self, names: Iterable[str], *, own: bool = False) -> list[tuple[Name, int]]:
        """Where these stand among the names of live papers; with ``own`` only as their ids."""
        versions = self._versions
        if not own:
            return versions.bearers(names)
        query = all_of(versions.living, {"terms": {"id": sorted(set(names))}})
        found = versions.sources(query, ("row", "id", "told"))
        return [
            (name, int(stored["row"]))
            for stored in found
            for name in names_told(stored)
            if name.name == stored["id"]
        ]

    def known(self, rows: Iterable[int]) -> dict[int, Held]:
        """Live papers by their row numbers."""
        versions = self._versions
        found = versions.sources(versions.among(list(rows)), ("row", "record", "told", "arrived"))
        return {int(stored["row"]): _held(stored) for stored in found}

    def current(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The live papers that these names mean, by the names."""
        versions = self._versions
        rows = versions.located(ids)
        stored = versions.stored(list(rows.values()), ("record",))
        return dict(zip(rows, map(paper_of, stored), strict=True))

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """What was embedded before among these text hashes, of live or removed papers."""
        versions, wanted = self._versions, list(dict.fromkeys(hashes))
        found: dict[str, Embedded] = {}
        for first in range(0, len(wanted), _HASHES):
            query = {"terms": {"text_hash": wanted[first : first + _HASHES]}}
            for stored in versions.sources(query, ("text_hash", "half", "truncated")):
                found[stored["text_hash"]] = Embedded(half_of(stored), stored["truncated"])
        return found

    def from_source(self, name: str, most: int) -> list[Entry]:
        """Up to ``most`` live papers that a source tells of, ready to be committed again."""
        query = all_of(self._versions.living, {"term": {"sources": name}})
        return list(map(entry_of, self._versions.sources(query, ENTRY, most=most)))

    def sample(self, most: int) -> list[Paper]:
        """At most that many live papers at random; always the same of the same papers."""
        rows = self._versions.from_place(self._versions.living, {"gte": 0}, most)
        return list(map(paper_of, self._versions.stored(sorted(rows.tolist()), ("record",))))

    def staging(self, model: Model, recipe: str) -> OpenSearchStaging:
        """New vectors of every paper, begun or gone on with."""
        return OpenSearchStaging(
            self._cluster, self._lease, self._versions, (model, recipe), self._copies
        )

    def meta(self, key: str) -> str | None:
        """A value of the index's own description."""
        return self._lease.head.meta.get(key)

    def commit(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add or replace papers by their ids, remove others and set ``meta``, all or nothing.

        Raises:
            IndexBusyError: Another process took over; nothing of this is seen by anybody.
        """
        if not entries and not removed:
            self._lease.change(meta={**self._lease.head.meta, **meta})
            return
        self._lease.settle(abort)
        first, change = self._lease.head.row + 1, self._lease.head.change + 1
        births = [
            create_action(row, document_of(entry, row, change))
            for row, entry in enumerate(entries, first)
        ]
        deaths = self._deaths({*removed, *(entry.paper.id for entry in entries)}, change)
        self._lease.change(change=change, row=self._lease.head.row + len(entries))
        self._write([*births, *deaths], change, first)
        self._written = Written(self._lease.head.index, change, len(births), len(deaths))
        commit_change(self._cluster, self._lease, {"meta": dict(meta)}, self._copies)

    def _deaths(self, ids: set[str], change: int) -> list[Action]:
        """Live papers of these ids die with a change."""
        versions = self._versions
        query = all_of(versions.living, {"terms": {"id": sorted(ids)}})
        found = versions.sources(query, ("row",), versions=True)
        return [update_action(hit, {"died": change}) for hit in found]

    def _write(self, actions: list[Action], change: int, first: int) -> None:
        """Write the births, from row ``first`` on, and deaths of a change."""
        self._is_fresh = False
        while actions:
            lost = write_all(self._cluster, self._lease.head.index, actions, self._copies)
            actions = self._again(lost, change, first) if lost else []

    def _again(self, ids: list[str], change: int, first: int) -> list[Action]:
        """What is left to write of documents that weren't as they were found.

        A request whose answer got lost was done, and found its own work when it was sent again. Who
        was thought dead, and isn't, may have let some papers die with a change that never was.
        """
        self._lease.change()  # raises if it is this one that was thought dead
        path = f"/{self._lease.head.index}/_mget"
        told = self._cluster.call("POST", path, {"ids": ids})["docs"]
        found = [each for each in told if each["found"]]
        for each in found:
            if int(each["_id"]) >= first and each["_source"]["born"] != change:
                raise IndexDamagedError(
                    f"{self._cluster.address}: row {each['_id']} has a paper already, so the log "
                    "is older than the papers; restore both from one snapshot of the cluster"
                )
        return [
            update_action(each, {"died": change})
            for each in found
            if int(each["_id"]) < first and each["_source"].get("died") != change
        ]

    def publish(self) -> About:
        """Let readers see what was committed."""
        self._lease.settle(abort)
        shown = publish(self._cluster, self._lease, self._written)
        self._written = None  # what is dead may be removed from now on
        return shown

    def recount(self) -> None:
        """Count the words of what is published anew, without those of papers that are gone."""
        parts = counted_anew(self._versions)
        self._lease.change(glossary=parts)
        forget_others(self._cluster, parts)


def _held(stored: Stored) -> Held:
    return Held(paper_of(stored), frozenset(names_told(stored)), stored["arrived"])
