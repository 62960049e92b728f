"""More vectors than there are papers: real ones, then points between near real ones.

Real vectors lie in clusters. A made one lies between two real ones of the same small cluster, plus
a little noise, so that searching among them is about as hard as among real ones. All is seeded and
made in blocks: the same block is the same every time, and no more than one is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.models.embedder import Vectors, unit_rows

Rows = NDArray[np.int64]

BLOCK = 10_000
CLUSTER = 40
"""Real vectors in a cluster, about."""
NOISE = 0.4
"""Length of the noise beside that of a vector: half-way points of a cluster have a cosine of
about 0.9 to their ends, with it about 0.8, as real papers have to the nearest other one."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Made:
    """Vectors between pairs of real ones.

    Attributes:
        first: ``(n,)`` rows of the real vectors on one side.
        second: ``(n,)`` rows of those on the other.
        vectors: ``(n, d)`` float32, unit length.
    """

    first: Rows
    second: Rows
    vectors: Vectors


class Real:
    """Real vectors and which of them are near each other.

    Args:
        vectors: ``(n, d)`` float16 or float32, unit length.
        labels: ``(n,)``, which cluster each belongs to, where that is known.
    """

    def __init__(self, vectors: NDArray[np.float16] | Vectors, labels: Rows | None = None) -> None:
        self.vectors = vectors
        self._labels = _clusters(vectors) if labels is None else labels
        self._members = np.argsort(self._labels, kind="stable")
        sizes = np.bincount(self._labels)
        self._sizes, self._starts = sizes, np.cumsum(sizes) - sizes

    def __len__(self) -> int:
        return len(self.vectors)

    def sample(self, total: int, count: int) -> NDArray[np.float16]:
        """``count`` of the first ``total`` vectors at random, in their order."""
        chosen = np.random.default_rng(SEED).permutation(total)[:count]
        chosen.sort()
        rows = np.empty((len(chosen), self.vectors.shape[1]), np.float16)
        start = 0
        for block in self.blocks(total):
            first, last = np.searchsorted(chosen, [start, start + len(block)])
            rows[first:last] = block[chosen[first:last] - start]
            start += len(block)
        return rows

    def save(self, folder: Path) -> None:
        """Keep the vectors and their clusters, which take a minute to find, for other processes."""
        folder.mkdir(exist_ok=True)
        np.save(folder / "vectors.npy", self.vectors)
        np.save(folder / "labels.npy", self._labels)

    @classmethod
    def load(cls, folder: Path) -> Real:
        """What :meth:`save` kept; the vectors stay in their file."""
        return cls(np.load(folder / "vectors.npy", mmap_mode="r"), np.load(folder / "labels.npy"))

    def made(self, number: int, count: int = BLOCK) -> Made:
        """The ``number``-th block of made vectors."""
        chance = np.random.default_rng([SEED, number])
        first = chance.integers(0, len(self), count)
        labels = self._labels[first]
        within = chance.integers(0, self._sizes[labels])
        second = self._members[self._starts[labels] + within]
        share = chance.uniform(0.25, 0.75, (count, 1)).astype(np.float32)
        between = (1 - share) * self.vectors[first] + share * self.vectors[second]
        dimension = self.vectors.shape[1]
        noise = chance.standard_normal((count, dimension), np.float32) * NOISE / dimension**0.5
        return Made(first, second, unit_rows(unit_rows(between) + noise))

    def blocks(self, total: int) -> Iterator[Vectors]:
        """``total`` vectors, ``(n, d)`` float32 at a time: the real ones, then made ones."""
        for start in range(0, min(total, len(self)), BLOCK):
            yield self.vectors[start : min(start + BLOCK, total)].astype(np.float32)
        for number, start in enumerate(range(len(self), total, BLOCK)):
            yield self.made(number).vectors[: total - start]


def _clusters(vectors: NDArray[np.float16] | Vectors) -> Rows:
    """A label for each vector: the nearest of as many centres as there are clusters."""
    import faiss

    wide = np.ascontiguousarray(vectors, dtype=np.float32)
    count = max(1, len(wide) // CLUSTER)
    centres = faiss.Kmeans(
        wide.shape[1], count, niter=4, seed=SEED, spherical=True, min_points_per_centroid=1
    )
    centres.train(wide)
    labels: Rows = np.asarray(centres.index.search(wide, 1)[1][:, 0], np.int64)
    return labels
