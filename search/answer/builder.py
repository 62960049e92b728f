"""From a ranking to an answer: a page of it, with records, scores, facets and reasons."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError
from indexer.local.reader import Reader
from indexer.local.segments.columns import Mask, Positions, count
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import Manifest
from indexer.models.recipe import document_text
from indexer.papers.paper import Paper
from search.answer.answer import MAX_DEPTH, Answer, Explain, Result
from search.answer.explain import Place, nearest_sentence, why
from search.answer.facets import FIELDS, Facets, facets
from search.answer.highlight import highlights, matched_words
from search.query.language import hint
from search.ranking.calibration import Background, Scale, is_far
from search.ranking.encoder import Encoder
from search.ranking.ranking import Ranking
from search.ranking.rerank import RERANKED, Reranker, reordered
from search.ranking.retriever import Retrieved
from search.validation import Page


class Answering:
    """Words answers from one index. Safe to use from many threads."""

    def __init__(self, reader: Reader, encoder: Encoder) -> None:
        self._reader, self._encoder = reader, encoder
        self._background: Background | None = None
        self._facets_of_all: tuple[Manifest, Facets] | None = None
        self._explaining = threading.Lock()

    def answer(
        self,
        retrieved: Retrieved,
        page: Page,
        *,
        query: str,
        understood: dict[str, Any],
        min_score: float = 0.0,
        explain: Explain = False,
        started: float = 0.0,
    ) -> Answer:
        """A page of a ranking as an answer; ``started`` is a reading of ``perf_counter``."""
        ranking, generation = retrieved.ranking, retrieved.ranking.generation
        scale = self._scale(ranking)
        ranking.sort(page.sort)
        far, doubts = _is_far(retrieved), _doubts(retrieved)
        if min_score and scale is None and ranking.asks_for_words:
            min_score, doubts = 0.0, (*doubts, "without the model there are no scores to cut at")
        if min_score:
            self._cut(ranking, page, scale, min_score)
        positions = ranking.positions(page.offset, page.limit)
        passing = self._passing(retrieved)
        return Answer(
            query=query,
            understood=understood,
            total=count(passing),
            limit=page.limit,
            offset=page.offset,
            facets=self._facets(generation, passing),
            results=self._results(retrieved, positions, scale, page, explain=explain),
            generation=generation.manifest.generation,
            took_ms=round(1000 * (time.perf_counter() - started), 2),
            warnings=retrieved.warnings + doubts,
            far=far,
        )

    def _cut(self, ranking: Ranking, page: Page, scale: Scale | None, least: float) -> None:
        """Leave out what scores less, as far down as pages reach."""
        kept = self._scores(ranking, ranking.head, scale) >= least
        if count(kept) < page.offset + page.limit and _goes_on(ranking, scale, least):
            ranking.head = ranking.positions(0, MAX_DEPTH)
            kept = self._scores(ranking, ranking.head, scale) >= least
        ranking.keep(kept)
        ranking.end()

    def rerank(self, retrieved: Retrieved, reranker: Reranker) -> None:
        """Let a cross-encoder reorder the first papers behind those that were named."""
        ranking = retrieved.ranking
        if not retrieved.text:
            return
        start = len(ranking.named)
        papers = self._papers(ranking.generation, ranking.head[start : start + RERANKED])
        scores = reranker.score(retrieved.text, [document_text(paper) for paper in papers])
        ranking.reorder(len(papers), reordered(scores, len(papers)))

    def results(
        self, generation: Generation, positions: Positions, scores: NDArray[np.float64], page: Page
    ) -> list[Result]:
        """A page of papers whose scores are known, without reasons."""
        part = slice(page.offset, page.offset + page.limit)
        papers = self._papers(generation, positions[part])
        return [
            Result(rank=page.offset + number, paper=paper, score=float(score))
            for number, (paper, score) in enumerate(zip(papers, scores[part], strict=True), 1)
        ]

    def ids(self, ranking: Ranking, depth: int) -> list[tuple[str, float]]:
        """Ids and scores of the first ``depth`` papers."""
        positions = ranking.positions(0, depth)
        scores = self._scores(ranking, positions, self._scale(ranking))
        papers = self._papers(ranking.generation, positions)
        return [(paper.id, float(score)) for paper, score in zip(papers, scores, strict=True)]

    def _facets(self, generation: Generation, passing: Mask) -> Facets:
        """Counted anew only where there are filters: a generation never changes."""
        if count(passing) < generation.manifest.papers:
            return facets(generation, passing)
        known = self._facets_of_all
        if known is None or known[0] is not generation.manifest:
            known = self._facets_of_all = (generation.manifest, facets(generation, passing))
        return known[1]

    def _scale(self, ranking: Ranking) -> Scale | None:
        if ranking.vector is None:
            return None
        background = self._background
        if background is None or background.manifest is not ranking.generation.manifest:
            background = self._background = Background(ranking.generation)
        return background.scale(ranking.vector)

    def _scores(
        self, ranking: Ranking, positions: Positions, scale: Scale | None
    ) -> NDArray[np.float64]:
        """Calibrated nearness; 1 where nothing but filters was asked, 0 without the model."""
        if scale is None or ranking.vector is None:
            return np.full(len(positions), float(not ranking.asks_for_words))
        vectors = ranking.generation.vectors(positions).astype(np.float32)
        return scale.scores(vectors @ ranking.vector)

    def _passing(self, retrieved: Retrieved) -> NDArray[np.bool_]:
        """The papers that count: by words alone, those that hold a word of the question."""
        ranking, generation = retrieved.ranking, retrieved.ranking.generation
        if retrieved.mode != "lexical" or not retrieved.text:
            return ranking.allowed
        holding = generation.nowhere()
        places = generation.positions(generation.lexicon.holding_any(retrieved.text))
        holding[places[places >= 0]] = True
        holding[ranking.named] = True
        return holding & ranking.allowed

    def _results(
        self,
        retrieved: Retrieved,
        positions: Positions,
        scale: Scale | None,
        page: Page,
        *,
        explain: Explain,
    ) -> tuple[Result, ...]:
        generation, folded = retrieved.ranking.generation, retrieved.folded
        papers = self._papers(generation, positions)
        scores = self._scores(retrieved.ranking, positions, scale)
        return tuple(
            Result(
                rank=page.offset + number,
                paper=paper,
                score=float(score),
                why=self._why(retrieved, int(place), paper, explain) if explain else {},
                folded=tuple(p.id for p in self._papers(generation, folded.get(int(place), ()))),
            )
            for number, (place, paper, score) in enumerate(
                zip(positions, papers, scores, strict=True), start=1
            )
        )

    def _papers(self, generation: Generation, positions: Positions | Sequence[int]) -> list[Paper]:
        rows = generation.column("rows", np.asarray(positions, np.int64))
        return self._reader.catalog.papers(rows.tolist())

    def _why(
        self, retrieved: Retrieved, place: int, paper: Paper, explain: Explain
    ) -> dict[str, Any]:
        ranking = retrieved.ranking
        lexicon = ranking.generation.lexicon
        stems = set(lexicon.stems(retrieved.text))

        def stem(word: str) -> str | None:
            return next(iter(lexicon.stems(word)), None)

        sentence = None
        if explain != "words":
            sentence = self._nearest_sentence(ranking, paper)
        return why(
            dense=_place(ranking.dense, place),
            lexical=_place(ranking.lexical, place),
            words=matched_words(stems, stem, f"{paper.title}\n{paper.abstract}"),
            sentence=sentence,
            title=highlights(stems, stem, paper.title),
            abstract=highlights(stems, stem, paper.abstract),
        )

    def _nearest_sentence(self, ranking: Ranking, paper: Paper) -> tuple[str, float] | None:
        """``None`` where the model can't be used, and for papers without an abstract."""
        if ranking.vector is None:
            return None
        try:
            embedder = self._encoder.embedder(ranking.generation.manifest.model)
        except ModelError:
            return None
        with self._explaining:
            return nearest_sentence(ranking.vector, embedder, paper.abstract)


def _goes_on(ranking: Ranking, scale: Scale | None, least: float) -> bool:
    """Whether papers behind the head may score so much: the furthest looked at by meaning does."""
    cosines = ranking.dense[1]
    return scale is None or not len(cosines) or float(scale.scores(cosines[-1:])[0]) >= least


def _is_far(retrieved: Retrieved) -> bool:
    ranking, cosines = retrieved.ranking, retrieved.ranking.dense[1]
    if retrieved.named or not len(cosines):
        return False
    return is_far(ranking.generation, float(cosines[0]))


def _doubts(retrieved: Retrieved) -> tuple[str, ...]:
    """What to say when nothing is close, or when the question is in another language."""
    ranking, generation = retrieved.ranking, retrieved.ranking.generation
    doubts = hint(retrieved.typed, generation.lexicon.is_rare)
    if not _is_far(retrieved):
        return doubts
    passing = count(ranking.allowed)
    where = "in the index" if passing == generation.manifest.papers else "that passes the filters"
    return (f"nothing {where} is close to this question", *doubts)


def empty_answer(query: str, page: Page) -> Answer:
    """Of an index without papers."""
    return Answer(
        query=query,
        understood={},
        total=0,
        limit=page.limit,
        offset=page.offset,
        facets={field: {} for field in ("year", *FIELDS)},
        results=(),
        generation=0,
        took_ms=0.0,
        warnings=("the index is still empty; add papers with `nearpaper index`",),
    )


def _place(leg: tuple[Positions, NDArray[np.float32]], place: int) -> Place:
    """Where a leg saw a paper."""
    at = np.flatnonzero(leg[0] == place)
    return Place(int(at[0]) + 1, float(leg[1][at[0]])) if len(at) else Place()
