"""Which papers a sample is of: the same on every store that gave them the same row numbers.

Rows stand on a ring of 2^63 places by a hash of their numbers. A seed says where to start, and the
next ``n`` rows from there are the sample. So it can be drawn from any index that sorts, and papers
that come later leave most of it as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def places(rows: ArrayLike) -> NDArray[np.int64]:
    """``(n,)``: the places of row numbers, 0 to 2^63 - 1, by the finaliser of SplitMix64.

    Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
    """
    mixed = np.atleast_1d(np.asarray(rows, np.int64)).astype(np.uint64) + np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def start_of(seed: int) -> int:
    """The place from which the sample of a seed is drawn."""
    return int(places(-1 - seed)[0])


def drawn(rows: NDArray[np.int64], n: int, seed: int) -> NDArray[np.int64]:
    """``(min(n, len(rows)),)``: which of some rows a sample is of, ascending."""
    behind = (places(rows) - start_of(seed)).astype(np.uint64) & np.uint64(2**63 - 1)
    if n < len(rows):
        return np.sort(np.argpartition(behind, n)[:n])
    return np.arange(len(rows))
