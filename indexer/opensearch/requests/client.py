"""Requests to a cluster: to some node that answers, again to another where one fails, for a while.

An answer is a whole one or an error.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from opensearchpy.exceptions import (
    ConflictError,
    ConnectionError,
    NotFoundError,
    RequestError,
    SerializationError,
    TransportError,
)

from indexer.errors import ClusterError
from indexer.opensearch.address import Address
from indexer.opensearch.requests.nodes import Node, Nodes
from indexer.opensearch.requests.refusals import no_answer, refusal

SECONDS = 3.0
"""For which one node is waited for, when reading."""
WRITING_SECONDS = 60.0
PATIENCE_SECONDS = 15.0
"""For which other nodes are tried."""
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _LEAST_SECONDS = 0.2, 2.0, 0.1
_PASSING = frozenset((429, 500, 502, 503, 504))
"""What a cluster answers while it has lost a node, or has too much to do."""
OF_COPIES = re.compile(r"POST .*/_(search|mget)|GET .*/_(search|mget|doc/[^/]+)")
"""What some copy of a shard answers, so that a preference may say which."""
PRIMARY = "_primary"
"""A preference: of a write whose answer was lost, other copies may not know yet."""
NO_INDEX = "index_not_found_exception"
_THERE = "resource_already_exists_exception"

Body = Mapping[str, Any] | Sequence[str] | None
Answer = dict[str, Any]


class Cluster:
    """The nodes of an address. Safe to use from many threads.

    ``opensearchpy.NotFoundError`` and ``ConflictError`` reach the caller; what else goes wrong
    becomes a :class:`~indexer.errors.NearpaperError` in one line.
    """

    def __init__(self, address: Address) -> None:
        # It tells of every refusal, most of which are expected here and the rest told as errors.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)
        self.address = address
        self._nodes = Nodes(address)
        self._met = False

    def call(
        self,
        method: str,
        path: str,
        body: Body = None,
        *,
        params: Mapping[str, Any] | None = None,
        seconds: float = SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> Answer:
        """The answer to one request, asked again of other nodes for as long as ``patience``.

        Raises:
            ClusterError: No node gave an answer, or the cluster refuses.
            StorageError: The cluster has no room.
        """
        tries = _Tries(patience)
        # Some requests take one JSON object a line.
        sent = "".join(f"{line}\n" for line in body) if isinstance(body, Sequence) else body
        while True:
            node = self._nodes.next()
            asked = {**(params or {}), **self._copies(method, path, params, len(tries.failed))}
            asked["request_timeout"] = min(seconds, tries.seconds_left())
            try:
                answer = self._asked(node, method, path, asked, sent)
            except (NotFoundError, ConflictError):
                raise
            except TransportError as error:
                self._nodes.failed(node, error)
                tries.add(node, error)
                self._pause(tries, error)
            else:
                self._met = True
                return answer

    def search(
        self, index: str, body: Mapping[str, Any], like: bytes = b"", *, by_words: bool = False
    ) -> Answer:
        """A whole answer, of the same copies for questions that are ``like`` each other.

        Only scores by words need what all shards count; it takes another round.
        """
        params = {"allow_partial_search_results": "false", "preference": f"q{crc32(like):x}"}
        if by_words:
            params["search_type"] = "dfs_query_then_fetch"
        return self.call("POST", f"/{index}/_search", body, params=params)

    def look(self, path: str, **params: str) -> Answer:
        """What a node knows of the indexes, without asking the one that manages them all."""
        return self.call("GET", path, params={"local": "true", **params})

    def write(self, method: str, path: str, body: Body = None, **params: Any) -> Answer:  # noqa: ANN401
        """A request that changes something; may take longer."""
        return self.call(
            method, path, body, params=params, seconds=WRITING_SECONDS, patience=2 * WRITING_SECONDS
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._nodes.close()

    def _copies(
        self, method: str, path: str, params: Mapping[str, Any] | None, tries: int
    ) -> dict[str, str]:
        """Which copies are asked: of nodes that answer, and other ones with each try."""
        usual = (params or {}).get("preference", "")
        if not OF_COPIES.match(f"{method} {path}") or usual == PRIMARY:
            return {}
        if preferred := self._nodes.preference():
            return {"preference": preferred}
        return {"preference": f"{usual}again{tries}"} if tries else {}

    def _asked(
        self,
        node: Node,
        method: str,
        path: str,
        params: Mapping[str, Any],
        body: Any,  # noqa: ANN401
    ) -> Answer:
        """The whole answer of a node to one try."""
        transport = node.client.transport
        try:
            answer = transport.perform_request(method, path, params=params, body=body)
        except SerializationError as error:
            raise _none(self.address) from error
        except RequestError as error:
            if error.error == _THERE:
                raise ConflictError(409, _THERE, error.info) from error
            raise
        if isinstance(answer, bool):
            return {"found": answer}
        if not isinstance(answer, dict):
            raise _none(self.address)
        _require_whole(method, answer)
        return answer

    def _pause(self, tries: _Tries, error: TransportError) -> None:
        """Wait before another try, the longer the more failed; raise where none may help."""
        rounds, left = divmod(len(tries.failed), len(self._nodes))
        if isinstance(error, ConnectionError):
            # Nodes that nobody ever reached are no reason to wait.
            is_passing = self._met or len({*tries.failed}) < len(self._nodes)
        else:
            self._met, is_passing = True, error.status_code in _PASSING
        if told := refusal(self.address, error):
            raise told from error
        if not is_passing or tries.seconds_left() <= _LEAST_SECONDS:
            raise no_answer(self.address, tries.problem or error) from error
        if not left or error.status_code in _PASSING:
            time.sleep(min(_LONGEST_PAUSE_SECONDS, _PAUSE_SECONDS * 2**rounds))


class _Tries:
    """What failed of one request.

    Attributes:
        failed: The nodes that were asked, one for each try.
        problem: What is wrong; what a node says tells more than that another one is gone.
    """

    def __init__(self, patience: float) -> None:
        self._until = time.monotonic() + patience
        self.failed: list[str] = []
        self.problem: TransportError | None = None

    def seconds_left(self) -> float:
        return max(_LEAST_SECONDS, self._until - time.monotonic())

    def add(self, node: Node, error: TransportError) -> None:
        self.failed.append(node.name)
        if self.problem is None or not isinstance(error, ConnectionError):
            self.problem = error


def _none(address: Address) -> ClusterError:
    return ClusterError(f"{address}: what answers there is no OpenSearch; check the address")


def _require_whole(method: str, answer: Answer) -> None:
    """Raise what fails a part of an answer whose status is 200."""
    parts = [*answer.get("docs", ()), *answer.get("responses", ())]
    for error in (part["error"] for part in parts if "error" in part):
        if error.get("type") == NO_INDEX:
            raise NotFoundError(404, NO_INDEX, {"error": error})
        raise TransportError(503, error.get("type", ""), {"error": error})
    # Of a write, copies that failed are thrown away by the cluster.
    if method == "POST" and answer.get("_shards", {}).get("failed"):
        raise TransportError(503, "some shards failed", answer)
