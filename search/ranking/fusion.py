"""Several rankings into one: pure functions, each with its formula and its source.

A leg is what one way of searching found: keys and scores, best first. Of papers that only one
leg found, the other is taken to have thought as badly as of its last one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.snapshot import Hits
from search.ranking.ranking import union

Scores = NDArray[np.floating[Any]]

DENSE_WEIGHT = 0.55
"""Share of meaning against words. Macro nDCG@10 over six collections with feedback: 0.590 at 0.5,
0.594 at 0.55 and at 0.6; Recall@20 of `litsearch-dev`: 0.658, 0.663, 0.647."""
FEEDBACK_PAPERS = 3
FEEDBACK_WEIGHT = 0.6
"""Of the mean of the first papers against the question. Among the first 200 alone, before they are
regularised: nDCG@10 of MED 0.808 to 0.814, Cranfield 0.436 to 0.447, CACM 0.579 to 0.595. A
second vector search gains 0.001 more on average."""
NEIGHBOURS, NEIGHBOUR_WEIGHT = 5, 0.2
_LEAST_WEIGHT = 1e-6
DECIMALS = 5
"""Of scores that are compared. Rounding of float32, magnified by z-scores, is in the sixth."""
ALL_WORDS, COMMON, FEWEST = 2.0, 20, 100
"""What the one paper that holds all words gets; the share of papers, a twentieth, from which on it
is nothing; up to how many papers nothing is given."""


def z_scores(scores: Scores, zeros: int = 0) -> NDArray[np.float64]:
    """``(s - mean) / standard deviation`` of a leg's scores; zeros where all are equal.

    Unlike min-max, one outlier doesn't squeeze the rest together. Among the normalisations of
    Lee, "Analyses of Multiple Evidence Combination", SIGIR 1997; Montague & Aslam, CIKM 2001.

    Args:
        scores: ``(n,)``.
        zeros: Papers that score 0 and count beside them, so that the few that hold a rare word
            stand out. One zero's score comes last.
    """
    wide = np.append(scores.astype(np.float64), 0.0) if zeros else scores.astype(np.float64)
    if not len(wide):
        return wide
    weights = np.ones(len(wide))
    weights[-1] = zeros or 1
    mean = float(np.average(wide, weights=weights))
    deviation = float(np.average((wide - mean) ** 2, weights=weights)) ** 0.5
    return np.zeros_like(wide) if deviation < 1e-9 else (wide - mean) / deviation


def convex_combination(
    dense: Hits, lexical: Hits, zeros: int = 0, weight: float = DENSE_WEIGHT
) -> Hits:
    """``w × z(dense) + (1 - w) × z(lexical)``, best first.

    Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023: a
    convex combination beats rank fusion within and across domains. Measured here likewise.

    Args:
        dense: A leg.
        lexical: A leg.
        zeros: How many papers hold no word and count in the lexical leg as 0.
        weight: ``w``.
    """
    keys = union(dense[0], lexical[0])
    fused = weight * _spread(keys, dense, 0) + (1 - weight) * _spread(keys, lexical, zeros)
    return best_first(keys, fused)


def standardised(leg: Hits, zeros: int = 0) -> Hits:
    """A leg alone, with its z-scores."""
    return leg[0], z_scores(leg[1], zeros)[: len(leg[0])].astype(np.float32)


def fed_back(
    hits: Hits,
    vectors: NDArray[np.float32],
    question: NDArray[np.float32],
    best: NDArray[np.float32],
    spread: float,
) -> Hits:
    """The first papers as the question has them, moved towards the best ones (:func:`rocchio`).

    Their cosines to it take the place of those before, with the same mean and deviation; what is
    behind these papers stays behind.

    Args:
        hits: Of both legs, best first.
        vectors: ``(n, d)``, unit length, of the first ``n`` papers.
        question: ``(d,)``, unit length.
        best: ``(m, d)``, of the papers that it is moved towards.
        spread: The standard deviation of the dense leg's cosines.
    """
    count = len(vectors)
    if count <= len(best) or spread < _LEAST_WEIGHT:
        return hits
    before = (vectors @ question).astype(np.float64)
    after = (vectors @ rocchio(question, best)).astype(np.float64)
    after = before.mean() + z_scores(after) * before.std()
    moved = hits[1][:count] + DENSE_WEIGHT * (after - before) / spread
    return _first_moved(hits, moved)


def regularised(hits: Hits, vectors: NDArray[np.float32]) -> Hits:
    """The first papers agree with those near to them: ``0.8 s + 0.2 × mean of 5 neighbours``.

    Diaz, "Regularizing Ad Hoc Retrieval Scores", CIKM 2005. The mean is weighted by cosines, to
    :data:`DECIMALS`; of equally near papers the better one counts. What is behind these papers
    stays behind.

    Args:
        hits: Best first.
        vectors: ``(n, d)``, unit length, of the first ``n`` papers.
    """
    count = len(vectors)
    if count <= 1:
        return hits
    nearness = np.round(vectors @ vectors.T, DECIMALS)
    np.fill_diagonal(nearness, -np.inf)
    nearest, weights = _highest(nearness, min(NEIGHBOURS, count - 1))
    weights = np.maximum(weights, _LEAST_WEIGHT)
    own = hits[1][:count].astype(np.float64)
    means = (weights * own[nearest]).sum(axis=1) / weights.sum(axis=1)
    return _first_moved(hits, (1 - NEIGHBOUR_WEIGHT) * own + NEIGHBOUR_WEIGHT * means)


def _highest(values: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """``(n, k)`` places of the highest of each row and what stands there; overwrites ``values``.

    One after the other: a fifth of the time of ``np.argpartition`` for five of 200.
    """
    rows = np.arange(len(values))
    places = np.empty((len(values), k), np.int64)
    found = np.empty((len(values), k), np.float32)
    for column in range(k):
        best = values.argmax(axis=1)
        places[:, column], found[:, column] = best, values[rows, best]
        values[rows, best] = -np.inf
    return places, found


def _first_moved(hits: Hits, moved: NDArray[np.float64]) -> Hits:
    """The first papers by other scores; what is behind them stays behind, in its order."""
    keys, scores = hits
    count = len(moved)
    first, raised = best_first(keys[:count], moved)
    behind = np.minimum(scores[count:], np.float32(moved.min()))
    return np.concatenate([first, keys[count:]]), np.concatenate([raised, behind])


def bonus(holders: int, papers: int) -> float:
    """What is added to the score of each of so few ``holders`` of all words, among ``papers``.

    ``2 × log(N / 20n) / log(N / 20)``: 2 for the only one, 0 from a twentieth of the papers on.
    """
    if papers <= FEWEST or not holders:
        return 0.0
    spread = float(np.log(papers / COMMON))
    return max(0.0, ALL_WORDS * (1 - float(np.log(holders)) / spread))


def _spread(keys: NDArray[np.int64], leg: Hits, zeros: int) -> NDArray[np.float64]:
    """A leg's z-scores at ``keys``; where it has none, that of a zero, else its lowest."""
    normal = z_scores(leg[1], zeros)
    spread = np.full(len(keys), normal[-1] if len(normal) else 0.0)
    spread[np.searchsorted(keys, leg[0])] = normal[: len(leg[0])]
    return spread


def best_first(keys: NDArray[np.int64], scores: Scores) -> Hits:
    """By falling score, equal scores by key.

    Scores are equal if they are to :data:`DECIMALS`: processors add in different orders.
    """
    ascending = np.argsort(keys)  # two sorts of one array each take half of what ``lexsort`` does
    order = ascending[np.argsort(-np.round(scores[ascending], DECIMALS), kind="stable")]
    return keys[order], scores[order].astype(np.float32)


def rocchio(
    question: NDArray[np.float32],
    nearer: NDArray[np.float32],
    further: NDArray[np.float32] | None = None,
    *,
    weight: float = FEEDBACK_WEIGHT,
    against: float = 0.0,
) -> NDArray[np.float32]:
    """The unit vector ``question + weight × mean(nearer) - against × mean(further)``.

    Vectors are ``(d,)`` and ``(n, d)``. Rocchio, "Relevance Feedback in Information Retrieval",
    1971; for dense retrieval Li et al., "Pseudo Relevance Feedback with Deep Language Models and
    Dense Retrievers", TOIS 2023.
    """
    moved = question.astype(np.float64)
    if len(nearer):
        moved = moved + weight * nearer.mean(axis=0)
    if further is not None and len(further):
        moved = moved - against * further.mean(axis=0)
    length = float(np.linalg.norm(moved))
    return np.asarray(moved / length if length > 1e-9 else question, np.float32)
