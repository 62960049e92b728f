"""Cells that many vectors are put in, as FAISS's inverted file: learnt, filled and thinned out.

Centres are learnt and compared by NumPy's matrix products, in every thread. With the OpenBLAS that
FAISS's wheel brings, the same products take eight times as long: 25 billion operations a second and
200, on two cores with AVX-512.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.columns import Mask

CENTRES = 4.0
"""Cells, for each square root of the number of vectors, as FAISS's guidelines have it."""
MOST_EXACT = 100_000
"""Vectors up to which all are compared: 100,000 cost a thread some 4 ms a question."""
OUTGROWN = 2**0.5
"""Cells are learnt anew where so many times as many, or as few, would be learnt: at two times the
papers, or half of them. Recall is measured each time, whatever cells there are."""
TRAINED_ON = 40
"""Vectors for each cell that the centres are learnt from; FAISS asks for 39."""
ITERATIONS = 8
_SEED = 20_240_517
_BLOCK = 4096

Rows = NDArray[np.float32]
"""``(n, d)`` vectors."""


def cells_for(count: int) -> int:
    """How many cells so many vectors are put in; 0 where all of them can be compared."""
    return 0 if count <= MOST_EXACT else round(CENTRES * count**0.5)


def fits(nlist: int, count: int) -> bool:
    """Whether so many vectors may be put in ``nlist`` cells that were learnt from fewer or more.

    0 cells fit as long as all vectors can be compared.
    """
    wanted = cells_for(count)
    return wanted / OUTGROWN <= nlist <= wanted * OUTGROWN


def learnt(nlist: int, sample: NDArray[np.float16]) -> Rows:
    """``(nlist, d)`` centres of unit length, by spherical k-means over ``(m, d)`` unit vectors.

    Dhillon & Modha, "Concept Decompositions for Large Sparse Text Data Using Clustering", Machine
    Learning 42, 2001. A centre without vectors begins anew at one of them. ``m`` is at least
    ``nlist``.
    """
    numbers = np.random.default_rng(_SEED)
    centres = sample[numbers.permutation(len(sample))[:nlist]].astype(np.float32)
    for _ in range(ITERATIONS):
        sums = np.zeros_like(centres)
        for block in _blocks(sample):
            _add_up(sums, block, nearest_centres(block, centres))
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        lost = lengths[:, 0] == 0
        sums[lost] = sample[numbers.integers(0, len(sample), lost.sum())]
        lengths[lost] = 1
        centres = sums / lengths
    return centres


def nearest_centres(vectors: Rows, centres: Rows) -> NDArray[np.int64]:
    """``(n,)``: for each vector the number of the centre with the highest cosine."""
    found = [(block @ centres.T).argmax(axis=1) for block in _blocks(vectors)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _add_up(sums: Rows, vectors: Rows, cells: NDArray[np.int64]) -> None:
    """Add each vector to its cell's row."""
    order = np.argsort(cells, kind="stable")
    held, first = np.unique(cells[order], return_index=True)
    sums[held] += np.add.reduceat(vectors[order], first)


def _blocks(vectors: NDArray[np.floating]) -> Iterator[Rows]:
    for begin in range(0, len(vectors), _BLOCK):
        yield vectors[begin : begin + _BLOCK].astype(np.float32, copy=False)


def inverted_file(nlist: int, sample: NDArray[np.float16]) -> Any:  # noqa: ANN401 - FAISS ships no types
    """One without vectors, whose ``nlist`` cells are learnt from ``(m, d)`` of them."""
    import faiss

    centres = learnt(nlist, sample)
    dimension = centres.shape[1]
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(centres)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer,
        dimension,
        nlist,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,  # vectors themselves, not what is left of them beside their centre
    )
    index.train(centres)  # nothing is left to learn; FAISS wants to be told
    index.set_direct_map_type(faiss.DirectMap.Array)  # a vector by its position
    return index


def centres_of(index: Any) -> NDArray[np.float32]:  # noqa: ANN401
    """``(nlist, d)`` centres of an inverted file."""
    return np.asarray(index.quantizer.reconstruct_n(0, index.nlist), np.float32)


def put_in(index: Any, vectors: Rows) -> None:  # noqa: ANN401
    """Append ``(n, d)`` vectors to an index, to the nearest cells if it has any."""
    import faiss

    if not hasattr(index, "nlist"):
        index.add(vectors)
    elif len(vectors):
        cells = nearest_centres(vectors, centres_of(index))
        with all_threads():
            index.add_core(len(vectors), faiss.swig_ptr(vectors), None, faiss.swig_ptr(cells))


def keep_only(index: Any, kept: Mask) -> None:  # noqa: ANN401
    """Leave out the others of an inverted file, and count those that stay from 0.

    FAISS's own removal leaves gaps in the numbers.
    """
    import faiss

    numbers = np.cumsum(kept) - 1
    lists = faiss.ArrayInvertedLists(index.nlist, index.code_size)

    def copy(cell: int) -> None:
        ids, codes = _held(index, cell)
        stay = kept[ids]
        if not stay.all():
            ids, codes = ids[stay], codes[stay]
        new = numbers[ids]
        if len(new):
            lists.add_entries(cell, len(new), faiss.swig_ptr(new), faiss.swig_ptr(codes))

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(copy, range(index.nlist)):
            pass
    index.set_direct_map_type(faiss.DirectMap.NoMap)
    index.replace_invlists(lists, True)
    lists.this.disown()  # the index frees them
    index.ntotal = int(kept.sum())
    index.set_direct_map_type(faiss.DirectMap.Array)


def _held(index: Any, cell: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:  # noqa: ANN401
    """``(m,)`` positions of the vectors in a cell, and ``(m, size)`` bytes, where they lie."""
    import faiss

    held, size = index.invlists.list_size(cell), index.code_size
    if held == 0:
        return np.empty(0, np.int64), np.empty((0, size), np.uint8)
    ids = faiss.rev_swig_ptr(index.invlists.get_ids(cell), held)
    codes = faiss.rev_swig_ptr(index.invlists.get_codes(cell), held * size)
    return ids, codes.reshape(held, size)


def by_cell(index: Any, size: int) -> Iterator[tuple[NDArray[np.int64], Rows]]:  # noqa: ANN401
    """All vectors in cells, ``size`` or a cell's more at a time: ``(n,)`` cells and the vectors."""
    cells: list[int] = []
    codes: list[NDArray[np.uint8]] = []
    for cell in range(index.nlist):
        _, held = _held(index, cell)
        cells += [cell] * len(held)
        codes.append(held)
        if cells and (len(cells) >= size or cell == index.nlist - 1):
            yield np.array(cells), np.concatenate(codes).view(np.float16).astype(np.float32)
            cells, codes = [], []


@contextmanager
def all_threads() -> Iterator[None]:
    """Questions are answered with one thread; writing has the processor for itself."""
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
