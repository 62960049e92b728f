"""Why each paper of a page ranks where it does, and what to show of its abstract."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.errors import ModelError
from indexer.papers.paper import Paper
from indexer.snapshot import Hits, Keys, Snapshot
from search.answer.excerpt import WHOLE, Excerpt, excerpt, weights
from search.answer.explain import LegRank, nearest_sentences, why
from search.answer.highlight import Span, Stem, marks
from search.answer.marking import marked_stems
from search.options import Explain
from search.ranking.encoder import Encoder
from search.ranking.ranking import Ranking
from search.stopping import require_wanted

Sentence = tuple[str, float] | None
"""The nearest sentence of an abstract, and its cosine."""
MOST_WORDS = 50_000
"""Words whose stems are remembered: some 5 MB."""
EXPLAINED_TOGETHER = 8
"""Papers whose sentences are encoded at once: a fifth of a second, after which whoever asked may
turn out to be gone."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Of one paper.

    Attributes:
        why: As JSON holds it; empty where nobody asks.
        excerpt: What to show of the abstract first.
    """

    why: dict[str, Any]
    excerpt: Excerpt = WHOLE


class Reasons:
    """Finds reasons. Safe to use from many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._explaining = threading.Lock()
        self._known: tuple[tuple[str, int], dict[str, str | None]] = (("", 0), {})

    def of(
        self,
        snapshot: Snapshot,
        ranking: Ranking,
        keys: Keys,
        papers: Sequence[Paper],
        explain: Explain,
    ) -> list[Reason]:
        """One for each paper; ``words`` tells of ranks and words alone, without the model."""
        if not explain:
            return [Reason({}) for _ in papers]
        stems, stem = marked_stems(snapshot, ranking.text), self._stem(snapshot)
        weighed = weights(snapshot, stems)
        sentences: list[Sentence] = [None] * len(papers)
        if explain != "words":
            sentences = self._nearest_sentences(snapshot, ranking, papers)
        whys = [
            _why(ranking, key, paper, stems, stem, sentence)
            for key, paper, sentence in zip(keys.tolist(), papers, sentences, strict=True)
        ]
        return [
            Reason(each, _excerpt(paper, each, weighed, stem))
            for paper, each in zip(papers, whys, strict=True)
        ]

    def _stem(self, snapshot: Snapshot) -> Stem:
        """The lexicon's, which remembers words: answers share most of theirs."""
        state = (snapshot.about.fingerprint, snapshot.about.generation)
        if self._known[0] != state or len(self._known[1]) > MOST_WORDS:
            self._known = (state, {})
        known = self._known[1]

        def stem(word: str) -> str | None:
            if word not in known:
                known[word] = next(iter(snapshot.stems(word)), None)
            return known[word]

        return stem

    def _nearest_sentences(
        self, snapshot: Snapshot, ranking: Ranking, papers: Sequence[Paper]
    ) -> list[Sentence]:
        """``None`` where the model can't be used, and for papers without an abstract."""
        nothing: list[Sentence] = [None] * len(papers)
        if ranking.vector is None:
            return nothing
        try:
            embedder = self._encoder.embedder(snapshot.about.model)
        except ModelError:
            return nothing
        found: list[Sentence] = []
        for first in range(0, len(papers), EXPLAINED_TOGETHER):
            texts = [paper.abstract for paper in papers[first : first + EXPLAINED_TOGETHER]]
            with self._explaining:
                require_wanted()
                found += nearest_sentences(ranking.vector, embedder, texts)
        return found


def _why(
    ranking: Ranking,
    key: int,
    paper: Paper,
    stems: frozenset[str],
    stem: Stem,
    sentence: Sentence,
) -> dict[str, Any]:
    words, title, abstract = marks(stems, stem, paper.title, paper.abstract)
    return why(
        dense=_leg_rank(ranking.dense, key),
        lexical=_leg_rank(ranking.lexical, key),
        words=words,
        sentence=sentence,
        title=title,
        abstract=abstract,
    )


def _excerpt(
    paper: Paper, reasons: Mapping[str, Any], weighed: Mapping[str, float], stem: Stem
) -> Excerpt:
    """What to show of a paper, by the words that were matched."""
    if not (weighed and reasons):
        return WHOLE

    def weigh(span: Span, in_title: bool) -> tuple[str, float]:
        word = (paper.title if in_title else paper.abstract)[slice(*span)]
        stems = (stem(word) or "", stem(word.replace("-", "")) or "")
        return max(((one, weighed.get(one, 0.0)) for one in stems), key=lambda pair: pair[1])

    spans = {
        field: [(start, end) for start, end in found]
        for field, found in reasons["highlights"].items()
    }
    return excerpt(paper.abstract, spans["title"], spans["abstract"], weigh)


def _leg_rank(leg: Hits, key: int) -> LegRank:
    """Where a leg saw a paper."""
    at = np.flatnonzero(leg[0] == key)
    return LegRank(int(at[0]) + 1, float(leg[1][at[0]])) if len(at) else LegRank()
