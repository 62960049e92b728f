"""Whole indexes at growing sizes: real papers first, then papers that mix two near real ones.

Their words are mixed as their vectors are, so that meaning and words stay together; words are about
as frequent as in real papers. They go into the index by the same commits as any others.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.entries import Entry
from indexer.local.segments.publisher import TAIL_ROWS, TAIL_SHARE
from indexer.location import open_store, using_store
from indexer.models.embedder import Model
from indexer.models.recipe import document_text
from indexer.papers.identity import names_of
from indexer.papers.paper import Paper, text_hash
from indexer.where import ALL
from search.engine import Engine
from tests.bench.compare import alone
from tests.bench.limits import REACH, Parts, parts
from tests.bench.measures import Memory, folder_bytes
from tests.bench.papers import another, mixed_words
from tests.bench.plots import Bars
from tests.bench.report import Cell, Table
from tests.bench.vectors import BLOCK, SEED, Real

COMMIT = 2_500
ADDED = 1_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """The papers of an index and their vectors, ``(n, d)`` float16."""

    papers: list[Paper]
    vectors: NDArray[np.float16]
    model: Model

    @classmethod
    def of(cls, folder: Path) -> Corpus:
        """Everything that is live in an index, in the order in which it came."""
        with using_store(folder) as store:
            snapshot = store.snapshot()
            if snapshot is None:
                raise ValueError(f"{folder}: nothing is published")
            blocks = list(snapshot.scan(ALL))
            papers = [paper for keys in blocks for paper in snapshot.papers(keys)]
            vectors = snapshot.vectors(np.concatenate(blocks)).astype(np.float16)
            return cls(papers, vectors, snapshot.about.model)


class Papers:
    """Papers without end: those of a corpus, then mixed ones."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus, self._real = corpus, Real(corpus.vectors)

    def entries(self, start: int, stop: int) -> Iterator[list[Entry]]:
        """Those from ``start`` to before ``stop``, in lists of at most :data:`COMMIT`."""
        real = len(self._corpus.papers)
        for begin in range(start, min(stop, real), COMMIT):
            end = min(begin + COMMIT, stop, real)
            vectors = self._corpus.vectors[begin:end]
            yield list(map(_entry, self._corpus.papers[begin:end], vectors))
        first, last = max(0, start - real), stop - real
        for number in range(first // BLOCK, -(-last // BLOCK)):
            block = self._mixed(number)[max(0, first - number * BLOCK) : last - number * BLOCK]
            for begin in range(0, len(block), COMMIT):
                yield block[begin : begin + COMMIT]

    def _mixed(self, number: int) -> list[Entry]:
        made, papers = self._real.made(number), self._corpus.papers
        chance = random.Random(SEED + number)  # noqa: S311 - must be repeatable, not secret
        mixed = [
            mix(papers[first], papers[second], chance, f"grown-{number * BLOCK + place}")
            for place, (first, second) in enumerate(zip(made.first, made.second, strict=True))
        ]
        return list(map(_entry, mixed, made.vectors.astype(np.float16)))


def mix(first: Paper, second: Paper, chance: random.Random, id: str) -> Paper:
    """The first paper under another id, about half of its words replaced by the second's."""
    title = mixed_words(first.title, second.title, chance)
    return another(first, id, title, mixed_words(first.abstract, second.abstract, chance))


def _entry(paper: Paper, vector: NDArray[np.float16]) -> Entry:
    return Entry(paper, text_hash(document_text(paper)), vector, False, names_of(paper))


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that papers took which need no embedding, to commit and then to publish."""

    committing: float
    publishing: float

    @property
    def whole(self) -> float:
        """Both."""
        return self.committing + self.publishing


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one size of an index.

    Attributes:
        count: How many papers.
        grown: How many of them came in since the last size.
        seconds: What committing and publishing those took; embedding them not included.
        bytes: Of the whole index.
        vector_bytes: Of its vectors' files.
        parts: Of a hybrid query and its bare parts.
        memory: Of a process that has answered questions.
        adding: Seconds to open, commit and publish :data:`ADDED` more papers.
        merged: How many were then added for the tail to be merged.
        merging: Seconds to publish those.
    """

    count: int
    grown: int
    seconds: float
    bytes: int
    vector_bytes: int
    parts: Parts
    memory: Memory
    adding: float
    merged: int
    merging: float


def grow(
    corpus: Corpus, sizes: Sequence[int], target: Path, questions: Sequence[str]
) -> Iterator[Size]:
    """One index in ``target``, measured at each size on its way that isn't passed by a merge."""
    papers, count = Papers(corpus), 0
    for size in sizes:
        if size < count:
            continue
        grown = extend(target, papers, corpus.model, count, size)
        measured = alone(parts, target, questions)
        memory = alone(_memory, target, questions)
        taken = folder_bytes(target), folder_bytes(target / "vectors")
        adding = extend(target, papers, corpus.model, size, size + ADDED)
        merged, before = int(max(TAIL_ROWS, TAIL_SHARE * size)) + 1, count
        count = size + ADDED + merged
        merging = extend(target, papers, corpus.model, size + ADDED, count)
        yield Size(
            *(size, size - before, grown.whole, *taken, measured, memory),
            *(adding.whole, merged, merging.publishing),
        )


def extend(folder: Path, papers: Papers, model: Model, start: int, stop: int) -> Spent:
    """What committing and publishing some papers takes; making them up not included."""
    spent, begun = 0.0, time.perf_counter()
    with open_store(folder).writer(lambda: model) as writer:
        spent += time.perf_counter() - begun
        for entries in papers.entries(start, stop):
            begun = time.perf_counter()
            writer.commit(entries)
            spent += time.perf_counter() - begun
        begun = time.perf_counter()
        writer.publish()
    return Spent(spent, time.perf_counter() - begun)


def _memory(folder: Path, questions: Sequence[str]) -> Memory:
    with Engine.open(folder) as engine:
        for question in questions:
            engine.search(question)
        return Memory.now()


def table(sizes: Sequence[Size], real: int) -> Table:
    """A row for each size."""
    rows: list[tuple[Cell, ...]] = [
        (
            f"{size.count:,}",
            size.parts.hybrid.p50,
            size.parts.hybrid.p95,
            size.parts.overhead,
            size.parts.encode.p50,
            size.parts.faiss.p50,
            size.parts.tantivy.p50,
            size.bytes / size.count,
            size.vector_bytes / size.count,
            size.memory.own / 2**20,
            size.adding,
            f"{size.merged:,}",
            size.merging,
            size.grown / size.seconds,
        )
        for size in sizes
    ]
    heads = ("papers", "hybrid p50 ms", "p95 ms", "p50, sum of bare parts = 1")
    bare = ("encode ms", "FAISS ms", "Tantivy ms")
    kept = ("index bytes a paper", "vectors' bytes a paper", "own MB")
    written = (f"adding {ADDED:,} s", "then merged", "merging s", "papers a second on the way")
    return Table(
        "Whole indexes, growing",
        (*heads, *bare, *kept, *written),
        rows,
        (
            f"The first {real:,} papers are real; the others mix two near ones.",
            f"Reach: {REACH} × the bare parts. Adding, merging and growing are without embedding.",
        ),
        [Bars("scale", "Hybrid p50, ms", {f"{s.count:,}": s.parts.hybrid.p50 for s in sizes})],
    )
