"""Keeping the words and abbreviations of a cluster's papers up to what is published.

A large part stands for most papers and a small one for those that came since, so that publishing a
few papers writes little. Papers that were replaced or removed stay counted until a purge.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from opensearchpy.exceptions import NotFoundError

from indexer.glossary.counts import Counts
from indexer.opensearch.querying.conditions import Query, all_of
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.records.documents import paper_of
from indexer.opensearch.records.glossary import MADE, ids_of, read_part, write_part
from indexer.opensearch.records.head import GlossaryPart
from indexer.opensearch.records.schema import log_index
from indexer.opensearch.requests.client import Cluster

SMALL = 10_000
"""Papers that the small part has at least before it is merged."""
SHARE = 0.1
"""Of the papers of the large part, that the small one may have."""

Parts = tuple[GlossaryPart, ...]


def brought_up(versions: Versions, parts: Parts) -> Parts:
    """The parts with the papers that came since; all anew where there are none or one is lost."""
    if not parts:
        return counted_anew(versions)
    base, *tails = parts
    since = parts[-1].change
    counts, papers = _counted(versions, {"range": {"born": {"gt": since}}})
    if not papers:
        return parts
    papers += sum(tail.papers for tail in tails)
    is_large = papers > max(SMALL, SHARE * base.papers)
    for part in [*tails, *([base] if is_large else [])]:
        table = read_part(versions.cluster, part)
        if table is None:
            return counted_anew(versions)
        counts.merge(table.counts())
    papers += base.papers if is_large else 0
    new = write_part(versions.cluster, counts, papers, versions.change)
    return (new,) if is_large else (base, new)


def counted_anew(versions: Versions) -> Parts:
    """One part of all papers that live; none of no papers."""
    counts, papers = _counted(versions, versions.living)
    if not papers:
        return ()
    return (write_part(versions.cluster, counts, papers, versions.change),)


def _counted(versions: Versions, query: Query) -> tuple[Counts, int]:
    """The counts of the living papers of a query, and how many these are."""
    counts, papers = Counts(), 0
    for stored in versions.sources(all_of(versions.living, query), ("record",)):
        counts.add([paper_of(stored)])
        papers += 1
    return counts, papers


def forget(cluster: Cluster, old: Parts, kept: Parts) -> None:
    """Delete the parts that the head names no more."""
    for part in old:
        for id in ids_of(part) if part not in kept else ():
            with suppress(NotFoundError):
                cluster.write("DELETE", f"/{log_index(cluster.address)}/_doc/{id}")


def forget_others(cluster: Cluster, kept: Sequence[GlossaryPart]) -> None:
    """Delete all pieces but those of some parts: killed writers may have left others."""
    log = log_index(cluster.address)
    named = [id for part in kept for id in ids_of(part)]
    pieces = {"must": {"term": {"made": MADE}}, "must_not": {"ids": {"values": named}}}
    cluster.write("POST", f"/{log}/_refresh")
    cluster.write(
        "POST", f"/{log}/_delete_by_query", {"query": {"bool": pieces}}, conflicts="proceed"
    )
