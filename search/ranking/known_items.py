"""What a question names outright: a paper by its title, an author by name."""

from __future__ import annotations

import numpy as np
from rapidfuzz import fuzz

from indexer.local.catalog.catalog import Catalog
from indexer.local.segments.columns import Mask, Positions, title_hash
from indexer.local.segments.generation import Generation
from indexer.papers.folding import words
from search.ranking.ranking import Ranking

NEAR = 90.0
"""Of 100: how alike a question and a title must be to be the same title, misspelt. One typo in 20
letters leaves 95; titles that differ by a word of six in 40 letters have 85."""
LEAST_LETTERS = 12
"""Shorter titles are too easily alike."""
LOOKED_AT = 20
"""Papers whose titles are compared: a title with a typo is among the best by words and meaning."""
NAME_WORDS = range(2, 7)


def titled(generation: Generation, catalog: Catalog, ranking: Ranking, asked: str) -> Positions:
    """Papers whose title the question is, word for word or nearly, most alike first."""
    key = np.uint64(title_hash(asked))
    if not words(asked):
        return np.empty(0, np.int64)
    same = np.flatnonzero(generation.mask(lambda columns: columns.titles == key) & ranking.allowed)
    if len(same):
        return same
    return _nearly_titled(generation, catalog, ranking.head[:LOOKED_AT], asked)


def _nearly_titled(
    generation: Generation, catalog: Catalog, candidates: Positions, asked: str
) -> Positions:
    question = " ".join(words(asked))
    if len(question) < LEAST_LETTERS:
        return np.empty(0, np.int64)
    titles = catalog.titles(generation.column("rows", candidates).tolist())
    alike = np.array([fuzz.ratio(question, " ".join(words(title))) for title in titles])
    order = np.argsort(-alike, kind="stable")
    return candidates[order[alike[order] >= NEAR]]


def written_by(generation: Generation, asked: str) -> Mask | None:
    """Papers by the author whose whole name the question is; ``None`` if it is no author's."""
    if len(words(asked)) not in NAME_WORDS:
        return None
    mask = generation.mask(lambda columns: columns.named(asked)) & generation.live
    return mask if mask.any() else None
