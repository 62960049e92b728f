"""Vectors on disk and the nearest of them: FAISS, derived from the catalog.

A part's vectors are float16, one for each position, in a memory-mapped file. A mapped index is
read-only: FAISS aborts the process on any attempt to change it, so parts are written whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError, StorageError

Found = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Positions and cosines, best first, equal cosines by position."""


NEARNESS_SAMPLE = 100
"""Vectors whose nearest neighbours are looked for: the median is then known within 0.01."""


class VectorWriter:
    """Takes vectors in blocks, then writes them as one file."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._index = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )

    def add(self, vectors: NDArray[np.float16]) -> None:
        """Append ``(n, d)`` unit vectors."""
        self._index.add(vectors.astype(np.float32))

    def nearness(self) -> float:
        """The median cosine of a vector to the nearest other one, of a sample; 0 if there is none.

        It tells what "close" means in these papers under this model.
        """
        count = self._index.ntotal
        if count < 2:
            return 0.0
        chosen = np.unique(np.linspace(0, count - 1, NEARNESS_SAMPLE).astype(np.int64))
        cosines, _ = self._index.search(self._index.reconstruct_batch(chosen), 2)
        return float(np.median(cosines[:, 1]))

    def write(self, path: Path) -> None:
        """Write the file; raises ``StorageError`` when there is no room for it."""
        import faiss

        beside = path.with_name(path.name + ".new")
        try:
            faiss.write_index(self._index, str(beside))
            beside.replace(path)  # a reader may have an old file of that name mapped
        except RuntimeError as error:  # FAISS gives no errno
            raise StorageError(
                f"{path}: could not be written; check free space and the folder's mode"
            ) from error


class Vectors:
    """The vectors of one part, open for reading."""

    def __init__(self, path: Path) -> None:
        import faiss

        try:
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            if not path.exists():
                raise FileNotFoundError(path) from error
            raise IndexDamagedError(
                f"{path}: not readable as vectors; run `nearpaper rebuild`"
            ) from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def at(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """``(n, d)`` float32 vectors of these positions."""
        return np.asarray(self._index.reconstruct_batch(positions), np.float32)

    def nearest(
        self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None = None
    ) -> Found:
        """The ``k`` positions nearest to a ``(d,)`` unit vector, among those of ``mask``.

        Exact. Where equal cosines straddle the end, those of the lowest positions are given.
        """
        allowed = len(self) if mask is None else int(mask.sum())
        k = min(k, allowed)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None if mask is None or allowed == len(self) else _selecting(mask)
        depth = min(k + 1, allowed)
        _stay_in_this_thread()
        while True:
            scores, positions = self._index.search(query[None], depth, params=parameters)
            if depth == allowed or scores[0, -1] < scores[0, k - 1]:
                return best_first(positions[0], scores[0], k)
            depth = min(2 * depth, allowed)


def _stay_in_this_thread() -> None:
    """One question is one thread's work.

    With more, OpenMP's and the model's threads wait for each other by spinning: a search in 15 ms
    instead of 5 on two cores. OpenMP keeps the number for each thread that calls.
    """
    import faiss

    faiss.omp_set_num_threads(1)


def best_first(positions: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> Found:
    """The first ``k`` by falling score, then by rising position."""
    order = np.lexsort((positions, -scores))[:k]
    return positions[order], scores[order]


def _selecting(mask: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - FAISS ships no types
    import faiss

    bits = np.packbits(mask, bitorder="little")
    parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
    parameters.keep_alive = bits  # FAISS keeps a bare pointer to them
    return parameters
