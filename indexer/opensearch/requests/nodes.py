"""The nodes of an address: which one is asked next, and which ones are left out for a while.

A node that hangs makes others hang that ask it for its shards. So all are asked at once who answers
them, and until everybody does again, reads go to the others and ask for their copies.
"""

from __future__ import annotations

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
"""For which it is believed who answers: by who just saw a node hang, and by who may take long."""
_OUT_SECONDS = _AGAIN_SECONDS + 2 * _PROBE_SECONDS
"""For which a node is left out: until all have been asked again."""


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
        self._probed = 0.0

    def __len__(self) -> int:
        return len(self._all)

    def next(self) -> Node:
        """The nodes in turn; those that are left out only where there is no other."""
        now = time.monotonic()
        if self._preference is not None and now - self._probed > _AGAIN_SECONDS:
            self._probe_beside()
        nodes = [node for node in self._all if self._out.get(node.name, 0) < now] or self._all
        return nodes[next(self._turn) % len(nodes)]

    def preference(self) -> str | None:
        """The copies to ask for while some nodes are silent."""
        return self._preference

    def failed(self, node: Node, error: TransportError) -> None:
        """Leave a node out for a moment; where one hung, find out which."""
        if isinstance(error, ConnectionTimeout):
            self.look(_FRESH_SECONDS)
        elif isinstance(error, ConnectionError):
            self._out[node.name] = time.monotonic() + _OUT_SECONDS

    def look(self, fresh: float = _AGAIN_SECONDS) -> None:
        """Find out which nodes answer, unless that was done some seconds ago."""
        with self._probing:
            if time.monotonic() - self._probed > fresh:
                self._probe()

    def close(self) -> None:
        """Let go of the connections."""
        for node in self._all:
            node.client.close()

    def _probe_beside(self) -> None:
        if self._probing.acquire(blocking=False):
            threading.Thread(target=self._probe_and_release, daemon=True).start()

    def _probe_and_release(self) -> None:
        try:
            self._probe()
        finally:
            self._probing.release()

    def _probe(self) -> None:
        """Ask all nodes at once whom they hear; if some hear fewer, go to those that hear most.

        A node that was thought dead and wakes up hears nobody, and knows nothing that came since.
        """
        with ThreadPoolExecutor(len(self._all)) as pool:
            told = list(pool.map(_heard, self._all))
        now = self._probed = time.monotonic()
        most = max(told, key=lambda heard: len(heard.nodes))
        self._out = {
            node.name: now + _OUT_SECONDS
            for node, heard in zip(self._all, told, strict=True)
            if not heard.nodes >= most.nodes or not heard.nodes
        }
        is_whole = not self._out and not any(heard.failed for heard in told)
        names = ",".join(sorted(most.nodes))
        self._preference = f"_prefer_nodes:{names}" if names and not is_whole else None


class _Heard(NamedTuple):
    """Ids of the nodes that a node hears, itself among them, and how many it doesn't."""

    nodes: frozenset[str] = frozenset()
    failed: int = 0


def _heard(node: Node) -> _Heard:
    """Whom a node hears at once; nobody where it doesn't say it."""
    params = {"timeout": f"{_HEARD_SECONDS * 1000:.0f}ms", "request_timeout": _PROBE_SECONDS}
    try:
        told = node.client.transport.perform_request("GET", "/_nodes/_all/name", params=params)
        return _Heard(frozenset(told["nodes"]), int(told["_nodes"]["failed"]))
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
