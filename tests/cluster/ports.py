"""Ports for nodes."""

from __future__ import annotations

import random
import socket

from tests.cluster.errors import ClusterError


def free_ports(count: int) -> list[int]:
    """Ports that nothing uses.

    They lie below those that the system gives to clients: a node that is dead for a while would
    lose its port to one of them.
    """
    # Hypothesis seeds the module's own generator, so two runs would try the same ports.
    candidates = random.SystemRandom().sample(range(10_000, 32_000), 20 * count)
    found = [port for port in candidates if _is_free(port)][:count]
    if len(found) < count:
        raise ClusterError("no free ports between 10000 and 32000")
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
