"""The score that papers are ordered by, step by step; ``docs/searching.md`` tells the whole order.

All of it is worked out without filters, so that a filter only leaves papers out: it changes neither
their order nor which of them are close. All depths are constants, so that the first k never change
with k.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.snapshot import Hits, Keys, Snapshot, Vector
from indexer.where import ALL, Where, without
from search.options import Mode
from search.ranking.close_set import close_set
from search.ranking.fusion import (
    FEEDBACK_PAPERS,
    best_first,
    bonus,
    convex_combination,
    fed_back,
    regularised,
    standardised,
)
from search.ranking.legs import Holders
from search.ranking.ranking import DEPTH, Ranking, among

REGULARISED = 200
"""The first papers that are compared with each other."""
WORDS = 50
"""Of a question that the best three papers pull. A longer text says by itself what is meant:
nDCG@10 of CSFCube, whose questions are whole abstracts, is 0.588 without, and 0.581 with."""
RARE = 1.0
"""The bonus from which on all words are so rare that whoever holds them is close: up to
``sqrt(N / 20)`` papers, 22 of 10,000."""
NARROW = 100
"""Of the first papers so many must pass a filter; else both legs look once more among all that
pass, and what they find follows."""


def ranked(
    snapshot: Snapshot,
    mode: Mode,
    text: str,
    vector: Vector | None,
    dense: Hits,
    lexical: Hits,
    holding: Holders,
) -> Ranking:
    """The legs, to their fixed depth and without filters, as one ranking: steps 2 to 6.

    Args:
        snapshot: That was asked.
        mode: What by.
        text: The words that were looked for.
        vector: ``(d,)``, what was searched for by meaning, if anything.
        dense: What was found by it.
        lexical: What was found by words.
        holding: The papers that hold all words of the text.
    """
    papers = snapshot.about.papers
    zeros = max(0, min(DEPTH, papers) - len(lexical[0]))
    hits = _mixed(mode, dense, lexical, zeros)
    added, holders = bonus(holding.count, papers), hits[0][:0]
    if added:  # where many papers hold all words, they aren't looked for
        holders = holding.among(snapshot, hits[0])
    close = close_set(hits, dense, lexical, holders if added >= RARE else holders[:0])
    if mode == "hybrid":
        best = _raised(hits, holders, added)[0][:FEEDBACK_PAPERS]
        pulled = vector if len(text.split()) <= WORDS else None
        hits = _with_neighbours(snapshot, hits, pulled, dense, best)
    keys, _ = _raised(hits, holders, added)
    first = among(keys, close)
    return Ranking(
        where=ALL,
        mode=mode,
        text=text,
        vector=vector,
        dense=dense,
        lexical=lexical,
        head=np.concatenate([keys[first], keys[~first]]),
        close=close,
    )


def within(snapshot: Snapshot, ranking: Ranking, where: Where) -> Ranking:
    """The papers that pass a filter, in the same order."""
    if where == ALL:
        return ranking
    head = ranking.head[snapshot.passes(ranking.head, where)]
    close = ranking.close[among(ranking.close, head)]
    if ranking.mode == "hybrid" and len(head) < NARROW:
        others = without(where, tuple(head.tolist()))
        head = np.concatenate([head, _found_within(snapshot, ranking, others)])
    return replace(ranking, where=where, head=head, close=close)


def _found_within(snapshot: Snapshot, ranking: Ranking, where: Where) -> Keys:
    """What both legs find among the papers that pass a filter."""
    lexical = snapshot.bm25(ranking.text, DEPTH, where)
    if ranking.vector is None:
        return lexical[0]
    dense = snapshot.nearest(ranking.vector, DEPTH, where)
    return convex_combination(dense, lexical)[0]


def _mixed(mode: Mode, dense: Hits, lexical: Hits, zeros: int) -> Hits:
    """By z-scores: of both legs together, or of one."""
    if mode == "hybrid":
        return convex_combination(dense, lexical, zeros)
    return standardised(dense) if mode == "dense" else standardised(lexical, zeros)


def _with_neighbours(
    snapshot: Snapshot, hits: Hits, question: Vector | None, dense: Hits, best: Keys
) -> Hits:
    """Papers near to the best ones rise among the first, and those near to others that rose."""
    first = np.sort(hits[0][:REGULARISED])
    vectors = snapshot.vectors(first)

    def of(keys: Keys) -> NDArray[np.float32]:
        return vectors[np.searchsorted(first, keys)]

    if question is not None and len(dense[0]):
        best = best[among(best, first)]
        spread = float(dense[1].std())
        hits = fed_back(hits, of(hits[0][: len(first)]), question, of(best), spread)
    return regularised(hits, of(hits[0][: len(first)]))


def _raised(hits: Hits, holders: Keys, added: float) -> Hits:
    """Papers that hold all words of the question rise by the bonus."""
    keys, scores = hits
    return best_first(keys, scores + np.float32(added) * among(keys, holders)) if added else hits
