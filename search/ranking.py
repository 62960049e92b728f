"""The order of papers for a question's vector, cut into pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.columns import Mask
from indexer.errors import UsageError
from indexer.generation import Generation
from indexer.vectors import Found
from search.answer import MAX_DEPTH, MAX_LIMIT, SORTS, Sort

MATCHES = 200
"""How many of the nearest papers count as matching: these are what other orders sort."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which stretch of a ranking is wanted, in which order; raises ``UsageError``."""

    limit: int = 10
    offset: int = 0
    sort: Sort = "relevance"

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise UsageError(f"limit {self.limit}: must be from 1 to {MAX_LIMIT}")
        if not 0 <= self.offset <= MAX_DEPTH - self.limit:
            raise UsageError(
                f"offset {self.offset}: must be from 0, and offset + limit at most {MAX_DEPTH}; "
                "narrow the search with filters instead"
            )
        if self.sort not in SORTS:
            raise UsageError(f"sort {self.sort!r}: must be one of {', '.join(SORTS)}")


def rank(generation: Generation, query: NDArray[np.float32], allowed: Mask, page: Page) -> Found:
    """Positions and cosines of a page of the ranking of all ``allowed`` papers.

    ``newest`` and ``upvotes`` reorder the nearest :data:`MATCHES`; what is further away follows
    by relevance, so that pages tile the ranking and as many papers come back as are allowed.
    """
    depth = page.offset + page.limit
    if page.sort == "relevance":
        positions, scores = generation.nearest(query, depth, allowed)
    else:
        positions, scores = generation.nearest(query, max(depth, MATCHES), allowed)
        order = _resorted(generation, positions, page.sort)
        positions, scores = positions[order], scores[order]
    return positions[page.offset : depth], scores[page.offset : depth]


def _resorted(generation: Generation, positions: NDArray[np.int64], sort: Sort) -> NDArray[np.intp]:
    """Places in a ranking by relevance, reordered within the first :data:`MATCHES`."""
    column = "dates" if sort == "newest" else "upvotes"
    values = generation.column(column, positions[:MATCHES])
    first = np.argsort(-values, kind="stable")
    return np.concatenate([first, np.arange(len(first), len(positions))])
