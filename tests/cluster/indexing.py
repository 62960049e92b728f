"""Indexes one file after another, says how far it is, and may be killed at any time.

``python -m tests.cluster.indexing ADDRESS ACKNOWLEDGED`` reads paths from its input and says
``done`` after each; the file ACKNOWLEDGED says how many papers of it were acknowledged. Batches are
small and leases short.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from indexer import batches, pipeline
from indexer.opensearch.writing import lease
from indexer.progress import Silent, Tally

BATCH = 20  # papers, so that a file of 120 is six commits
LEASE_SECONDS = 1.0


class Acknowledging(Silent):
    """Writes down how many papers were acknowledged, before anything else happens."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        os.pwrite(self._descriptor, f"{tally.added + tally.updated:09d}".encode(), 0)


def main(address: str, acknowledged: Path) -> None:
    batches.BATCH, pipeline.PUBLISH_SECONDS = BATCH, 0.0
    vars(lease)["LEASE_SECONDS"] = LEASE_SECONDS
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        listener = Acknowledging(acknowledged)
        pipeline.add(address, [line.strip()], model="hashing", listener=listener)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
