"""What was committed becomes what readers see."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import uuid4

import numpy as np

from indexer.opensearch.querying.conditions import all_of
from indexer.opensearch.querying.versions import Versions
from indexer.opensearch.records.documents import half_of
from indexer.opensearch.records.head import Head, Published
from indexer.opensearch.records.schema import alias, log_index
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing.glossary import brought_up, forget
from indexer.opensearch.writing.lease import Lease
from indexer.opensearch.writing.refreshing import Written, refresh
from indexer.snapshot import About

_SAMPLE = 100
"""Papers whose nearest neighbours are looked up."""
_GROWN = 1.2
"""Times as many papers, after which they are looked up again."""


def publish(cluster: Cluster, lease: Lease, written: Written | None = None) -> About:
    """Let readers see what was committed, ``written`` last; nothing new is no new state."""
    head, old = lease.head, lease.head.published
    versions = Versions(cluster, head.index, head.committed, head.aborted)
    if old is not None and old.change == head.committed:
        if old.papers and not head.glossary:  # as an older nearpaper leaves it
            lease.change(glossary=brought_up(versions, ()))
        return about(head.identity, old)
    refresh(cluster, head.index, written)
    cluster.write("POST", f"/{log_index(cluster.address)}/_refresh")
    new = _published(versions, head)
    is_other = old is None or old.index != new.index
    parts = brought_up(versions, () if is_other else head.glossary)
    lease.change(published=new, glossary=parts)
    forget(cluster, head.glossary, parts)
    if is_other:
        point(cluster, new.index)
    return about(head.identity, new)


def about(identity: str, published: Published) -> About:
    """What a snapshot of a published state is of."""
    return About(
        identity=identity,
        fingerprint=published.fingerprint,
        generation=published.generation,
        change=published.change,
        papers=published.papers,
        truncated=published.truncated,
        model=published.model,
        recipe=published.recipe,
        nearness=published.nearness,
    )


def _published(versions: Versions, head: Head) -> Published:
    papers = versions.count(versions.living)
    published = replace(
        head.published or first_state(head),
        index=head.index,
        model=head.model,
        recipe=head.recipe,
        change=versions.change,
        papers=papers,
        truncated=versions.count(all_of(versions.living, {"term": {"truncated": True}})),
        fingerprint=uuid4().hex,
    )
    if not published.measured or papers > _GROWN * published.measured:
        published = replace(published, nearness=_nearness(versions), measured=papers)
    return replace(published, generation=published.generation + 1)


def first_state(head: Head) -> Published:
    """Before the first publication."""
    return Published(index=head.index, model=head.model, recipe=head.recipe, generation=0)


def _nearness(versions: Versions) -> float:
    """The median cosine of a paper to the nearest other one, of a sample; 0 if there is none."""
    query = versions.living
    rows = versions.from_place(query, {"gte": 0}, _SAMPLE).tolist()
    lines = []
    for stored in versions.stored(rows, ("half",)):
        vector = half_of(stored).astype(np.float32).tolist()
        asked = {"knn": {"vector": {"vector": vector, "k": 2, "filter": query}}}
        body = {"size": 2, "query": asked, "_source": False}
        lines += [json.dumps({"allow_partial_search_results": False}), json.dumps(body)]
    if len(rows) < 2:
        return 0.0
    told = versions.cluster.write("POST", f"/{versions.index}/_msearch", lines)
    hits = [each["hits"]["hits"] for each in told["responses"]]
    return float(np.median([found[1]["_score"] - 1 for found in hits if len(found) > 1] or [0.0]))


def point(cluster: Cluster, papers: str) -> None:
    """Let the alias, by which operators know the papers, name them; nothing of ours reads it."""
    name = alias(cluster.address)
    actions = [
        {"remove": {"index": f"{name}.papers-*", "alias": name, "must_exist": False}},
        {"add": {"index": papers, "alias": name}},
    ]
    cluster.write("POST", "/_aliases", {"actions": actions})
