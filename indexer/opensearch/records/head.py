"""The head of an index on a cluster: one document that says who writes and what is published.

It is only ever replaced by comparing and setting, so whoever changed it last knows it, and a writer
that was thought dead fails at its next change. Change numbers and row numbers are given out here,
and none is given out twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self
from uuid import uuid4

from opensearchpy.exceptions import ConflictError, NotFoundError

from indexer.analysis import TOKENS
from indexer.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexFormatError,
    IndexNotFoundError,
)
from indexer.models.embedder import Model
from indexer.opensearch.address import Address
from indexer.opensearch.records.schema import FORMAT, log_index
from indexer.opensearch.requests.bulk import writable
from indexer.opensearch.requests.client import PRIMARY, WRITING_SECONDS, Cluster

ID = "head"
LEASE_SECONDS = 15.0
"""After which another may write if the writer hasn't said that it lives. Clocks that differ let
another in too early or too late, and never hurt: every change of the head is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What readers see.

    Attributes:
        index: That holds the papers.
        model: What made the vectors.
        recipe: Of the text that was embedded.
        generation: Counts publications, from 1.
        change: The last one that is in it.
        papers: How many papers live after it.
        truncated: Of these, how many are longer than the model reads.
        nearness: Median cosine of a paper to its nearest neighbour.
        measured: How many papers there were when that was worked out.
        fingerprint: Differs between any two published states.
    """

    index: str
    model: Model
    recipe: str
    generation: int = 1
    change: int = 0
    papers: int = 0
    truncated: int = 0
    nearness: float = 0.0
    measured: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class GlossaryPart:
    """Counts of words and abbreviations, see ``glossary.py``.

    Attributes:
        name: Of its documents.
        pieces: How many these are.
        papers: That were counted.
        change: Up to which they came.
    """

    name: str
    pieces: int
    papers: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The state of an index.

    Attributes:
        identity: Tells the index from others; a copy has the same.
        index: That holds the papers, which readers may not see yet.
        model: What makes the vectors.
        recipe: Of the text that is embedded.
        published: What readers see; ``None`` while the index is being copied.
        decided: The last change of which it is known whether it was committed.
        change: The last change number that was given out.
        row: The last row number that was given out.
        aborted: Changes that were never committed.
        meta: The index's own description, as of ``decided``.
        staging: Index, model and recipe of the next vectors, if some are being made.
        glossary: What is known of the words of what is published; older writers leave it out.
        copy_of: Fingerprint of the state that it was begun as a copy of; empty if it wasn't.
        owner: Who writes; empty if nobody does.
        until: When that ends, in seconds of the epoch, if it isn't renewed.
        nonce: Another one with each change of the head.
        format: Of all documents.
        tokens: Of the words that are looked up, in ``index``.
    """

    identity: str
    index: str
    model: Model
    recipe: str
    published: Published | None = None
    decided: int = 0
    change: int = 0
    row: int = 0
    aborted: tuple[int, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    staging: tuple[str, Model, str] | None = None
    glossary: tuple[GlossaryPart, ...] = ()
    copy_of: str = ""
    owner: str = ""
    until: float = 0.0
    nonce: str = ""
    format: int = FORMAT
    tokens: int = TOKENS

    @property
    def is_free(self) -> bool:
        """Whether nobody writes, as far as one can tell."""
        return not self.owner or self.until < time.time()

    @property
    def committed(self) -> int:
        """The last change that was committed, as far as it is known; 0 for none."""
        numbers = range(self.decided, 0, -1)
        return next((number for number in numbers if number not in self.aborted), 0)

    @property
    def is_shown(self) -> bool:
        """Whether readers see all that was begun and committed."""
        shown = self.published is not None and self.published.change == self.committed
        return shown and self.decided == self.change

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """From what is stored."""
        known = {each.name for each in fields(cls)}
        values = {name: each for name, each in value.items() if name in known}
        staging, published = values.get("staging"), values.get("published")
        return cls(
            **{
                **values,
                "model": Model(**values["model"]),
                "aborted": tuple(values["aborted"]),
                "published": _published(published) if published else None,
                "glossary": tuple(GlossaryPart(**part) for part in values.get("glossary", ())),
                "staging": (staging[0], Model(**staging[1]), staging[2]) if staging else None,
            }
        )


def _published(value: Mapping[str, Any]) -> Published:
    return Published(**{**value, "model": Model(**value["model"])})


@dataclass(frozen=True, slots=True)
class Stored:
    """A head as the cluster has it.

    Attributes:
        head: The state.
        version: What it is compared by.
    """

    head: Head
    version: Mapping[str, int]


def read_head(cluster: Cluster, preference: str = "") -> Stored:
    """The head of the index, of any copy or of one that is preferred.

    Raises ``IndexNotFoundError``, or ``IndexFormatError`` if it is newer.
    """
    address = cluster.address
    params = {"preference": preference} if preference else {}
    try:
        told = cluster.call("GET", f"/{log_index(address)}/_doc/{ID}", params=params)
    except NotFoundError as error:
        raise _none(address) from error
    value = told["_source"]["value"]
    for name, ours in (("format", FORMAT), ("tokens", TOKENS)):
        if value[name] > ours:
            raise IndexFormatError(
                f"{address}: made by a newer nearpaper ({name} {value[name]}, this one knows "
                f"{ours}); upgrade nearpaper"
            )
    return Stored(Head.of(value), _version(told))


def require_published(cluster: Cluster, head: Head) -> Published:
    """What readers see; raises ``IndexNotFoundError`` while the index is being copied."""
    if head.published is None:
        raise IndexNotFoundError(
            f"{cluster.address}: the index isn't complete; run the same `nearpaper copy` again"
        )
    return head.published


def create_head(cluster: Cluster, head: Head) -> Stored:
    """The first head of an index; raises ``IndexBusyError`` if somebody else just made one."""
    return _put(cluster, head, {"op_type": "create"})


def replaced(
    cluster: Cluster, stored: Stored, head: Head, owner: str, patience: float = 2 * WRITING_SECONDS
) -> Stored:
    """Put another head in the place of a stored one, if it is still there.

    Args:
        cluster: Where the index is.
        stored: The one that is expected there.
        head: The other one.
        owner: Who replaces it, and alone replaces those that it owns.
        patience: For which it is tried, in seconds.

    Raises:
        IndexBusyError: Somebody else changed it.
    """
    try:
        return _put(cluster, head, stored.version, patience)
    except IndexBusyError:
        # A try that was given up may have been done later.
        found = read_head(cluster, PRIMARY)
        if found.head.owner != owner:
            raise
        return _put(cluster, head, found.version, patience)


def _put(
    cluster: Cluster,
    head: Head,
    version: Mapping[str, Any],
    patience: float = 2 * WRITING_SECONDS,
) -> Stored:
    address, head = cluster.address, replace(head, nonce=uuid4().hex)
    path = f"/{writable(log_index(address))}/_doc/{ID}"
    try:
        told = cluster.call(
            "PUT",
            path,
            {"value": asdict(head)},
            params={**version, "require_alias": "true"},
            seconds=min(patience, WRITING_SECONDS),
            patience=patience,
        )
    except NotFoundError as error:
        raise _none(address) from error
    except ConflictError as error:
        # The first try may have been done and its answer lost.
        stored = read_head(cluster, PRIMARY)
        if stored.head.nonce == head.nonce:
            return stored
        raise IndexBusyError(
            f"{address}: another process writes to the index now, and this one stopped; wait for "
            "it, then run the same command again"
        ) from error
    return Stored(head, _version(told))


def _none(address: Address) -> IndexNotFoundError:
    return IndexNotFoundError(
        f"{address}: no index there; make one with `nearpaper index FILE --index {address}`"
    )


def lost(address: Address, index: str) -> IndexDamagedError:
    """What is told when the cluster lacks an index that the head names."""
    return IndexDamagedError(
        f"{address}: the cluster has no {index}, which holds the papers; restore it from a "
        f"snapshot of the cluster, or remove {log_index(address)} and make the index anew"
    )


def _version(told: Mapping[str, Any]) -> Mapping[str, int]:
    return {"if_seq_no": told["_seq_no"], "if_primary_term": told["_primary_term"]}
