"""What some papers and a text have in common, and others have not: a place to search from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.models.recipe import document_text
from indexer.papers.folding import title_hash
from indexer.snapshot import Keys, Snapshot, Vector
from search.ranking.fusion import rocchio
from search.ranking.ranking import Ranking, fold

AGAINST = 0.15
"""Weight of the papers to move away from, against 1 for those to be near to, as Rocchio had it.
nDCG@10 on `csfcube`: 0.587 without, 0.592 at 0.1, 0.589 at 0.25, 0.580 at 0.4. (A second example
gives 0.598, a third 0.614.)"""
SAME = 0.97
"""Cosine from which two papers are one: a version, a reprint, a translation of the record."""
SAME_TITLE = 0.85
"""The same for two papers of one title; "Introduction" is the title of many."""
FOLDED_AMONG = 200
"""How far down a ranking near-duplicates are looked for."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What a similar-papers look-up starts from.

    Attributes:
        near: ``(n, d)`` vectors of the papers to be near to, and of a text if there is one.
        far: ``(m, d)`` vectors of the papers to move away from.
        words: Text whose words are looked for.
    """

    near: NDArray[np.float32]
    far: NDArray[np.float32]
    words: str

    def vector(self) -> NDArray[np.float32] | None:
        """The ``(d,)`` unit vector to search from; ``None`` where only words are known."""
        if not len(self.near):
            return None
        middle = self.near.mean(axis=0)
        return rocchio(middle, self.near[:0], self.far, against=AGAINST)


def examples(
    snapshot: Snapshot, near: Keys, far: Keys, text: str, text_vector: Vector | None
) -> Examples:
    """Gather vectors and words of papers, and of a text."""
    vectors = snapshot.vectors(near)
    if text_vector is not None:
        vectors = np.vstack([vectors, text_vector[None]])
    words = "\n".join([text, *map(document_text, snapshot.papers(near))])
    return Examples(vectors, snapshot.vectors(far), words)


def fold_duplicates(
    snapshot: Snapshot, ranking: Ranking, asked: NDArray[np.float32]
) -> tuple[Ranking, dict[int, list[int]]]:
    """A ranking without near-duplicates: of better papers, and of those asked about.

    Args:
        snapshot: That was ranked.
        ranking: Its first :data:`FOLDED_AMONG` papers are compared.
        asked: ``(n, d)`` vectors of the papers asked about.

    Returns:
        The ranking, and for papers that stay those that they now stand for.
    """
    ranking = _without_copies(snapshot, ranking, asked)
    head = ranking.head[:FOLDED_AMONG]
    if not len(head):
        return ranking, {}
    vectors = snapshot.vectors(head)
    titles = snapshot.values("title_key", head)
    cosines = vectors @ vectors.T
    same = cosines >= SAME
    titled = titles != np.uint64(title_hash(""))
    same |= (titles[:, None] == titles[None, :]) & titled & (cosines >= SAME_TITLE)
    first = np.argmax(same, axis=1)  # the best paper that each one equals, maybe itself
    while (first[first] != first).any():
        first = first[first]
    kept = first == np.arange(len(head))
    folded: dict[int, list[int]] = {}
    for place in np.flatnonzero(~kept):
        folded.setdefault(int(head[first[place]]), []).append(int(head[place]))
    return fold(ranking, _with_rest(kept, ranking)), folded


def _without_copies(snapshot: Snapshot, ranking: Ranking, asked: NDArray[np.float32]) -> Ranking:
    """A paper that equals one asked about is no neighbour of it."""
    head = ranking.head[:FOLDED_AMONG]
    if not (len(head) and len(asked)):
        return ranking
    vectors = snapshot.vectors(head)
    return fold(ranking, _with_rest((vectors @ asked.T).max(axis=1) < SAME, ranking))


def _with_rest(kept: NDArray[np.bool_], ranking: Ranking) -> NDArray[np.bool_]:
    """The same for the whole head: what is further down stays."""
    return np.concatenate([kept, np.ones(len(ranking.head) - len(kept), np.bool_)])
