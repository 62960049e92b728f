"""Papers in an order that no question gives, without sorting all of a large index for one page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.columns import Mask, Positions
from indexer.local.segments.generation import Generation


def newest(generation: Generation, passing: Mask, depth: int) -> Positions:
    """The first ``depth`` passing papers by falling date, then by position."""
    return _first(np.flatnonzero(passing), generation.gather("dates", passing), depth)


def most_upvoted(generation: Generation, passing: Mask, depth: int) -> Positions:
    """The first ``depth`` passing papers by falling upvotes, then date, then by position."""
    upvotes = generation.gather("upvotes", passing).astype(np.int64)
    values = (upvotes << 32) + generation.gather("dates", passing)
    return _first(np.flatnonzero(passing), values, depth)


def _first(places: Positions, values: NDArray[np.signedinteger], depth: int) -> Positions:
    """The ``depth`` places of the highest values, equal ones in their order."""
    if 0 < depth < len(values):
        # All that may be among the first: more than asked for where equal values straddle the end.
        least = np.partition(values, len(values) - depth)[len(values) - depth]
        kept = values >= least
        places, values = places[kept], values[kept]
    return places[np.argsort(-values.astype(np.int64), kind="stable")[:depth]]
