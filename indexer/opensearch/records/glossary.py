"""Words and abbreviations on a cluster: counts of papers, packed into documents of the log.

::

    glossary-NAME-0, -1, …    the arrays of one part, compressed, in pieces; the head names the part

A part is written once, under a name that nobody had before. It is derived: where it is lost, what
it is for isn't offered until the next writer makes it anew.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from opensearchpy.exceptions import NotFoundError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from indexer.glossary.counts import Counts
from indexer.glossary.tables import Table, arrays_of
from indexer.opensearch.records.head import GlossaryPart
from indexer.opensearch.records.schema import log_index
from indexer.opensearch.requests.bulk import create_action, write_all
from indexer.opensearch.requests.client import Cluster

MADE = "glossary"
"""Stands in a piece where a change has its time, so that pieces can be told from all else."""
_PIECE = 1_000_000
"""Characters of one document."""


def write_part(cluster: Cluster, counts: Counts, papers: int, change: int) -> GlossaryPart:
    """Write the counts of so many papers, up to a change; whoever names it lets others see it."""
    text = _packed(arrays_of(counts))
    pieces = [text[first : first + _PIECE] for first in range(0, len(text), _PIECE)]
    part = GlossaryPart(uuid4().hex, len(pieces), papers, change)
    documents = [{"made": MADE, "value": {"piece": piece}} for piece in pieces]
    actions = [create_action(id, each) for id, each in zip(ids_of(part), documents, strict=True)]
    write_all(cluster, log_index(cluster.address), actions, 1)
    return part


def read_part(cluster: Cluster, part: GlossaryPart) -> Table | None:
    """The counts of a part; ``None`` if it isn't there, or of another version."""
    try:
        arrays = _unpacked("".join(_pieces(cluster, part)))
    except (NotFoundError, KeyError, ValueError, zlib.error, SafetensorError):
        return None
    return Table(arrays) if Table.fits(arrays) else None


def ids_of(part: GlossaryPart) -> list[str]:
    """Of the documents of a part."""
    return [f"glossary-{part.name}-{number}" for number in range(part.pieces)]


def _pieces(cluster: Cluster, part: GlossaryPart) -> Iterator[str]:
    for id in ids_of(part):
        told = cluster.call("GET", f"/{log_index(cluster.address)}/_doc/{id}")
        yield told["_source"]["value"]["piece"]


def _packed(arrays: dict[str, NDArray[Any]]) -> str:
    whole = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return base64.b64encode(zlib.compress(whole)).decode()


def _unpacked(text: str) -> dict[str, NDArray[Any]]:
    return dict(load(zlib.decompress(base64.b64decode(text))))
