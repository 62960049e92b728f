"""Which papers are close to a question, as a set: what other orders, facets and digests keep to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.closeness.closeness import SHARE
from indexer.snapshot import Hits, Keys
from search.ranking.ranking import among

CLOSE = 0.4
"""Share of the mean of the best three scores from which a paper is close."""
NEAR = 0.7
"""Share of how near the nearest three are by both legs, for papers that aren't among the few that
hold all words. It leaves out what one leg makes much of where the other finds little, such as
folded clothes for "protein folding". Over MED, Cranfield, CACM, NPL and CSFCube, precision, recall
and F1 are 0.46, 0.42 and 0.35; at 0.65 they are 0.42, 0.48 and 0.35, at 0.75 0.49, 0.36 and 0.33,
and at 0.6 of the very nearest 0.42, 0.45 and 0.33."""
_BEST = 3
_LEAST = 1e-9


def close_set(hits: Hits, dense: Hits, lexical: Hits, holders: Keys) -> Keys:
    """The papers that score well, and are near by both legs or hold all words.

    Args:
        hits: The mixed scores, best first.
        dense: A leg, best first; empty where it wasn't asked.
        lexical: Likewise.
        holders: The few papers that hold all words of the question, if they are few.

    Returns:
        Keys, ascending.
    """
    keys, scores = hits
    least = CLOSE * _of_best(scores) if len(scores) else 0.0
    close = np.sort(keys[scores >= least]) if least > 0 else keys[:0]
    if not len(close) or not len(dense[0]) or not len(lexical[0]):
        return close
    near = _nearness(close, dense, lexical)
    kept: Keys = close[(near >= NEAR * _of_best(near)) | among(close, holders)]
    return kept


def _of_best(scores: NDArray[np.floating]) -> float:
    """The mean of the best three: a single one may stand out, such as the paper that was pasted."""
    return float(np.sort(scores)[-_BEST:].mean())


def _nearness(keys: Keys, dense: Hits, lexical: Hits) -> NDArray[np.float64]:
    """``(n,)``: cosine plus a quarter of the square of the share of the best BM25.

    That share stands in for the coverage (:mod:`indexer.closeness.closeness`), for which all these
    papers would have to be read. Papers that a leg lacks are no nearer than its last.
    """
    cosines = _at(keys, dense, otherwise=float(dense[1][-1]))
    shares = _at(keys, lexical, otherwise=0.0) / max(float(lexical[1][0]), _LEAST)
    near: NDArray[np.float64] = cosines + SHARE * shares**2
    return near


def _at(keys: Keys, leg: Hits, *, otherwise: float) -> NDArray[np.float64]:
    """``(n,)``: a leg's scores of keys, ascending."""
    scores = np.full(len(keys), otherwise)
    by_key = np.argsort(leg[0])
    places = by_key.take(np.searchsorted(leg[0], keys, sorter=by_key), mode="clip")
    found = leg[0][places] == keys
    scores[found] = leg[1][places[found]]
    return scores
