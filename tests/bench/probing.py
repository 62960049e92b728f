"""``python -m tests.bench.probing ADDRESS SECONDS``: how long a service's probes take at most.

This is a process of its own, so that busy clients don't keep the answers waiting. It prints
milliseconds.
"""

from __future__ import annotations

import sys
import time
from http.client import HTTPConnection

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.1


def longest(host: str, seconds: float) -> float:
    """Seconds of the slowest probe, each by a new connection; a probe that fails counts, too."""
    slowest, until = 0.0, time.perf_counter() + seconds
    while (begun := time.perf_counter()) < until:
        connection = HTTPConnection(host, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/readyz")
            connection.getresponse().read()
        except OSError:
            pass  # its time tells
        finally:
            connection.close()
        slowest = max(slowest, time.perf_counter() - begun)
        time.sleep(PAUSE_SECONDS)
    return slowest


if __name__ == "__main__":
    print(1000 * longest(sys.argv[1].removeprefix("http://"), float(sys.argv[2])))  # noqa: T201
