"""Writing the vectors of a segment; ``vectors.py`` says how they are searched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import StorageError
from indexer.files import replacing
from indexer.local.segments.cells import by_cell, centres_of, inverted_file, keep_only, put_in
from indexer.local.segments.columns import Mask
from indexer.local.segments.vectors import EXACT, Probing

RECALL = 0.99
"""Share of the true ten nearest that is to be found."""
ASKED = 200
"""Questions that recall is measured with: 0.99 is then known within 0.003."""
NEARNESS_SAMPLE = 100
"""Vectors whose nearest neighbours are looked for: the median is then known within 0.01."""
_SEED = 20_240_517
_CHUNK = 1 << 20
_BLOCK = 16_384


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
        writer._index = inverted_file(min(nlist, len(sample)), sample)
        return writer

    @classmethod
    def taking_over(cls, path: Path, kept: Mask) -> VectorWriter:
        """A writer that begins with those of a written segment where ``kept`` is true.

        Cells stay as they were learnt.
        """
        import faiss

        # Mapped, so that those in cells are copied once; FAISS can't change a mapped flat one.
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        if hasattr(index, "nlist"):
            keep_only(index, kept)
        else:
            index = faiss.read_index(str(path))
            if not kept.all():
                index.remove_ids(faiss.IDSelectorBatch(np.flatnonzero(~kept)))
        writer = cls(index.d)
        writer._index = index
        return writer

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: NDArray[np.float16]) -> None:
        """Append ``(n, d)`` unit vectors."""
        put_in(self._index, vectors.astype(np.float32))

    def write(self, path: Path) -> None:
        """Write the file; raises ``StorageError`` when there is no room for it."""
        import faiss

        try:
            # Of a full disk FAISS's own writer would tell the terminal, too.
            with replacing(path, sync=False) as beside, beside.open("wb") as file:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write, _CHUNK))
        except RuntimeError as error:  # FAISS gives no errno
            raise StorageError(
                f"{path}: could not be written; check free space and the folder's mode"
            ) from error

    def probing(self) -> Probing:
        """The fewest cells with which recall is reached, on questions made of the vectors.

        A vector's own neighbours are in its own cell, while those of a question lie in many:
        measured with vectors as questions, a tenth of the cells would seem enough. The sum of two
        vectors at random is as hard as a real question.
        """
        index = self._index
        nlist = getattr(index, "nlist", 0)
        if not nlist:
            return EXACT
        pairs = np.random.default_rng(_SEED).integers(0, index.ntotal, (2, ASKED))
        questions = _vectors(index, pairs[0]) + _vectors(index, pairs[1])
        cells = _cells_of_nearest(index, questions, min(10, index.ntotal))
        # A paper is found where its cell is looked through: as many cells as have a nearer centre,
        # and its own.
        scores = questions @ centres_of(index).T
        of_cells = np.take_along_axis(scores, cells, axis=1)
        nearer = [row > each[:, None] for row, each in zip(scores, of_cells, strict=True)]
        needed = np.sort([1 + np.count_nonzero(each, axis=1) for each in nearer], axis=None)
        nprobe = int(needed[int(np.ceil(RECALL * len(needed))) - 1])
        recall = float((needed <= nprobe).mean())
        return Probing(nlist=nlist, nprobe=nprobe, recall=round(recall, 4))

    def nearness(self, probing: Probing = EXACT) -> float:
        """The median cosine of a vector to the nearest other one, of a sample; 0 if there is none.

        It tells what "close" means in these papers under this model.
        """
        import faiss

        count = self._index.ntotal
        if count < 2:
            return 0.0
        chosen = np.unique(np.linspace(0, count - 1, NEARNESS_SAMPLE).astype(np.int64))
        cells = faiss.SearchParametersIVF(nprobe=probing.nprobe) if probing.nlist else None
        cosines, _ = self._index.search(_vectors(self._index, chosen), 2, params=cells)
        return float(np.median(cosines[:, 1]))


def _cells_of_nearest(index: Any, questions: NDArray[np.float32], k: int) -> NDArray[np.int64]:  # noqa: ANN401
    """``(n, k)`` cells of the vectors nearest to ``(n, d)`` questions, of all that are in cells."""
    best = np.full((len(questions), k), -np.inf, np.float32)
    found = np.zeros((len(questions), k), np.int64)
    for cells, vectors in by_cell(index, _BLOCK):
        scores = questions @ vectors.T
        better = np.flatnonzero(scores.max(axis=1) > best.min(axis=1))
        among = np.hstack([best[better], scores[better]])
        places = np.hstack([found[better], np.tile(cells, (len(better), 1))])
        chosen = np.argpartition(among, -k, axis=1)[:, -k:]
        best[better] = np.take_along_axis(among, chosen, axis=1)
        found[better] = np.take_along_axis(places, chosen, axis=1)
    return found


def _vectors(index: Any, positions: NDArray[np.int64]) -> NDArray[np.float32]:  # noqa: ANN401
    return np.asarray(index.reconstruct_batch(positions), np.float32)
