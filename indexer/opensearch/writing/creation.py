"""Indexes on the cluster, made and removed, and whether they are what the address says."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from opensearchpy.exceptions import ConflictError, NotFoundError

from indexer.errors import ClusterError, IndexDamagedError, UsageError
from indexer.models.embedder import Model
from indexer.models.recipe import RECIPE
from indexer.opensearch.records.head import Head, Stored, create_head, lost
from indexer.opensearch.records.schema import (
    LOG_MAPPING,
    alias,
    log_index,
    log_settings,
    mapping,
    papers_index,
    settings,
)
from indexer.opensearch.requests.bulk import writable
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.writing.lease import Lease
from indexer.opensearch.writing.publication import first_state, point


def create(cluster: Cluster, model: Model) -> Stored:
    """A new index without papers."""
    index = papers_index(cluster.address, 1)
    head = Head(identity=uuid4().hex, index=index, model=model, recipe=RECIPE)
    empty = replace(first_state(head), generation=1, fingerprint=uuid4().hex)
    stored = create_with(cluster, replace(head, published=empty))
    point(cluster, index)
    return stored


def create_with(cluster: Cluster, head: Head) -> Stored:
    """The indexes of a head. Of several who try at once, or again, one comes to make the head.

    What the others made and nobody uses goes when the index is next opened for writing. Raises
    ``UsageError`` where the alias can't be had, ``ClusterError`` where nodes are too few for the
    copies that are to be kept.
    """
    address, log = cluster.address, log_index(cluster.address)
    _require_no_papers(cluster)
    _require_nodes(cluster)
    if cluster.call("HEAD", f"/{alias(address)}")["found"]:
        raise UsageError(
            f"{address}: the cluster has an index or alias of that name; choose another NAME"
        )
    _make(cluster, log, {"settings": log_settings(address), "mappings": LOG_MAPPING})
    create_papers(cluster, head.index, head.model, head.recipe)
    return create_head(cluster, head)


def _require_nodes(cluster: Cluster) -> None:
    """No node keeps two copies of a shard: on a single one, nothing could be written."""
    replicas = int(settings(cluster.address)["index"]["number_of_replicas"])
    nodes = cluster.look("/_cluster/health")["number_of_data_nodes"]
    if replicas and nodes < 2:
        raise ClusterError(
            f"{cluster.address}: a second copy of the papers needs a second node; start one, "
            "or make the index with ?replicas=0"
        )


def create_papers(cluster: Cluster, index: str, model: Model, recipe: str) -> None:
    """An index for papers with the vectors of a model."""
    address = cluster.address
    body = {"settings": settings(address), "mappings": mapping(address, model, recipe)}
    _make(cluster, index, body)


def _make(cluster: Cluster, index: str, body: Mapping[str, Any]) -> None:
    """An index, unless it is there already, with the alias by which it is written."""
    with suppress(ConflictError):
        cluster.write("PUT", f"/{index}", {**body, "aliases": {writable(index): {}}})


def remove(cluster: Cluster, index: str) -> None:
    """Delete an index with all that is in it."""
    try:
        cluster.write("DELETE", f"/{index}")
    except NotFoundError:
        return


def remove_index(cluster: Cluster) -> None:
    """Delete all that an address names, for good."""
    cluster.write("DELETE", f"/{cluster.address.name}.*")


def remove_others(cluster: Cluster, lease: Lease) -> None:
    """Delete the indexes of papers that nobody reads or writes any more."""
    found, head = _papers(cluster), lease.head
    wanted = {head.index, *(head.staging[:1] if head.staging else ())}
    if unwanted := [index for index in found if index not in wanted]:
        lease.change()  # whoever wasn't the writer when they were listed knows nothing of them
        for index in unwanted:
            remove(cluster, index)


def _papers(cluster: Cluster) -> list[str]:
    """All indexes of papers, wanted or not."""
    return list(cluster.look(f"/{cluster.address.name}.papers-*/_alias"))


def _require_no_papers(cluster: Cluster) -> None:
    """Raise ``IndexDamagedError`` if there are papers of which no head tells."""
    body = {"size": 0, "track_total_hits": True}
    for index in _papers(cluster):
        with suppress(NotFoundError):
            if cluster.search(index, body)["hits"]["total"]["value"]:
                raise IndexDamagedError(
                    f"{cluster.address}: the cluster has {index}, but no head that says what is "
                    "in it; restore it from a snapshot of the cluster, or remove it"
                )


def require_agreement(cluster: Cluster, index: str) -> None:
    """Raise ``UsageError`` if the address asks for what the index isn't made of.

    Raises ``IndexDamagedError`` if there is none.
    """
    address = cluster.address
    try:
        told = cluster.look(f"/{index}")[index]
    except NotFoundError as error:
        raise lost(address, index) from error
    held = told["settings"]["index"]
    made = {
        "shards": int(held["number_of_shards"]),
        "replicas": int(held["number_of_replicas"]),
        "engine": told["mappings"]["_meta"]["engine"],
    }
    for name, value in made.items():
        asked = getattr(address, name)
        if asked not in (None, value):
            raise UsageError(
                f"{address}: the index has {name}={value}; leave {name}= out of the address, or "
                "copy the index to another name"
            )


def tokens_of(cluster: Cluster, index: str) -> int:
    """Version of the words in an index of papers; raises ``IndexDamagedError`` if it is gone."""
    try:
        told = cluster.look(f"/{index}")[index]
    except NotFoundError as error:
        raise lost(cluster.address, index) from error
    return int(told["mappings"]["_meta"]["tokens"])


def copies_kept(cluster: Cluster, index: str) -> int:
    """How many copies of a paper there have to be before it is acknowledged: two, if there are."""
    held = cluster.look(f"/{index}/_settings")[index]["settings"]["index"]
    return 2 if int(held["number_of_replicas"]) else 1
