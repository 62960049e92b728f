"""Vectors alone at growing sizes, through the module that keeps them in an index.

Three processes for each size: one writes, one searches what was written, one scans everything in
full precision, which tells what is right and how long the plain way takes.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.cells import TRAINED_ON, cells_for
from indexer.local.segments.vector_writer import VectorWriter
from indexer.local.segments.vectors import Probing, Vectors
from indexer.models.embedder import Vectors as Rows
from tests.bench.compare import alone
from tests.bench.measures import Latency, Memory, latency, ratio
from tests.bench.plots import Bars
from tests.bench.report import Table
from tests.bench.vectors import Real

SIZES = (10_000, 100_000, 1_000_000, 3_000_000)
HELD_OUT = 300
"""Real vectors that are kept out and searched for."""
SCANNED = 20
"""Of them, how many the plain scan is timed with."""
K = 10
SEED = 11


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a file of vectors took.

    Attributes:
        seconds: To learn the cells, take the vectors in, write the file and measure its recall.
        peak: Bytes of memory at the most.
        probing: How to search the file.
    """

    seconds: float
    peak: int
    probing: Probing


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one number of vectors.

    Attributes:
        count: How many vectors.
        written: How they were taken in; the time of making them up not included.
        bytes: Of the file.
        latency: Of one query of the ten nearest.
        flat: Of the same as a full scan of float32 vectors, on one thread likewise.
        recall: Mean share of the ten nearest by float32 that are found.
        memory: Of the process that searched, after it has.
    """

    count: int
    written: Written
    bytes: int
    latency: Latency
    flat: Latency
    recall: float
    memory: Memory


def write(real: Path, count: int, target: Path) -> Written:
    """Take vectors in and write them as publishing an index does."""
    source = Real.load(real)
    writer, spent = _learn(source, count)
    for block in source.blocks(count):
        halves = block.astype(np.float16)
        started = time.perf_counter()
        writer.add(halves)
        spent += time.perf_counter() - started
    started = time.perf_counter()
    writer.write(target)
    probing = writer.probing()
    spent += time.perf_counter() - started
    return Written(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, probing)


def _learn(source: Real, count: int) -> tuple[VectorWriter, float]:
    nlist = cells_for(count)
    if not nlist:
        return VectorWriter(source.vectors.shape[1]), 0.0
    sample = source.sample(count, TRAINED_ON * nlist)
    started = time.perf_counter()
    return VectorWriter.in_cells(nlist, sample), time.perf_counter() - started


def search(
    target: Path, probing: Probing, questions: Rows
) -> tuple[Latency, NDArray[np.int64], Memory]:
    """Time of a query, what was found, and what the process takes."""
    index, found = Vectors(target, probing), []
    for question in questions:  # touches the file: what is measured is warm
        index.nearest(question, K)
    time = latency(lambda question: found.append(index.nearest(question, K)[0]), questions)
    return time, np.stack(found), Memory.now()


def scan(real: Path, count: int, questions: Rows) -> tuple[Latency, NDArray[np.int64]]:
    """The same by comparing with every vector in float32."""
    import faiss

    source = Real.load(real)
    index = faiss.IndexFlatIP(questions.shape[1])
    for block in source.blocks(count):
        index.add(block)
    nearest = index.search(questions, K)[1]
    faiss.omp_set_num_threads(1)  # a query has one in the index, too
    time = latency(lambda question: index.search(question[None], K), questions[:SCANNED])
    return time, nearest


def grow(real: NDArray[np.float16], sizes: Sequence[int], scratch: Path) -> list[Size]:
    """All sizes, the smallest first; ``real`` is ``(n, d)``, of unit length."""
    order = np.random.default_rng(SEED).permutation(len(real))
    questions = real[np.sort(order[:HELD_OUT])].astype(np.float32)
    members = scratch / "real"
    Real(real[np.sort(order[HELD_OUT:])]).save(members)
    return [_measured(members, size, questions, scratch / f"{size}.faiss") for size in sizes]


def _measured(real: Path, count: int, questions: Rows, target: Path) -> Size:
    written = alone(write, real, count, target)
    time, found, memory = alone(search, target, written.probing, questions)
    flat, right = alone(scan, real, count, questions)
    size = target.stat().st_size
    target.unlink()
    return Size(count, written, size, time, flat, recall(found, right), memory)


def recall(found: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Mean share of the rows of ``right`` that stand in the same row of ``found``."""
    shares = [np.isin(wanted, got).mean() for wanted, got in zip(right, found, strict=True)]
    return float(np.mean(shares))


def table(sizes: Sequence[Size], real: int) -> Table:
    """A row for each size."""
    named = {f"{size.count:,}": size for size in sizes}
    heads = (
        "vectors",
        "build s",
        "bytes a paper",
        "cells looked through",
        f"recall@{K}",
        "p50 ms",
        "p95 ms",
    )
    rows = [
        (
            name,
            size.written.seconds,
            size.bytes / size.count,
            f"{size.written.probing.nprobe}/{size.written.probing.nlist}",
            f"{size.recall:.4f}",
            size.latency.p50,
            size.latency.p95,
            ratio(size.flat.p50, size.latency.p50),
            size.memory.own / 2**20,
            size.memory.mapped / 2**20,
            size.written.peak / 2**20,
        )
        for name, size in named.items()
    ]
    memory = ("own MB", "mapped MB", "peak MB, building")
    return Table(
        "Vectors alone, growing",
        (*heads, "speed, fp32 flat scan = 1", *memory),
        rows,
        (
            f"The first {real:,} are real; the others lie between near real ones. "
            f"{HELD_OUT} other real ones are searched for.",
            "Both searches run on one thread, as a question does in the engine.",
        ),
        [
            Bars(
                "vectors-p50",
                "Milliseconds of a query",
                {name: size.latency.p50 for name, size in named.items()},
            ),
            Bars(
                "vectors-recall", f"Recall@{K}", {name: size.recall for name, size in named.items()}
            ),
        ],
    )
