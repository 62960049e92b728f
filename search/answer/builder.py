"""From a ranking to an answer: a page of it, with records, scores, facets and reasons."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from indexer.models.recipe import document_text
from indexer.papers.paper import Paper
from indexer.store import Hits, Keys, Snapshot
from indexer.where import Among, AnyWord, Or, Where, both
from search.answer.answer import Answer, Result
from search.answer.explain import LegRank, nearest_sentence, why
from search.answer.highlight import highlights, matched_words
from search.options import Explain, SearchOptions
from search.query.language_hint import hint
from search.ranking import ranking as rankings
from search.ranking.calibration import Background, Scale, is_far
from search.ranking.encoder import Encoder
from search.ranking.ranking import Ranking
from search.ranking.rerank import RERANKED, Reranker, reordered
from search.ranking.retriever import Retrieved

FACETS = ("year", "category", "author", "venue")
MOST = 20
"""Values of a facet that are listed, the most frequent ones; years are listed whole."""


class AnswerBuilder:
    """Builds answers from rankings. Safe to use from many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._background: Background | None = None
        self._explaining = threading.Lock()

    def build(
        self,
        snapshot: Snapshot,
        retrieved: Retrieved,
        options: SearchOptions,
        query: str,
        understood: dict[str, Any],
        started: float,
    ) -> Answer:
        """A page of a ranking as an answer; ``started`` is a reading of ``perf_counter``."""
        scale = self._scale(snapshot, retrieved.ranking)
        far = _is_far(snapshot, retrieved.ranking)
        warnings = (*retrieved.warnings, *_doubts(snapshot, retrieved, far=far))
        ranking = rankings.sort(retrieved.ranking, snapshot, options.sort)
        if options.min_score and scale is None and ranking.text:
            warnings += ("without the model there are no scores to cut at",)
        elif options.min_score:
            ranking = rankings.cut(
                ranking,
                snapshot,
                options.min_score,
                options.offset + options.limit,
                lambda keys: _scores(snapshot, ranking, keys, scale),
            )
        keys = rankings.page(ranking, snapshot, options.offset, options.limit, options.sort)
        counted = _counted(ranking)
        return Answer(
            query=query,
            understood=_understood(understood, ranking, options),
            total=snapshot.count(counted),
            limit=options.limit,
            offset=options.offset,
            facets=snapshot.facets(counted, MOST),
            results=self._results(snapshot, retrieved, keys, scale, options),
            generation=snapshot.about.generation,
            took_ms=round(1000 * (time.perf_counter() - started), 2),
            warnings=warnings,
            far=far,
        )

    def ids(self, snapshot: Snapshot, ranking: Ranking, depth: int) -> list[tuple[str, float]]:
        """Ids and scores of the first ``depth`` papers."""
        keys = rankings.page(ranking, snapshot, 0, depth)
        scores = _scores(snapshot, ranking, keys, self._scale(snapshot, ranking))
        papers = snapshot.papers(keys)
        return [(paper.id, float(score)) for paper, score in zip(papers, scores, strict=True)]

    def _scale(self, snapshot: Snapshot, ranking: Ranking) -> Scale | None:
        if ranking.vector is None:
            return None
        background = self._background
        if background is None or background.fingerprint != snapshot.about.fingerprint:
            background = self._background = Background(snapshot)
        return background.scale(ranking.vector)

    def _results(
        self,
        snapshot: Snapshot,
        retrieved: Retrieved,
        keys: Keys,
        scale: Scale | None,
        options: SearchOptions,
    ) -> tuple[Result, ...]:
        papers = snapshot.papers(keys)
        scores = _scores(snapshot, retrieved.ranking, keys, scale)
        folded = _folded(snapshot, retrieved, keys)
        return tuple(
            Result(
                rank=options.offset + number,
                paper=paper,
                score=float(score),
                why=self._why(snapshot, retrieved.ranking, key, paper, options.explain),
                folded=folded.get(key, ()),
            )
            for number, (key, paper, score) in enumerate(
                zip(keys.tolist(), papers, scores, strict=True), start=1
            )
        )

    def _why(
        self, snapshot: Snapshot, ranking: Ranking, key: int, paper: Paper, explain: Explain
    ) -> dict[str, Any]:
        if not explain:
            return {}
        stems = set(snapshot.stems(ranking.text))

        def stem(word: str) -> str | None:
            return next(iter(snapshot.stems(word)), None)

        sentence = None
        if explain != "words":
            sentence = self._nearest_sentence(snapshot, ranking, paper)
        return why(
            dense=_leg_rank(ranking.dense, key),
            lexical=_leg_rank(ranking.lexical, key),
            words=matched_words(stems, stem, f"{paper.title}\n{paper.abstract}"),
            sentence=sentence,
            title=highlights(stems, stem, paper.title),
            abstract=highlights(stems, stem, paper.abstract),
        )

    def _nearest_sentence(
        self, snapshot: Snapshot, ranking: Ranking, paper: Paper
    ) -> tuple[str, float] | None:
        """``None`` where the model can't be used, and for papers without an abstract."""
        if ranking.vector is None:
            return None
        try:
            embedder = self._encoder.embedder(snapshot.about.model)
        except ModelError:
            return None
        with self._explaining:
            return nearest_sentence(ranking.vector, embedder, paper.abstract)


def _understood(asked: dict[str, Any], ranking: Ranking, options: SearchOptions) -> dict[str, Any]:
    """What was searched for, by name; the mode is the one that could be used."""
    named = {name: value for name, value in asked.items() if value}
    return named | options.as_dict() | {"mode": ranking.mode}


def reranked(snapshot: Snapshot, retrieved: Retrieved, reranker: Reranker) -> Ranking:
    """The first papers behind those that were named, in the order of a cross-encoder."""
    ranking = retrieved.ranking
    if not ranking.text:
        return ranking
    papers = snapshot.papers(ranking.head[ranking.named : ranking.named + RERANKED])
    scores = reranker.score(ranking.text, [document_text(paper) for paper in papers])
    return rankings.reorder(ranking, reordered(scores, len(papers)))


def results_of(
    snapshot: Snapshot, keys: Keys, scores: NDArray[np.float64], options: SearchOptions
) -> list[Result]:
    """A page of papers whose scores are known, without reasons."""
    part = slice(options.offset, options.offset + options.limit)
    papers = snapshot.papers(keys[part])
    return [
        Result(rank=options.offset + number, paper=paper, score=float(score))
        for number, (paper, score) in enumerate(zip(papers, scores[part], strict=True), 1)
    ]


def empty_answer(query: str, options: SearchOptions) -> Answer:
    """Of an index without papers."""
    return Answer(
        query=query,
        understood={},
        total=0,
        limit=options.limit,
        offset=options.offset,
        facets={field: {} for field in FACETS},
        results=(),
        generation=0,
        took_ms=0.0,
        warnings=("the index is still empty; add papers with `nearpaper index`",),
    )


def _scores(
    snapshot: Snapshot, ranking: Ranking, keys: Keys, scale: Scale | None
) -> NDArray[np.float64]:
    """Calibrated nearness; 1 where nothing but filters was asked, 0 without the model."""
    if scale is None or ranking.vector is None:
        return np.full(len(keys), float(not ranking.text))
    return scale.scores(snapshot.vectors(keys).astype(np.float32) @ ranking.vector)


def _counted(ranking: Ranking) -> Where:
    """The papers that count: by words alone, those that hold a word of the question."""
    if ranking.mode != "lexical" or not ranking.text:
        return ranking.counted
    named = Among(tuple(ranking.head[: ranking.named].tolist()))
    return both(ranking.counted, Or((AnyWord(ranking.text), named)))


def _folded(snapshot: Snapshot, retrieved: Retrieved, keys: Keys) -> dict[int, tuple[str, ...]]:
    """For those of some papers that stand for near-duplicates, the ids of these."""
    return {
        key: tuple(paper.id for paper in snapshot.papers(np.array(others, np.int64)))
        for key in keys.tolist()
        if (others := retrieved.folded.get(key))
    }


def _is_far(snapshot: Snapshot, ranking: Ranking) -> bool:
    """Whether even the nearest paper has nothing to do with the question."""
    cosines = ranking.dense[1]
    return not ranking.named and len(cosines) > 0 and is_far(snapshot, float(cosines[0]))


def _doubts(snapshot: Snapshot, retrieved: Retrieved, *, far: bool) -> tuple[str, ...]:
    """What to say when nothing is close, or when the question is in another language."""
    papers = snapshot.about.papers

    def rare(words: Sequence[str]) -> int:
        """How many words, stop words not counted, less than one in 10,000 papers holds."""
        stems = [stems[0] for stems in map(snapshot.stems, words) if stems]
        held = snapshot.document_frequencies(stems)
        return sum(frequency * 10_000 < papers for frequency in held)

    doubts = hint(retrieved.typed, rare)
    if not far:
        return doubts
    passing = snapshot.count(retrieved.ranking.counted)
    scope = "in the index" if passing == papers else "that passes the filters"
    return (f"nothing {scope} is close to this question", *doubts)


def _leg_rank(leg: Hits, key: int) -> LegRank:
    """Where a leg saw a paper."""
    at = np.flatnonzero(leg[0] == key)
    return LegRank(int(at[0]) + 1, float(leg[1][at[0]])) if len(at) else LegRank()
