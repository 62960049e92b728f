"""Writing the vectors of a segment; ``vectors.py`` says how they are searched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import StorageError
from indexer.files import replacing
from indexer.local.segments.columns import Mask
from indexer.local.segments.vectors import EXACT, Probing

MOST_EXACT = 100_000
"""Vectors up to which all are compared: 100,000 cost a thread some 4 ms a question."""
CENTRES = 4.0
"""Cells, for each square root of the number of vectors, as FAISS's guidelines have it."""
TRAINED_ON = 40
"""Vectors for each cell that the centres are learnt from; FAISS asks for 39."""
ITERATIONS = 8
RECALL = 0.99
"""Share of the true ten nearest that is to be found."""
ASKED = 200
"""Questions that recall is measured with: 0.99 is then known within 0.003."""
NEARNESS_SAMPLE = 100
"""Vectors whose nearest neighbours are looked for: the median is then known within 0.01."""
OUTGROWN = 2**0.5
"""Cells are learnt anew where so many times as many, or as few, would be learnt: at two times the
papers, or half of them. Recall is measured each time, whatever cells there are."""
_SEED = 20_240_517
_CHUNK = 1 << 20


def cells_for(count: int) -> int:
    """How many cells so many vectors are put in; 0 where all of them can be compared."""
    return 0 if count <= MOST_EXACT else round(CENTRES * count**0.5)


def fits(nlist: int, count: int) -> bool:
    """Whether so many vectors may be put in ``nlist`` cells that were learnt when they were fewer.

    0 cells fit as long as all vectors can be compared.
    """
    wanted = cells_for(count)
    return wanted / OUTGROWN <= nlist <= wanted * OUTGROWN


class VectorWriter:
    """Takes vectors in blocks, then writes them as one file, flat or in cells."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._index: Any = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )

    @classmethod
    def in_cells(cls, nlist: int, sample: NDArray[np.float16]) -> VectorWriter:
        """A writer whose ``nlist`` cells are learnt from ``(m, d)`` random ones of the vectors."""
        writer = cls(sample.shape[1])
        writer._index = trained_cells(min(nlist, len(sample)), sample)
        return writer

    @classmethod
    def taking_over(cls, path: Path, kept: Mask) -> VectorWriter:
        """A writer that begins with those of a written segment where ``kept`` is true.

        Cells stay as they were learnt.
        """
        import faiss

        index = faiss.read_index(str(path))
        writer = cls(index.d)
        writer._index = index
        if not kept.all():
            if hasattr(index, "nlist"):
                _keep_in_cells(index, kept)
            else:
                index.remove_ids(faiss.IDSelectorBatch(np.flatnonzero(~kept)))
        return writer

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: NDArray[np.float16]) -> None:
        """Append ``(n, d)`` unit vectors."""
        with all_threads():
            self._index.add(vectors.astype(np.float32))

    def write(self, path: Path) -> Probing:
        """Write the file; how to search it.

        Raises:
            StorageError: There is no room for it.
        """
        import faiss

        try:
            # Of a full disk FAISS's own writer would tell the terminal, too.
            with replacing(path, sync=False) as beside, beside.open("wb") as file:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write, _CHUNK))
        except RuntimeError as error:  # FAISS gives no errno
            raise StorageError(
                f"{path}: could not be written; check free space and the folder's mode"
            ) from error
        with all_threads():
            return _probing(self._index)

    def nearness(self) -> float:
        """The median cosine of a vector to the nearest other one, of a sample; 0 if there is none.

        It tells what "close" means in these papers under this model.
        """
        count = self._index.ntotal
        if count < 2:
            return 0.0
        chosen = np.unique(np.linspace(0, count - 1, NEARNESS_SAMPLE).astype(np.int64))
        cosines, _ = self._index.search(_vectors(self._index, chosen), 2)
        return float(np.median(cosines[:, 1]))


def trained_cells(nlist: int, sample: NDArray[np.float16]) -> Any:  # noqa: ANN401 - FAISS ships no types
    """An inverted file without vectors, its ``nlist`` cells learnt from ``(m, d)`` vectors."""
    import faiss

    dimension = sample.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        nlist,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,  # vectors themselves, not what is left of them beside their centre
    )
    index.cp.niter = ITERATIONS
    index.cp.min_points_per_centroid = 1  # no warning of few: they are the whole index
    index.cp.spherical = True
    index.cp.seed = _SEED
    with all_threads():
        index.train(sample.astype(np.float32))
    index.set_direct_map_type(faiss.DirectMap.Array)  # a vector by its position
    return index


def _keep_in_cells(index: Any, kept: Mask) -> None:  # noqa: ANN401
    """Leave out the others of an inverted file, and count those that stay from 0.

    FAISS's own removal leaves gaps in the numbers.
    """
    import faiss

    numbers = np.cumsum(kept) - 1
    old, size = index.invlists, index.code_size
    lists = faiss.ArrayInvertedLists(index.nlist, size)
    for cell in range(index.nlist):
        held = old.list_size(cell)
        if held == 0:
            continue
        ids = faiss.rev_swig_ptr(old.get_ids(cell), held)
        stay = kept[ids]
        codes = faiss.rev_swig_ptr(old.get_codes(cell), held * size).reshape(held, size)[stay]
        new = numbers[ids[stay]]
        if len(new):
            lists.add_entries(cell, len(new), faiss.swig_ptr(new), faiss.swig_ptr(codes))
    index.set_direct_map_type(faiss.DirectMap.NoMap)
    index.replace_invlists(lists, True)
    lists.this.disown()  # the index frees them
    index.ntotal = int(kept.sum())
    index.set_direct_map_type(faiss.DirectMap.Array)


def _probing(index: Any) -> Probing:  # noqa: ANN401
    """The fewest cells with which recall is reached, on questions made of the vectors.

    A vector's own neighbours are in its own cell, while those of a question lie in many: measured
    with vectors as questions, a tenth of the cells would seem enough. The sum of two vectors at
    random is as hard as a real question.
    """
    nlist = getattr(index, "nlist", 0)
    if not nlist:
        return EXACT
    pairs = np.random.default_rng(_SEED).integers(0, index.ntotal, (2, ASKED))
    questions = _vectors(index, pairs[0]) + _vectors(index, pairs[1])
    index.nprobe = nlist
    _, true = index.search(questions, 10)
    index.nprobe = 1
    while True:
        _, found = index.search(questions, 10)
        recall = (found[:, :, None] == true[:, None, :]).any(axis=1).mean()
        if recall >= RECALL or index.nprobe == nlist:
            return Probing(nlist=nlist, nprobe=index.nprobe, recall=round(float(recall), 4))
        index.nprobe = min(nlist, index.nprobe + 1 + index.nprobe // 5)


def _vectors(index: Any, positions: NDArray[np.int64]) -> NDArray[np.float32]:  # noqa: ANN401
    return np.asarray(index.reconstruct_batch(positions), np.float32)


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
