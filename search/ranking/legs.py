"""The two ways of searching: by meaning and by words, each among the papers that are allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.columns import Mask, count
from indexer.local.segments.generation import Generation
from indexer.local.segments.vectors import Found

SPARE = 1.25
"""Times as many hits as should do, since those of one topic may be allowed less often."""


def dense_leg(
    generation: Generation,
    vector: NDArray[np.float32],
    k: int,
    allowed: Mask,
    *,
    exact: bool = False,
) -> Found:
    """The ``k`` allowed papers nearest to a ``(d,)`` unit vector, with their cosines.

    Without ``exact``, with the recall that a large index was built for.
    """
    return generation.nearest(vector, k, allowed, exact=exact)


def few(k: int, held: int) -> int:
    """Up to so many allowed papers of ``held``, words are looked up among their row ids.

    That takes 23 ms for 20,000; above, hits are taken until ``k`` of them are allowed, 127 ms for
    100,000. So both cost the same where as many hits are needed as papers are allowed.
    """
    return int((SPARE * k * held) ** 0.5)


def lexical_leg(generation: Generation, text: str, k: int, allowed: Mask) -> Found:
    """The ``k`` allowed papers with the highest BM25 for a text's words, with their scores."""
    passing = count(allowed)
    if passing == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    if passing <= few(k, len(generation.lexicon)) and passing < len(generation):
        rows = generation.column("rows", np.flatnonzero(allowed))
        found, scores = generation.lexicon.best(text, k, among=rows)
        return generation.positions(found), scores
    # Versions that died and papers that aren't allowed are among the hits: as many more are taken.
    share = passing / len(generation.lexicon)
    while True:
        depth = k if share == 1 else min(int(k / share * SPARE), len(generation.lexicon)) + 1
        rows, scores = generation.lexicon.best(text, depth)
        positions = generation.positions(rows)
        kept = (positions >= 0) & allowed[positions]
        held = count(kept)
        if held >= k or len(rows) < depth:
            return positions[kept][:k], scores[kept][:k]
        share = min((held or 1) / depth, share / 2)
