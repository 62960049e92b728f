"""Questions with known answers put to an engine: how well each mode ranks, and how fast."""

from __future__ import annotations

import time
from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Literal, Protocol

import numpy as np

from indexer.cached_index import Watch, index_corpus, unwatched
from indexer.errors import SourceError, UsageError
from indexer.location import Location, open_store
from indexer.maintenance.scratch import scratch_copy
from indexer.models.choice import Named, name_of
from indexer.models.embedder import DEFAULT_MODEL, Embedder
from indexer.models.load import load_embedder
from indexer.store import Store
from search.engine import Engine
from search.evaluation.collection import (
    Collection,
    Question,
    read_collection,
    sample_collection,
)
from search.evaluation.metrics import DEPTH, MEASURES, Comparison, Values, measure, paired_bootstrap
from search.options import MODES, Mode
from search.ranking.encoder import Encoder

DEFAULT_MODE: Mode = "hybrid"
Pool = Literal["all", "judged"]
"""Whether a question ranks all papers or only those that were judged for it."""


class Ranker(Protocol):
    """Whatever ranks papers for a question; :class:`search.engine.Engine` does."""

    def ranking(
        self,
        question: str,
        *,
        mode: Mode,
        depth: int,
        among: Container[str] | None = None,
        without: Container[str] = (),
    ) -> list[tuple[str, float]]:
        """At most ``depth`` ids with their scores, best first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Versus:
    """The default mode compared to the best of the others by nDCG@10.

    Attributes:
        mode: The best other one.
        by: How much better the default is.
    """

    mode: Mode
    by: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one mode did on one collection.

    Attributes:
        collection: Its name.
        model: What embedded, by name.
        mode: Of the search.
        means: Over the questions, by the names of :data:`~search.evaluation.metrics.MEASURES`.
        p50_ms: Median time of a ranking.
        p95_ms: 95 of 100 rankings took no longer.
        questions: How many were asked.
        papers: How many the collection holds.
        missing: Relevant papers that it doesn't hold; no ranking can find them.
        values: Of each question, by the same names.
        versus: Only for the default mode, and only where another one was measured.
    """

    collection: str
    model: str
    mode: Mode
    means: dict[str, float]
    p50_ms: float
    p95_ms: float
    questions: int
    papers: int
    missing: int
    values: Mapping[str, Values] = field(repr=False, compare=False)
    versus: Versus | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One mode over all questions.

    Attributes:
        values: By the names of :data:`~search.evaluation.metrics.MEASURES`.
        times: Milliseconds of each ranking.
    """

    values: dict[str, Values]
    times: Values


def evaluate(
    folders: Sequence[Path],
    *,
    corpus: Path | None = None,
    models: Sequence[Named] = (),
    modes: Iterable[Mode] = MODES,
    pool: Pool = "all",
    watch: Watch = unwatched,
    cluster: Location | None = None,
) -> Iterator[Score]:
    """Measure modes on collections, one collection after the other, and there model after model.

    Args:
        folders: Each a collection; see :mod:`search.evaluation.collection`. Without any, the one
            that comes with nearpaper.
        corpus: The papers of them all, where they aren't in the folders.
        models: What embeds, each by its name or as chosen; by default the one that comes with
            nearpaper.
        modes: Each is measured once, in the order of :data:`MODES`.
        pool: See :data:`Pool`.
        watch: Shows the progress of indexing.
        cluster: Measures on this one, to which the papers are copied for as long as it takes.

    Raises:
        SourceError: A collection can't be read, or its parts don't fit together.
        ModelError: A model can't be loaded.
        UsageError: Two models are the same.
    """
    # A collection that can't be read ends the run before any is indexed.
    collections = [read_collection(folder, corpus) for folder in folders]
    collections = collections or [sample_collection(corpus)]
    embedders = _loaded(models or (DEFAULT_MODEL,))
    for collection, embedder in product(collections, embedders):
        folder = index_corpus(collection.corpus, embedder.model, watch)
        with nullcontext(folder) if cluster is None else scratch_copy(folder, cluster) as location:
            yield from _scores(collection, open_store(location), embedder, modes, pool)


def _loaded(chosen: Sequence[Named]) -> list[Embedder]:
    embedders: list[Embedder] = []
    for named in chosen:
        embedder = load_embedder(named)
        if any(embedder.model == other.model for other in embedders):
            raise UsageError(
                f"the model {name_of(named)} is named twice; compare it with another one"
            )
        embedders.append(embedder)
    return embedders


def _scores(
    collection: Collection, store: Store, embedder: Embedder, modes: Iterable[Mode], pool: Pool
) -> Iterator[Score]:
    """Each mode on an index of a collection."""
    store.recover()
    missing = _missing(collection, store)
    # Each mode is timed over the same questions, so none may find them encoded already.
    encoder = Encoder(store, embedder, remembered=0)
    with Engine(store, encoder) as engine:
        runs = measure_modes(collection.questions, engine, modes, pool)
        for mode in runs:
            yield _score(collection, embedder.model.name, mode, runs, engine.papers, missing)


def _missing(collection: Collection, store: Store) -> int:
    """How many relevant papers an index lacks."""
    relevant = sorted(
        {id for question in collection.questions for id, grade in question.grades.items() if grade}
    )
    snapshot = store.snapshot()
    held = 0 if snapshot is None else int(np.count_nonzero(snapshot.locate(relevant) >= 0))
    if not held:
        raise SourceError(
            f"{collection.corpus}: holds none of the relevant papers of {collection.name}, such as "
            f"'{relevant[0]}'; check that both write the papers' ids alike"
        )
    return len(relevant) - held


def measure_modes(
    questions: Sequence[Question], ranker: Ranker, modes: Iterable[Mode] = MODES, pool: Pool = "all"
) -> dict[Mode, Run]:
    """What each mode gives for each question, asked one after the other."""
    wanted = set(modes)
    return {mode: _run(ranker, mode, questions, pool) for mode in MODES if mode in wanted}


def macro(scores: Sequence[Score]) -> dict[tuple[str, Mode], dict[str, float]]:
    """By model and mode, the means over the collections, each of which counts the same."""
    kinds = dict.fromkeys((score.model, score.mode) for score in scores)
    return {
        kind: {
            name: fmean(score.means[name] for score in scores if (score.model, score.mode) == kind)
            for name in MEASURES
        }
        for kind in kinds
    }


def _run(ranker: Ranker, mode: Mode, questions: Sequence[Question], pool: Pool) -> Run:
    # The first question pays for loading, so it is asked once more.
    _ask(ranker, mode, questions[0], pool)
    asked = [_ask(ranker, mode, question, pool) for question in questions]
    values = measure([ids for ids, _ in asked], [question.grades for question in questions])
    return Run(values, np.array([times for _, times in asked]))


def _ask(ranker: Ranker, mode: Mode, question: Question, pool: Pool) -> tuple[list[str], float]:
    """The ids ranked for a question, and the milliseconds that it took."""
    among = question.grades.keys() if pool == "judged" else None
    started = time.perf_counter()
    found = ranker.ranking(
        question.text, mode=mode, depth=DEPTH, among=among, without=question.without
    )
    return [id for id, _ in found], 1000 * (time.perf_counter() - started)


def _score(
    collection: Collection,
    model: str,
    mode: Mode,
    runs: dict[Mode, Run],
    papers: int,
    missing: int,
) -> Score:
    run = runs[mode]
    p50, p95 = np.quantile(run.times, (0.5, 0.95))
    return Score(
        collection=collection.name,
        model=model,
        mode=mode,
        means={name: float(values.mean()) for name, values in run.values.items()},
        p50_ms=float(p50),
        p95_ms=float(p95),
        questions=len(collection.questions),
        papers=papers,
        missing=missing,
        values=run.values,
        versus=versus(runs) if mode == DEFAULT_MODE else None,
    )


def versus(runs: dict[Mode, Run]) -> Versus | None:
    """The default mode compared to the best other one, where both were run."""
    quality = {mode: run.values["ndcg@10"] for mode, run in runs.items()}
    default = quality.pop(DEFAULT_MODE, None)
    if default is None or not quality:
        return None
    best = max(quality, key=lambda mode: float(quality[mode].mean()))
    return Versus(mode=best, by=paired_bootstrap(default, quality[best]))
