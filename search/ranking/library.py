"""Papers that suit a library: a heap of papers that stand for somebody's taste.

Taste has several topics, and their middle is none of them. So a paper is as near to a library as
it is, in the mean, to the :data:`NEIGHBOURS` papers there that are nearest to it. How near random
papers of the index are in this same way says what that is worth, see ``background.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.models.embedder import Embedder, unit_rows
from indexer.models.recipe import document_text, embed
from indexer.neighbours import parts_of
from indexer.papers.paper import Paper
from indexer.snapshot import Keys, Snapshot
from indexer.where import Where, without
from search.ranking.background import Background, is_far
from search.ranking.examples import AGAINST, SAME
from search.ranking.ranking import NO_KEYS

NEIGHBOURS = 3
MOST = 50_000
"""Papers that are all compared. Of more, those that are nearest to the topics of the library: a
cluster would have to send every vector."""
TOPICS, PER_TOPIC = 16, 500
_BLOCK = 8_192  # papers compared with a library at a time, some 32 MB

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Library:
    """Papers that stand for somebody's taste.

    Attributes:
        held: Those that the index holds.
        near: ``(n, d)`` vectors of all, at least one.
        far: ``(m, d)`` vectors of papers to keep away from.
    """

    held: Keys
    near: Vectors
    far: Vectors

    def nearness(self, vectors: Vectors) -> NDArray[np.float32]:
        """How near ``(n, d)`` vectors are, ``(n,)``; -1 for copies of what is in it."""
        cosines = vectors @ self.near.T
        nearest = min(NEIGHBOURS, len(self.near))
        first = np.partition(cosines, -nearest, axis=1)[:, -nearest:]
        near = first.mean(axis=1)
        if len(self.far):
            near = near - AGAINST * (vectors @ self.far.T).max(axis=1)
        return np.where(first.max(axis=1) < SAME, near, np.float32(-1))


def library_of(
    snapshot: Snapshot, papers: Sequence[Paper], unlike: Keys, embedder: Callable[[], Embedder]
) -> Library:
    """Papers found in the index by their ids, DOIs and titles; of the others the text is embedded.

    Args:
        snapshot: That is asked.
        papers: At least one.
        unlike: Papers of the index to keep away from.
        embedder: Loads the model.
    """
    found = snapshot.match(papers)
    held = np.unique(found[found >= 0])
    near = snapshot.vectors(held)
    texts = [document_text(one) for one, key in zip(papers, found, strict=True) if key < 0]
    if texts:
        near = np.vstack([near, embed(embedder(), texts).vectors.astype(np.float32)])
    return Library(held, near, snapshot.vectors(unlike))


def suiting(
    library: Library, snapshot: Snapshot, where: Where, min_score: float
) -> tuple[Keys, NDArray[np.float64]]:
    """Papers outside of a library, the nearest first, and their scores.

    None where even the nearest has nothing to do with it.
    """
    blocks = _candidates(library, snapshot, without(where, tuple(library.held.tolist())))
    if not blocks:
        return NO_KEYS, np.empty(0)
    near = np.concatenate([library.nearness(snapshot.vectors(block)) for block in blocks])
    order = np.argsort(-near, kind="stable")
    order = order[near[order] > -1]
    if not len(order) or is_far(snapshot, float(near[order[0]])):
        return NO_KEYS, np.empty(0)
    background = Background(snapshot, without=library.held)
    scores = background.scale_by(library.nearness).scores(near[order])
    good = scores >= min_score
    return np.concatenate(blocks)[order][good], scores[good]


def _candidates(library: Library, snapshot: Snapshot, where: Where) -> list[Keys]:
    """Papers that may suit, ascending, in blocks."""
    if snapshot.count(where) <= MOST:
        return list(snapshot.scan(where, _BLOCK))
    nearest = [snapshot.nearest(topic, PER_TOPIC, where)[0] for topic in _topics(library.near)]
    keys = np.unique(np.concatenate(nearest))
    return [keys[first : first + _BLOCK] for first in range(0, len(keys), _BLOCK)]


def _topics(vectors: Vectors) -> Vectors:
    """``(t, d)``: the middles of at most :data:`TOPICS` groups of vectors."""
    if len(vectors) <= TOPICS:
        return vectors
    groups = parts_of(vectors.astype(np.float64), TOPICS)
    middles = [vectors[groups == group].mean(axis=0) for group in np.unique(groups)]
    return unit_rows(np.array(middles))
