"""Ways to keep many vectors; ``layout_table.py`` measures them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.cells import CENTRES, TRAINED_ON, all_threads, inverted_file, put_in
from indexer.models.embedder import Vectors
from search.ranking.ranking import DEPTH
from tests.bench.vectors import Real

SPARE = 4
"""Times the depth: how many are found by one bit a number and compared in float16."""
LINKS, CONSTRUCTION = 32, 100
"""Of a vector in the graph, and candidates for them."""

Rows = NDArray[np.int64]
Ask = Callable[[NDArray[np.float32], int], Rows]
"""The :data:`DEPTH` nearest to a ``(d,)`` question, at an effort."""


class Layout(Protocol):
    """A way to keep vectors, built in a folder and asked from it."""

    def __init__(self, folder: Path) -> None: ...

    def build(self, source: Real, count: int) -> float:
        """Write them; the seconds that this took, without making the vectors up."""
        ...

    def open(self) -> Ask:
        """Ready to be asked."""
        ...


class Cells:
    """An inverted file of float16, as nearpaper writes it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "cells.faiss"

    def build(self, source: Real, count: int) -> float:
        """As in :class:`Layout`, like the next one."""
        return _filled(source, count, _in_cells(source, count), self._file)

    def open(self) -> Ask:
        """Mapped."""
        import faiss

        return partial(_of_cells, faiss.read_index(str(self._file), faiss.IO_FLAG_MMAP_IFC))


class Bits:
    """The same cells with a bit for each number (RaBitQ), what they find compared in float16."""

    def __init__(self, folder: Path) -> None:
        self._file, self._exact = folder / "bits.faiss", folder / "vectors.f16"

    def build(self, source: Real, count: int) -> float:
        """As in :class:`Layout`, like the next one."""
        import faiss

        nlist, sample = _sample(source, count)
        started = time.perf_counter()
        cells = inverted_file(nlist, sample)
        index = faiss.IndexIVFRaBitQFastScan(
            cells.quantizer, sample.shape[1], nlist, faiss.METRIC_INNER_PRODUCT
        )
        with all_threads():
            index.train(sample.astype(np.float32))
        spent = time.perf_counter() - started
        with self._exact.open("wb") as exact:

            def add(rows: Vectors) -> None:
                with all_threads():
                    index.add(rows)
                rows.astype(np.float16).tofile(exact)

            return spent + _filled(source, count, (index, add, 0.0), self._file)

    def open(self) -> Ask:
        """Bits in memory, since FAISS doesn't map them; float16 mapped."""
        import faiss

        index = faiss.read_index(str(self._file))
        exact = np.memmap(self._exact, np.float16, "r").reshape(-1, index.d)

        def ask(question: NDArray[np.float32], effort: int) -> Rows:
            found = _of_cells(index, question, effort, SPARE * DEPTH)
            found = np.sort(found[found >= 0])
            cosines = exact[found].astype(np.float32) @ question
            return found[np.argsort(-cosines)[:DEPTH]]

        return ask


class Graph:
    """A graph of near neighbours (HNSW) over float16."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "graph.faiss"

    def build(self, source: Real, count: int) -> float:
        """As in :class:`Layout`, like the next one."""
        import faiss

        index = faiss.IndexHNSWSQ(
            source.vectors.shape[1],
            faiss.ScalarQuantizer.QT_fp16,
            LINKS,
            faiss.METRIC_INNER_PRODUCT,
        )
        index.hnsw.efConstruction = CONSTRUCTION
        index.train(source.vectors[:1].astype(np.float32))

        def add(rows: Vectors) -> None:
            with all_threads():
                index.add(rows)

        return _filled(source, count, (index, add, 0.0), self._file)

    def open(self) -> Ask:
        """In memory, since FAISS doesn't map its links."""
        import faiss

        index = faiss.read_index(str(self._file))

        def ask(question: NDArray[np.float32], effort: int) -> Rows:
            chosen = faiss.SearchParametersHNSW(efSearch=max(effort, DEPTH))
            found: Rows = index.search(question[None], DEPTH, params=chosen)[1][0]
            return found

        return ask


LAYOUTS: dict[str, type[Layout]] = {
    "cells, float16": Cells,
    "cells, 1 bit (RaBitQ), then float16": Bits,
    "graph (HNSW), float16": Graph,
}


def _sample(source: Real, count: int) -> tuple[int, NDArray[np.float16]]:
    nlist = round(CENTRES * count**0.5)
    return nlist, source.sample(count, TRAINED_ON * nlist)


def _in_cells(source: Real, count: int) -> tuple[Any, Callable[[Vectors], None], float]:
    nlist, sample = _sample(source, count)
    started = time.perf_counter()
    index = inverted_file(nlist, sample)
    return index, partial(put_in, index), time.perf_counter() - started


def _filled(
    source: Real, count: int, made: tuple[Any, Callable[[Vectors], None], float], target: Path
) -> float:
    """Put all vectors in and write the file; the seconds of both, and of what was before."""
    import faiss

    index, add, spent = made
    for block in source.blocks(count):
        started = time.perf_counter()
        add(block)
        spent += time.perf_counter() - started
    started = time.perf_counter()
    faiss.write_index(index, str(target))
    return spent + time.perf_counter() - started


def _of_cells(index: Any, question: NDArray[np.float32], effort: int, k: int = DEPTH) -> Rows:
    import faiss

    chosen = faiss.SearchParametersIVF(nprobe=min(effort, index.nlist))
    found: Rows = index.search(question[None], k, params=chosen)[1][0]
    return found
