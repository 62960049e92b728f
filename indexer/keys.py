"""Sets of keys, in a third of the time of NumPy's own for the thousand that a leg finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.store import Keys


def among(keys: Keys, others: Keys) -> NDArray[np.bool_]:
    """``(n,)``: which keys are among others, as ``np.isin`` has it."""
    if not len(others):
        return np.zeros(len(keys), np.bool_)
    ascending = np.sort(others)
    found: NDArray[np.bool_] = ascending.take(np.searchsorted(ascending, keys), mode="clip") == keys
    return found


def union(one: Keys, other: Keys) -> Keys:
    """The keys of both, each once, ascending."""
    both = np.sort(np.concatenate([one, other]))
    return both[np.diff(both, prepend=-1) > 0]
