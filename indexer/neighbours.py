"""The nearest neighbours of each of many vectors, and clusters of points: FAISS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.cells import CENTRES, TRAINED_ON, all_threads, inverted_file, put_in

EXACT_UPTO = 20_000
"""Vectors that are all compared with each other, in seconds; of more, those of some cells."""
_NPROBE = 32
_BLOCK = 2_048
_ROUNDS, _STARTS = 25, 5
"""Of k-means; the best of some starts is taken."""

Neighbours = tuple[NDArray[np.int64], NDArray[np.float32]]
"""``(n, k)`` places of the nearest, nearest first, and their cosines."""


def neighbours_of_each(
    vectors: NDArray[np.float16], k: int, advanced: Callable[[float], None] = lambda fraction: None
) -> Neighbours:
    """For each of ``(n, d)`` unit vectors the ``k`` nearest others, ``k`` being less than ``n``.

    The same vectors always have the same neighbours. Of more than :data:`EXACT_UPTO` some of the
    nearest are missed, and the next ones come instead.

    Args:
        vectors: Of unit length.
        k: How many for each.
        advanced: Is told how much is done, from 0 to 1.
    """
    count = len(vectors)
    places, cosines = np.empty((count, k), np.int64), np.empty((count, k), np.float32)
    with all_threads():
        index = _index(vectors)
        for first in range(0, count, _BLOCK):
            last = min(count, first + _BLOCK)
            scores, found = index.search(vectors[first:last].astype(np.float32), k + 1)
            places[first:last], cosines[first:last] = _others(found, scores, first)
            advanced(last / count)
    return places, cosines


def parts_of(points: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Which of ``count`` parts each of ``(n, d)`` points is in, by k-means; some may stay empty.

    The same points are always divided in the same way.
    """
    import faiss

    points = points.astype(np.float32)
    with all_threads():
        means = faiss.Kmeans(points.shape[1], count, niter=_ROUNDS, nredo=_STARTS, seed=1)
        means.cp.min_points_per_centroid = 1  # no warning of few: they are all that there are
        means.train(points)
        parts: NDArray[np.int64] = means.index.search(points, 1)[1][:, 0]
    return parts


def _others(found: NDArray[np.int64], scores: NDArray[np.float32], first: int) -> Neighbours:
    """Without each vector itself; without the last one where it isn't among its nearest.

    Where the cells held too few, the vector itself fills up, as far away as can be.
    """
    own = np.arange(first, first + len(found))[:, None]
    kept = found != own
    kept[kept.all(axis=1), -1] = False
    shape = (len(found), found.shape[1] - 1)
    found, scores = found[kept].reshape(shape), scores[kept].reshape(shape)
    return np.where(found < 0, own, found), np.where(found < 0, np.float32(-1), scores)


def _index(vectors: NDArray[np.float16]) -> Any:  # noqa: ANN401 - FAISS ships no types
    import faiss

    count, dimension = vectors.shape
    index: Any = faiss.IndexFlatIP(dimension)
    if count > EXACT_UPTO:
        nlist = round(CENTRES * count**0.5)
        index = inverted_file(nlist, vectors[:: max(1, count // (TRAINED_ON * nlist))])
        index.nprobe = _NPROBE
    for first in range(0, count, _BLOCK):
        put_in(index, vectors[first : first + _BLOCK].astype(np.float32))
    return index
