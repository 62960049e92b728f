"""Known-item search: a paper that a question names by its title, an author it names by name."""

from __future__ import annotations

import numpy as np
from rapidfuzz import fuzz

from indexer.papers.folding import words
from indexer.store import Keys, Snapshot
from indexer.where import Has, TitleIs, both
from search.limits import MAX_DEPTH
from search.ranking.ranking import NO_KEYS, Ranking

NEAR = 90.0
"""Of 100: how alike a question and a title must be to be the same title, misspelt. One typo in 20
letters leaves 95; titles that differ by a word of six in 40 letters have 85."""
LEAST_LETTERS = 12
"""Shorter titles are too easily alike."""
LOOKED_AT = 20
"""Papers whose titles are compared: a title with a typo is among the best by words and meaning."""
NAME_WORDS = range(2, 7)


def titled(snapshot: Snapshot, ranking: Ranking, asked: str) -> Keys:
    """Papers whose title the question is, word for word or nearly, most alike first."""
    if not words(asked):
        return NO_KEYS
    same = snapshot.ordered("added", MAX_DEPTH, both(ranking.where, TitleIs(asked)))
    return same if len(same) else _nearly_titled(snapshot, ranking.head[:LOOKED_AT], asked)


def _nearly_titled(snapshot: Snapshot, candidates: Keys, asked: str) -> Keys:
    question = " ".join(words(asked))
    if len(question) < LEAST_LETTERS:
        return NO_KEYS
    titles = snapshot.values("title", candidates).tolist()
    alike = np.array([fuzz.ratio(question, " ".join(words(title))) for title in titles])
    order = np.argsort(-alike, kind="stable")
    return candidates[order[alike[order] >= NEAR]]


def written_by(snapshot: Snapshot, ranking: Ranking, asked: str) -> Keys:
    """Papers by the author whose whole name the question is: in the ranking's order, then newest.

    None if it is no author's.
    """
    if len(words(asked)) not in NAME_WORDS:
        return NO_KEYS
    author = both(ranking.where, Has("author", asked, whole=True))
    papers = snapshot.ordered("newest", MAX_DEPTH, author)
    in_head = ranking.head[np.isin(ranking.head, papers)]
    return np.concatenate([in_head, papers[~np.isin(papers, in_head)]])
