"""The papers of highest BM25 among those that pass.

Tantivy works the scores out (``segments/lexicon.py``; ``memory/bm25.py`` has the formula in plain
Python). Its lexicon holds versions of papers that are dead or don't pass, so more hits are taken.
"""

from __future__ import annotations

import numpy as np

from indexer.local.segments.columns import Mask, count
from indexer.local.segments.generation import Generation
from indexer.snapshot import Hits

SPARE = 1.25
"""Times as many hits as should do, since those of one topic may pass less often."""


def few(k: int, held: int) -> int:
    """Up to so many passing papers of ``held``, words are looked up among their row ids.

    That takes 23 ms for 20,000; above, hits are taken until ``k`` of them pass, 127 ms for
    100,000. So both cost the same where as many hits are needed as papers pass.
    """
    return int((SPARE * k * held) ** 0.5)


def bm25(generation: Generation, text: str, k: int, passing: Mask) -> Hits:
    """The ``k`` passing papers with the highest BM25 for a text's words, with their scores."""
    papers = count(passing)
    if papers == 0 or k <= 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    if papers <= few(k, len(generation.lexicon)) and papers < len(generation):
        rows = generation.column("rows", np.flatnonzero(passing))
        found, scores = generation.lexicon.best(text, k, among=rows)
        return generation.positions(found), scores
    # Versions that died and papers that don't pass are among the hits: as many more are taken.
    share = papers / len(generation.lexicon)
    while True:
        depth = k if share == 1 else min(int(k / share * SPARE), len(generation.lexicon)) + 1
        rows, scores = generation.lexicon.best(text, depth)
        positions = generation.positions(rows)
        kept = (positions >= 0) & passing[positions]
        held = count(kept)
        if held >= k or len(rows) < depth:
            return positions[kept][:k], scores[kept][:k]
        share = min((held or 1) / depth, share / 2)
