"""Papers that suit a library: a heap of papers that stand for somebody's taste.

Taste has several topics, and their middle is none of them. So a paper is as near to a library as
it is, in the mean, to the :data:`NEIGHBOURS` papers there that are nearest to it. How near random
papers of the index are in this same way says what that is worth, see ``calibration.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.local.catalog.catalog import Catalog
from indexer.local.segments.columns import Mask, Positions
from indexer.local.segments.generation import Generation
from indexer.models.embedder import Embedder
from indexer.models.recipe import document_text, embed
from indexer.papers.identity import Name, meet, names_of
from indexer.papers.paper import Paper
from search.ranking.calibration import Background, is_far
from search.ranking.examples import AGAINST, SAME

NEIGHBOURS = 3
_BLOCK = 8_192  # papers compared with a library at a time, some 32 MB

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Library:
    """Papers that stand for somebody's taste.

    Attributes:
        held: Positions of those that the index holds.
        near: ``(n, d)`` vectors of all, at least one.
        far: ``(m, d)`` vectors of papers to keep away from.
    """

    held: Positions
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
    papers: Sequence[Paper],
    unlike: Positions,
    generation: Generation,
    catalog: Catalog,
    embedder: Callable[[], Embedder],
) -> Library:
    """Papers found in the index by their ids, DOIs and titles; of the others the text is embedded.

    Args:
        papers: At least one.
        unlike: Papers of the index to keep away from.
        generation: That is asked.
        catalog: Of the same index.
        embedder: Loads the model.
    """
    rows = _rows(papers, catalog)
    at = generation.positions([rows.get(place, 0) for place in range(len(papers))])
    held = np.unique(at[at >= 0])
    near = generation.vectors(held).astype(np.float32)
    texts = [document_text(one) for one, place in zip(papers, at, strict=True) if place < 0]
    if texts:
        near = np.vstack([near, embed(embedder(), texts).vectors.astype(np.float32)])
    return Library(held, near, generation.vectors(unlike).astype(np.float32))


def _rows(papers: Sequence[Paper], catalog: Catalog) -> dict[int, int]:
    """Row ids of papers that the index holds, by their places."""
    told: defaultdict[str, list[tuple[int, Name]]] = defaultdict(list)
    for place, paper in enumerate(papers):
        for name in names_of(paper):
            told[name.name].append((place, name))
    return {
        place: row
        for known, row in catalog.bearers(told)
        for place, name in told[known.name]
        if meet(name, known)
    }


def suiting(
    library: Library, generation: Generation, allowed: Mask, min_score: float
) -> tuple[Positions, NDArray[np.float64]]:
    """Allowed papers outside of a library, the nearest first, and their scores.

    None where even the nearest has nothing to do with it.
    """
    allowed = allowed.copy()
    allowed[library.held] = False
    places = np.flatnonzero(allowed)
    blocks = np.split(places, range(_BLOCK, len(places), _BLOCK))
    near = np.concatenate(
        [library.nearness(generation.vectors(block).astype(np.float32)) for block in blocks]
    )
    order = np.argsort(-near, kind="stable")
    order = order[near[order] > -1]
    if not len(order) or is_far(generation, float(near[order[0]])):
        return places[:0], np.empty(0)
    background = Background(generation, without=library.held)
    scores = background.scale_by(library.nearness).scores(near[order])
    good = scores >= min_score
    return places[order][good], scores[good]
