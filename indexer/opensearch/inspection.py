"""Whether an index on a cluster is what was written: its copies, counts, and a sample of papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from indexer.analysis import TOKENS
from indexer.models.recipe import document_text
from indexer.opensearch.querying import vector_search
from indexer.opensearch.querying.conditions import all_of
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.records.documents import ENTRY, document_of, entry_of
from indexer.opensearch.records.glossary import read_part
from indexer.opensearch.records.head import Published, read_head
from indexer.opensearch.records.schema import alias, log_index
from indexer.opensearch.store import OpenSearchStore
from indexer.opensearch.writing.creation import tokens_of
from indexer.papers.paper import text_hash
from indexer.where import Among

SAMPLE = 200
"""Papers that are looked at one by one."""
_ITSELF = 0.999
"""Cosine of a vector to itself, less what half floats round."""
_MADE = frozenset({"born", "vector"})
_WORDS = frozenset({"text", "title", "abstract"})


class Problem(NamedTuple):
    """Something wrong with an index.

    Attributes:
        part: What it is in.
        problem: What is wrong.
        rebuild: Whether writing the papers anew mends it.
    """

    part: str
    problem: str
    rebuild: bool = False


def problems(store: OpenSearchStore) -> Iterator[Problem]:
    """What is wrong with the published state, the worst first."""
    cluster, head = store.cluster, read_head(store.cluster).head
    published = head.published
    if published is None:
        yield Problem("copy", "isn't complete; run the same copy again")
        return
    for index in (published.index, log_index(cluster.address)):
        health = cluster.look(f"/_cluster/health/{index}", level="indices")
        told = health["indices"].get(index)
        if told is None or told["status"] == "red":
            yield Problem(index, "some of its shards have no copy that is up; look at the nodes")
            return
        if told["unassigned_shards"]:
            yield Problem(index, f"{told['unassigned_shards']} copies of shards are on no node")
    versions = Versions(cluster, published.index, published.change, head.aborted)
    name = alias(cluster.address)
    # Of our indexes alone: a user may not be allowed to see others.
    held = cluster.look(f"/{name}.papers-*/_alias")
    named = [index for index, told in held.items() if name in told["aliases"]]
    if named != [published.index]:
        yield Problem(
            "alias", f"names {', '.join(named) or 'nothing'}, not {published.index}", True
        )
    yield from _counts(versions, published)
    is_old = tokens_of(cluster, published.index) != TOKENS
    if is_old:
        yield Problem("words", "were made by an older nearpaper, and are looked up so", True)
    if any(read_part(cluster, part) is None for part in head.glossary):
        yield Problem("glossary", "isn't whole; spelling and abbreviations go unread", True)
    yield from _sampled(versions, _MADE | _WORDS if is_old else _MADE)


def _counts(versions: Versions, published: Published) -> Iterator[Problem]:
    truncated = all_of(versions.living, {"term": {"truncated": True}})
    for what, wanted, query in (
        ("papers", published.papers, versions.living),
        ("truncated papers", published.truncated, truncated),
    ):
        found = versions.count(query)
        if found != wanted:
            yield Problem(what, f"{found:,} are there where {wanted:,} were published")


def _sampled(versions: Versions, passed_over: frozenset[str]) -> Iterator[Problem]:
    """Papers whose text, words or vector isn't what was written."""
    rows = versions.from_place(versions.living, {"gte": 0}, SAMPLE).tolist()
    for stored in versions.stored(rows, ()):
        entry, row = entry_of({name: stored[name] for name in ENTRY}), stored["row"]
        made = document_of(entry, row, stored["born"])
        differ = [name for name in made.keys() - passed_over if made[name] != stored.get(name)]
        if text_hash(document_text(entry.paper)) != entry.text_hash:
            yield Problem(entry.paper.id, "its text isn't what was embedded")
        elif differ:
            yield Problem(entry.paper.id, f"{', '.join(sorted(differ))} isn't what was made", True)
        asked = entry.vector.astype(np.float32).tobytes()
        _, cosines = vector_search.exact(versions, asked, 1, Among((row,)))
        if not len(cosines) or cosines[0] < _ITSELF:
            yield Problem(entry.paper.id, "its vector isn't what was written", True)
