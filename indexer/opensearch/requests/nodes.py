"""The nodes of an address: which one is asked next, and which ones are left out for a while.

A node that hangs makes others hang that ask it for its shards. So all are asked at once whom they
hear, and until everybody is heard again, reads go to the others and ask for their copies.
"""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import NamedTuple

from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    ConnectionError,
    ConnectionTimeout,
    OpenSearchException,
    TransportError,
)

from indexer.opensearch.address import Address
from indexer.opensearch.requests.credentials import authorisation, trusted

CONNECTIONS = 100
"""Kept open to a node: more than a server has threads."""
_HEARD_SECONDS, _PROBE_SECONDS = 0.7, 1.5
"""For which nodes wait for each other's answer, and we for theirs."""
_FRESH_SECONDS, _AGAIN_SECONDS = 1.0, 5.0
"""For which it is believed who answers: by who just saw a node hang, and by all others."""
_OUT_SECONDS = 4 * _AGAIN_SECONDS
"""For which a node is left out at most: it is asked again before."""


class Node(NamedTuple):
    """One host of the address, and what asks it."""

    name: str
    client: OpenSearch


class Nodes:
    """The hosts of an address. Safe to use from many threads."""

    def __init__(self, address: Address) -> None:
        self._all = [
            Node(f"{host}:{port}", _client(address, host, port)) for host, port in address.hosts
        ]
        self._turn = count()
        self._out: dict[str, float] = {}
        self._preference: str | None = None
        self._probing = threading.Lock()
        self._probed = -math.inf

    def __len__(self) -> int:
        return len(self._all)

    def next(self) -> Node:
        """The nodes in turn; those that are left out only where there is no other.

        A node is thrown out of a cluster after half a minute, so whoever was up some seconds ago
        still belongs to it.
        """
        age = time.monotonic() - self._probed
        if age > 2 * _AGAIN_SECONDS or (age > _AGAIN_SECONDS and self._preference is None):
            self._look(_AGAIN_SECONDS)
        elif age > _AGAIN_SECONDS:
            self._look_beside()  # some don't answer, and nobody has to wait for them again
        now = time.monotonic()
        nodes = [node for node in self._all if self._out.get(node.name, 0) < now] or self._all
        return nodes[next(self._turn) % len(nodes)]

    def preference(self) -> str | None:
        """The copies to ask for while some nodes are silent."""
        return self._preference

    def failed(self, node: Node, error: TransportError) -> None:
        """Leave a node out for a moment; where one hung, find out which."""
        if isinstance(error, ConnectionTimeout):
            self._look(_FRESH_SECONDS)
        elif isinstance(error, ConnectionError):
            self._out[node.name] = time.monotonic() + _OUT_SECONDS

    def close(self) -> None:
        """Let go of the connections."""
        for node in self._all:
            node.client.close()

    def _look(self, fresh: float) -> None:
        """Find out which nodes answer, unless that was done so many seconds ago."""
        with self._probing:
            if time.monotonic() - self._probed > fresh:
                self._probe()

    def _look_beside(self) -> None:
        if not self._probing.locked():
            threading.Thread(target=self._look, args=(_AGAIN_SECONDS,), daemon=True).start()

    def _probe(self) -> None:
        """Ask all nodes at once whom they hear, and go to those that know the newest state.

        One that hung so long that the others threw it out, and wakes up, still believes in the
        shards that it had, and would answer from them without what came since.
        """
        with ThreadPoolExecutor(len(self._all)) as pool:
            told = list(pool.map(_heard, self._all))
        now = self._probed = time.monotonic()
        newest = max(heard.version for heard in told)
        up = [heard for heard in told if heard.version == newest > 0]
        self._out = {
            node.name: now + _OUT_SECONDS
            for node, heard in zip(self._all, told, strict=True)
            if heard not in up
        }
        common = frozenset[str].intersection(*(heard.nodes for heard in up)) if up else ()
        is_whole = not self._out and not any(heard.failed for heard in up)
        names = ",".join(sorted(common))
        self._preference = f"_prefer_nodes:{names}" if names and not is_whole else None


class _Heard(NamedTuple):
    """What a node knows.

    Attributes:
        version: Of the cluster's state, 0 where it doesn't answer at once.
        nodes: Ids of the nodes that it hears, itself among them.
        failed: How many it doesn't hear.
    """

    version: int = 0
    nodes: frozenset[str] = frozenset()
    failed: int = 0


def _heard(node: Node) -> _Heard:
    """What a node tells at once."""
    ask, seconds = node.client.transport.perform_request, {"request_timeout": _PROBE_SECONDS}
    timeout = f"{_HEARD_SECONDS * 1000:.0f}ms"
    try:
        state = ask("GET", "/_cluster/state/version", params={"local": "true", **seconds})
        told = ask("GET", "/_nodes/_all/name", params={"timeout": timeout, **seconds})
        failed = int(told["_nodes"]["failed"])
        return _Heard(int(state["version"]), frozenset(told["nodes"]), failed)
    except (OpenSearchException, KeyError, TypeError, ValueError):
        return _Heard()


def _client(address: Address, host: str, port: int) -> OpenSearch:
    return OpenSearch(
        [{"host": host, "port": port}],
        use_ssl=address.tls,
        ssl_context=trusted(address),
        max_retries=0,
        retry_on_timeout=False,
        pool_maxsize=CONNECTIONS,
        **authorisation(address),
    )
