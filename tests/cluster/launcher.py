"""A real OpenSearch cluster on loopback."""

from __future__ import annotations

import atexit
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cluster.distribution import cache_folder, find_distribution, open_java
from tests.cluster.errors import ClusterError
from tests.cluster.health import is_green, recover_again
from tests.cluster.java import find_java
from tests.cluster.node import Node
from tests.cluster.ports import free_ports

GREEN_SECONDS = 180.0
STILL_SECONDS = 45.0
"""After which a recovery is begun anew; that of these small indexes takes a few."""
POLL_SECONDS = 0.2


class Cluster:
    """Some nodes, numbered from 1, without keys or TLS.

    ::

        with Cluster() as cluster:
            OpenSearch([f"http://{address}" for address in cluster.addresses])

    No node outlives the process, however that ends.

    Args:
        count: How many nodes.
        heap: Java's heap for each.
        folder: Where data are kept; a temporary folder if ``None``.
        full_speed: Lets Java optimise all it can, for measurements: green in twice the time.

    Raises:
        MissingError: This machine lacks Java, Maven or setpriv.
    """

    def __init__(
        self,
        count: int = 3,
        *,
        heap: str = "512m",
        folder: Path | None = None,
        full_speed: bool = False,
    ) -> None:
        java, cache = find_java(), cache_folder()
        self._start = partial(
            Node.start,
            java=open_java(java, cache),
            distribution=find_distribution(java, cache),
            heap=heap,
            full_speed=full_speed,
        )
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="nearpaper-")
        if self._temporary is not None:
            folder = Path(self._temporary.name)
            folder.chmod(0o711)  # the nodes of root aren't root's
        assert folder is not None
        ports = free_ports(2 * count)
        names = [f"node{number}" for number in range(1, count + 1)]
        shared = {
            "cluster.name": "nearpaper",
            "network.host": "127.0.0.1",
            "discovery.seed_hosts": [f"127.0.0.1:{port}" for port in ports[count:]],
            "cluster.initial_cluster_manager_nodes": names,
            # A disk that is almost full is no matter here.
            "cluster.routing.allocation.disk.threshold_enabled": False,
            # A copy whose recovery began while nodes restarted sometimes stands still for half an
            # hour by default, though the other copy answers.
            "indices.recovery.internal_action_timeout": "10s",
            "indices.recovery.recovery_activity_timeout": "20s",
        }
        self._nodes = [
            Node(
                folder.resolve() / name,
                port,
                {**shared, "node.name": name, "transport.port": transport},
            )
            for name, port, transport in zip(names, ports, ports[count:], strict=False)
        ]
        self._started: set[Node] = set()
        # The system ends the nodes with the thread that started them, so this one starts them all.
        self._starter = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        atexit.register(self.stop)
        try:
            for number in range(1, len(self._nodes) + 1):
                self.revive(number)
            self.wait_green()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def addresses(self) -> list[str]:
        """``127.0.0.1:PORT`` of each node, in the order of their numbers."""
        return [f"127.0.0.1:{node.port}" for node in self._nodes]

    @property
    def logs(self) -> list[Path]:
        """Where each node writes what happens, in the order of their numbers."""
        return [node.log for node in self._nodes]

    def kill(self, number: int) -> None:
        """Kills a node (SIGKILL) and waits until it is gone."""
        node = self._node(number)
        self._started.discard(node)
        node.send(signal.SIGKILL)
        node.wait()

    def revive(self, number: int) -> None:
        """Starts a node that was killed, with the data and at the address that it had."""
        node = self._node(number)
        if node.running:
            raise ClusterError(f"node {number} is running")
        self._starter.submit(self._start, node).result()
        self._started.add(node)

    def pause(self, number: int) -> None:
        """Stops a node in its tracks (SIGSTOP): it takes connections and answers none."""
        self._node(number).pause()

    def resume(self, number: int) -> None:
        """Lets a paused node go on."""
        self._node(number).send(signal.SIGCONT)

    def restore(self) -> None:
        """Revives and resumes all nodes, and waits until they are green."""
        for number, node in enumerate(self._nodes, 1):
            if node.running:
                self.resume(number)
            else:
                self.revive(number)
        self.wait_green()

    def wait_green(self, seconds: float = GREEN_SECONDS) -> None:
        """Waits until each node that wasn't killed says that they all are green together.

        Raises:
            ClusterError: They weren't in time, or one ended by itself; with the ends of all logs.
        """
        until = time.monotonic() + seconds
        again = time.monotonic() + STILL_SECONDS
        waiting = set(self._started)
        while waiting:
            if not all(node.running for node in set(self._started)):
                raise ClusterError(self._with_logs("a node ended"))
            if time.monotonic() > until:
                raise ClusterError(self._with_logs(f"not green within {seconds:.0f} seconds"))
            waiting -= {node for node in waiting if is_green(node.port, len(self._started))}
            if waiting and time.monotonic() > again:
                again += STILL_SECONDS
                with suppress(OSError, HTTPException):
                    recover_again(next(iter(waiting)).port)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ends all nodes; data in a temporary folder go, too."""
        for node in self._started:
            node.terminate()
        for node in self._started:
            node.end()
        self._started.clear()
        self._starter.shutdown()
        if self._temporary is not None:
            self._temporary.cleanup()
        atexit.unregister(self.stop)

    def _node(self, number: int) -> Node:
        if not 1 <= number <= len(self._nodes):
            raise ClusterError(f"node {number}: there are nodes 1 to {len(self._nodes)}")
        return self._nodes[number - 1]

    def _with_logs(self, wrong: str) -> str:
        return "\n".join([f"OpenSearch: {wrong}", *(node.last_words() for node in self._nodes)])
