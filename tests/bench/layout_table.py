"""``python -m tests.bench.layout_table``: ways to keep many vectors, measured in one run.

Each is built from the same vectors and asked the same hard questions, in a process and on a thread
of its own, with as much effort as it needs to find 99 % of the ten nearest.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from indexer.models.embedder import Vectors
from search.ranking.ranking import DEPTH
from tests.bench import machine
from tests.bench.compare import alone
from tests.bench.growth import recall
from tests.bench.layouts import LAYOUTS, Layout, Rows
from tests.bench.measures import Latency, Memory, latency
from tests.bench.report import Report, Table
from tests.bench.scale import Corpus
from tests.bench.vectors import Real

RECALL = 0.99
K = 10
ASKED = 100
SEED = 13
EFFORTS = tuple(step * 2**n for n in range(3, 11) for step in (2, 3))
"""Cells that are looked through, or candidates on a graph."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One layout at the least effort that is enough.

    Attributes:
        build: Seconds.
        bytes: Of its files.
        effort: Cells or candidates.
        first: Recall of the ten nearest.
        deep: Recall of the :data:`DEPTH` nearest.
        latency: Of a question.
        memory: Of the process that was asked.
    """

    build: float
    bytes: int
    effort: int
    first: float
    deep: float
    latency: Latency
    memory: Memory


def build(layout: type[Layout], real: Path, count: int, folder: Path) -> float:
    """Meant for a process of its own."""
    return layout(folder).build(Real.load(real), count)


def ask(
    layout: type[Layout], folder: Path, questions: Vectors, right: Rows
) -> tuple[int, float, float, Latency, Memory]:
    """The least effort with the recall that is wanted, and what it takes; likewise."""
    import faiss

    faiss.omp_set_num_threads(1)
    asked = layout(folder).open()
    for effort in EFFORTS:
        found = np.stack([_padded(asked(question, effort)) for question in questions])
        first = recall(found[:, :K], right[:, :K])
        if first >= RECALL:
            break
    time = latency(lambda question: asked(question, effort), questions)
    return effort, first, recall(found, right), time, Memory.now()


def _padded(found: Rows) -> Rows:
    return np.pad(found, (0, DEPTH - len(found)), constant_values=-1)


def nearest(real: Path, count: int, questions: Vectors) -> Rows:
    """``(n, DEPTH)``: the true neighbours, the nearest first, by comparing all in float32."""
    best: Vectors = np.empty((len(questions), 0), np.float32)
    places: Rows = np.empty((len(questions), 0), np.int64)
    start = 0
    for block in Real.load(real).blocks(count):
        best = np.hstack([best, questions @ block.T])
        numbers = np.arange(start, start + len(block))
        places = np.hstack([places, np.tile(numbers, (len(questions), 1))])
        start += len(block)
        kept = np.argsort(-best, axis=1)[:, :DEPTH]
        best = np.take_along_axis(best, kept, axis=1)
        places = np.take_along_axis(places, kept, axis=1)
    return places


def hard(vectors: NDArray[np.float16] | Vectors) -> Vectors:
    """Sums of two vectors at random, as hard as what people ask."""
    pairs = np.random.default_rng(SEED).integers(0, len(vectors), (2, ASKED))
    sums = vectors[pairs].astype(np.float32).sum(axis=0)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def measure(
    layout: type[Layout], real: Path, count: int, questions: Vectors, right: Rows
) -> Measured:
    """One layout, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=real.parent) as name:
        folder = Path(name)
        seconds = alone(build, layout, real, count, folder)
        size = sum(path.stat().st_size for path in folder.iterdir())
        return Measured(seconds, size, *alone(ask, layout, folder, questions, right))


def table(found: dict[str, Measured], count: int) -> Table:
    """A row for each layout."""
    heads = ("", f"r@{K}", f"r@{DEPTH}", "p50 ms", "p95 ms", "effort", "build s")
    rows = [
        (
            name,
            f"{one.first:.4f}",
            f"{one.deep:.4f}",
            one.latency.p50,
            one.latency.p95,
            one.effort,
            one.build,
            one.bytes / count,
            one.memory.own / 2**20,
        )
        for name, one in found.items()
    ]
    return Table(
        f"Ways to keep {count:,} vectors",
        (*heads, "bytes a vector", "own MB"),
        rows,
        (
            f"{DEPTH} deep, on one thread, with the least effort for recall (r) {RECALL} at {K}.",
            f"{ASKED} questions, each the sum of two vectors at random.",
        ),
    )


def main(
    index: Annotated[Path, typer.Argument(help="Index whose vectors are the real ones.")],
    count: Annotated[int, typer.Option(help="How many vectors.")] = 1_000_000,
    layouts: Annotated[
        list[str] | None, typer.Option("--only", help="Those that begin so.")
    ] = None,
) -> None:
    """Measure all layouts and print the table."""
    console, report = Console(), Report("Ways to keep vectors", machine.facts())
    vectors = Corpus.of(index).vectors
    found: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory(dir=index.parent) as name:
        real = Path(name) / "real"
        Real(vectors).save(real)
        questions = hard(vectors)
        right = alone(nearest, real, count, questions)
        for each, layout in LAYOUTS.items():
            if not layouts or each.startswith(tuple(layouts)):
                console.print(f"{each} ...")
                found[each] = measure(layout, real, count, questions, right)
    report.add([table(found, count)], console)


if __name__ == "__main__":
    typer.run(main)
