"""Vectors on disk and the nearest of them: FAISS, made from the catalog.

A segment's vectors are float16, one for each position, in a memory-mapped file: flat where all of
them can be compared with a question, in cells of an inverted file (IVF) where they are many. A
mapped index is read-only: FAISS aborts the process on any attempt to change it, so segments are
written whole, by :mod:`indexer.local.segments.vector_writer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError
from indexer.files import open_plain
from indexer.local.segments.columns import count

Found = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Positions and cosines, best first, equal cosines by position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """How a segment's vectors are searched.

    Attributes:
        nlist: Cells that they are in; 0 where all are compared.
        nprobe: Cells that are looked through for a question, those with the nearest centres.
        recall: Share of the true ten nearest that this found when it was written.
    """

    nlist: int = 0
    nprobe: int = 0
    recall: float = 1.0


EXACT = Probing()
_KINDS = (b"IxSQ", b"IwSq")
"""How FAISS names the two kinds of index that are written, at the begin of a file."""


class Vectors:
    """The vectors of one segment, open for reading."""

    def __init__(self, path: Path, probing: Probing = EXACT) -> None:
        import faiss

        with open_plain(path) as file:
            kind = file.read(4)
        try:
            if kind not in _KINDS:  # before anything else of it is believed
                raise ValueError(kind)
            self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            _require_sense(self._index)
        except (RuntimeError, ValueError, MemoryError) as error:
            if not path.exists():
                raise FileNotFoundError(path) from error
            raise IndexDamagedError(
                f"{path}: not readable as vectors; run `nearpaper rebuild`"
            ) from error
        self._nlist = int(getattr(self._index, "nlist", 0))
        if self._nlist != probing.nlist:
            raise IndexDamagedError(
                f"{path}: {self._nlist} cells, not {probing.nlist}; run `nearpaper rebuild`"
            )
        self._nprobe = probing.nprobe

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
        self,
        query: NDArray[np.float32],
        k: int,
        mask: NDArray[np.bool_] | None = None,
        *,
        exact: bool = False,
    ) -> Found:
        """The ``k`` positions nearest to a ``(d,)`` unit vector, among those of ``mask``.

        As many as asked for, if there are so many; fewer only where vectors have rotted, which are
        near to nothing. Where equal cosines straddle the end, those of
        the lowest positions are given. Without ``exact``, vectors in cells are found with the
        recall that was measured when they were written.
        """
        allowed = len(self) if mask is None else count(mask)
        k = min(k, allowed)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        selector = None if mask is None or allowed == len(self) else _Selector(mask)
        cells = self._nlist if exact else self._cells(allowed)
        depth = min(k + 1, allowed)
        _stay_in_this_thread()
        while True:
            positions, scores = self._search(query, depth, selector, cells)
            if len(positions) < k and cells < self._nlist:
                cells = min(2 * cells, self._nlist)
            elif len(positions) < depth or depth == allowed or scores[-1] < scores[k - 1]:
                return best_first(positions, scores, k)
            else:
                depth = min(2 * depth, allowed)

    def _cells(self, allowed: int) -> int:
        """Cells to look through, so that as many vectors are compared whatever is allowed.

        With the same cells for all, a filter that keeps 1 % of a million leaves recall at 0.53.
        """
        return min(self._nlist, -(-self._nprobe * len(self) // allowed))

    def _search(
        self, query: NDArray[np.float32], k: int, selector: _Selector | None, cells: int
    ) -> Found:
        import faiss

        chosen = {} if selector is None else {"sel": selector.selector}
        if self._nlist:
            parameters = faiss.SearchParametersIVF(nprobe=cells, **chosen)
        else:
            parameters = faiss.SearchParameters(**chosen)
        scores, positions = self._index.search(query[None], k, params=parameters)
        found = positions[0] >= 0
        return positions[0][found], scores[0][found]


def _require_sense(index: Any) -> None:  # noqa: ANN401
    """Raise ``ValueError`` or ``RuntimeError`` for an index that no writer writes."""
    import faiss

    in_cells = isinstance(index, faiss.IndexIVFScalarQuantizer)
    if not (in_cells or isinstance(index, faiss.IndexScalarQuantizer)):
        raise ValueError("kind")
    numbers = index.sq.qtype == faiss.ScalarQuantizer.QT_fp16 and index.sq.d == index.d
    if not (numbers and index.metric_type == faiss.METRIC_INNER_PRODUCT and index.is_trained):
        raise ValueError("numbers")
    size = 2 * index.d
    if not in_cells:
        if index.code_size != size or index.codes.size() != index.ntotal * size:
            raise ValueError("size")
        return
    quantizer = faiss.downcast_index(index.quantizer)
    flat = isinstance(quantizer, faiss.IndexFlat) and (quantizer.d, quantizer.ntotal) == (
        index.d,
        index.nlist,
    )
    lists = index.invlists
    if not flat or index.by_residual or (lists.nlist, lists.code_size) != (index.nlist, size):
        raise ValueError("cells")
    index.set_direct_map_type(faiss.DirectMap.Array)  # a vector by its position; checks them all


class _Selector:
    """Lets FAISS see only the positions where a mask is true."""

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        import faiss

        self._bits = np.packbits(mask, bitorder="little")  # FAISS keeps a bare pointer to them
        self.selector = faiss.IDSelectorBitmap(self._bits)


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
