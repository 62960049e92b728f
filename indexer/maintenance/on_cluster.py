"""Upkeep of an index on a cluster, for the commands that read files where it is in a folder."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice

from indexer.location import cluster_store
from indexer.opensearch.address import Address
from indexer.progress import Listener, Silent, Tally


def purge(address: Address) -> int:
    """Delete what was removed; the generation."""
    with closing(cluster_store(address)) as store:
        from indexer.opensearch import upkeep

        return upkeep.purge(store)


def rewrite(address: Address, listener: Listener | None) -> int:
    """Write all papers anew; the new generation."""
    tally, told, started = Tally(), listener or Silent(), time.monotonic()

    def advanced(count: int, share: float) -> None:
        tally.updated += count
        tally.seconds = time.monotonic() - started
        told.advanced(tally, share)

    with closing(cluster_store(address)) as store:
        from indexer.opensearch import upkeep

        return upkeep.rewrite(store, advanced)


def problems(address: Address, most: int) -> list[tuple[str, str, str]]:
    """Parts, what is wrong with them, and the command that mends it."""
    with closing(cluster_store(address)) as store:
        from indexer.opensearch import inspection

        return [
            (one.part, one.problem, f"nearpaper rebuild --index {address}" if one.rebuild else "")
            for one in islice(inspection.problems(store), most)
        ]
