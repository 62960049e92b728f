"""How near papers are to what was asked, and whether anything in the index is close at all.

The same on every question and every index of a model, see :mod:`indexer.closeness.closeness`; the
order of an answer doesn't follow from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.closeness.closeness import SHARE, Question, fifth, nearness
from indexer.papers.paper import Paper
from indexer.snapshot import Keys, Snapshot, Vector
from search.ranking.ranking import Ranking

HALF = 0.5
"""By words alone: the share of a question's words, by their rarity, that some paper must hold."""


class Closeness:
    """How near papers are to one request.

    Args:
        snapshot: That was asked.
        ranking: What was found, without named papers that say nothing of nearness.
        typed: The words of whoever asked, and not of papers.
    """

    def __init__(self, snapshot: Snapshot, ranking: Ranking, typed: str) -> None:
        self._snapshot, self._ranking = snapshot, ranking
        self._question = Question(snapshot, "" if ranking.is_listing else typed)
        self._by_meaning = ranking.mode == "dense"

    @property
    def is_far(self) -> bool:
        """Whether even the nearest papers have nothing to do with what was asked."""
        ranking = self._ranking
        if ranking.named or ranking.is_listing or ranking.ends:
            return False
        far = self._snapshot.calibration.far
        if ranking.vector is None or ranking.mode == "lexical":  # nothing was found by meaning
            best = self._question.best(ranking.lexical[0])
            return bool(self._question.weights) and best < HALF
        if not self._question.weights:  # of papers: one neighbour will do
            cosines = ranking.dense[1]
            return len(cosines) > 0 and float(cosines[0]) < far
        cosine = fifth(ranking.dense)
        if cosine >= far:  # words can only bring papers nearer
            return False
        return nearness(cosine, self._question.best(ranking.lexical[0])) < far

    def scores(self, keys: Keys, papers: Sequence[Paper]) -> NDArray[np.float64]:
        """``(n,)`` scores of papers, 0 to 1; 1 where nothing but filters was asked."""
        if self._ranking.vector is None and not self._ranking.text:
            return np.ones(len(keys))
        vector = self._ranking.vector
        if vector is not None and self._by_meaning:
            return np.clip(self._cosines(keys, vector).astype(np.float64), 0, 1)
        covered = self._question.of_papers(papers)
        if vector is None:
            return covered
        return np.clip(self._cosines(keys, vector) + SHARE * covered**2, 0, 1)

    def reach(self, keys: Keys, least: float) -> NDArray[np.bool_]:
        """``(n,)``: which papers score at least so much."""
        wanted = np.ones(len(keys), np.bool_)
        vector = self._ranking.vector
        if vector is not None:  # what coverage can't make up for isn't read
            wanted = self._cosines(keys, vector) >= least - SHARE
        read = keys[wanted]
        wanted[wanted] = self.scores(read, self._snapshot.papers(read)) >= least
        return wanted

    def _cosines(self, keys: Keys, vector: Vector) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._snapshot.vectors(keys)
        return vectors @ vector
