"""From a ranking to an answer: a page of it, with records, scores, facets and reasons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.recipe import document_text
from indexer.snapshot import Keys, Snapshot
from indexer.where import Among, AnyWord, Or, Where, both
from search.answer.answer import Answer, Result
from search.answer.reasons import Reasons
from search.options import SearchOptions
from search.query.language_hint import hint
from search.ranking import ranking as rankings
from search.ranking.closeness import Closeness
from search.ranking.encoder import Encoder
from search.ranking.ranking import NO_KEYS, Ranking, among
from search.ranking.rerank import RERANKED, Reranker, reordered
from search.ranking.retriever import Retrieved
from search.stages import stage

FACETS = ("year", "category", "author", "venue")
MOST = 20
"""Values of a facet that are listed, the most frequent ones; years are listed whole."""


class AnswerBuilder:
    """Builds answers from rankings. Safe to use from many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._reasons = Reasons(encoder)

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
        with stage("closeness"):
            closeness = Closeness(snapshot, retrieved.ranking, retrieved.typed)
            far = closeness.is_far
            warnings = (*retrieved.warnings, *_doubts(snapshot, retrieved, far=far))
        ranking = retrieved.ranking
        if far:
            ranking = replace(ranking, close=NO_KEYS)
        ranking = rankings.sort(ranking, snapshot, options.sort)
        if options.min_score:
            depth = options.offset + options.limit
            ranking = rankings.cut(ranking, snapshot, options.min_score, depth, closeness.reach)
        keys = rankings.page(ranking, snapshot, options.offset, options.limit, options.sort)
        retrieved = replace(retrieved, ranking=ranking)
        counted = _counted(ranking)
        total = snapshot.count(counted)
        near = counted if ranking.is_set else both(counted, Among(tuple(ranking.near.tolist())))
        with stage("facets"):
            facets = snapshot.facets(near, MOST)
        with stage("records"):
            results = self._results(snapshot, retrieved, keys, closeness, options)
        return Answer(
            query=query,
            understood=_understood({**understood, **retrieved.told}, ranking, options),
            total=total,
            close=total if ranking.is_set else len(ranking.near),
            limit=options.limit,
            offset=options.offset,
            facets=facets,
            results=results,
            generation=snapshot.about.generation,
            took_ms=round(1000 * (time.perf_counter() - started), 2),
            warnings=warnings,
            far=far,
        )

    def ids(self, snapshot: Snapshot, retrieved: Retrieved, depth: int) -> list[tuple[str, float]]:
        """Ids and scores of the first ``depth`` papers."""
        keys = rankings.page(retrieved.ranking, snapshot, 0, depth)
        papers = snapshot.papers(keys)
        scores = Closeness(snapshot, retrieved.ranking, retrieved.typed).scores(keys, papers)
        return [(paper.id, float(score)) for paper, score in zip(papers, scores, strict=True)]

    def _results(
        self,
        snapshot: Snapshot,
        retrieved: Retrieved,
        keys: Keys,
        closeness: Closeness,
        options: SearchOptions,
    ) -> tuple[Result, ...]:
        papers, ranking = snapshot.papers(keys), retrieved.ranking
        scores = closeness.scores(keys, papers)
        close = ranking.is_set | among(keys, ranking.near)
        folded = _folded(snapshot, retrieved, keys)
        reasons = self._reasons.of(snapshot, ranking, keys, papers, options.explain)
        return tuple(
            Result(
                rank=options.offset + number,
                paper=paper,
                score=float(score),
                close=bool(is_close),
                why=reason.why,
                folded=folded.get(key, ()),
                excerpt=reason.excerpt,
            )
            for number, (key, paper, score, is_close, reason) in enumerate(
                zip(keys.tolist(), papers, scores, close, reasons, strict=True), start=1
            )
        )


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
        Result(rank=options.offset + number, paper=paper, score=float(score), close=True)
        for number, (paper, score) in enumerate(zip(papers, scores[part], strict=True), 1)
    ]


def empty_answer(query: str, options: SearchOptions) -> Answer:
    """Of an index without papers."""
    return Answer(
        query=query,
        understood=options.as_dict(),
        total=0,
        close=0,
        limit=options.limit,
        offset=options.offset,
        facets={field: {} for field in FACETS},
        results=(),
        generation=0,
        took_ms=0.0,
        warnings=("the index is still empty; add papers with `nearpaper index`",),
    )


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
