"""Some papers as points in a plane, near each other where they are alike, joined to the nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

JOINED = 2
"""Nearest papers that each is joined to."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Points in the order of their papers.

    Attributes:
        places: ``(n, 2)``, from 0 to 1 in both directions.
        joined: Pairs of papers, the smaller number first, ascending.
    """

    places: NDArray[np.float64]
    joined: tuple[tuple[int, int], ...]


def plane(vectors: NDArray[np.float32]) -> Plane:
    """Lay ``(n, d)`` unit vectors out along the two directions in which they differ most.

    The same vectors always give the same plane.
    """
    count = len(vectors)
    # Computed in float64, so that every machine finds the same directions.
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((count, 2))
    places[:, : min(2, left.shape[1])] = (left * sizes)[:, :2]
    # A direction has no sign of its own: the first paper lies left and above.
    places *= np.where(places[:1] > 0, -1.0, 1.0)
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    scale = span.max() or 1.0  # one for both directions, so that distances can be compared
    places = (places - low - span / 2) / scale + 0.5
    return Plane(places, _joined(vectors))


def _joined(vectors: NDArray[np.float32]) -> tuple[tuple[int, int], ...]:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, : min(JOINED, len(vectors) - 1)]
    pairs = {
        (min(one, int(other)), max(one, int(other)))
        for one, others in enumerate(nearest)
        for other in others
    }
    return tuple(sorted(pairs))
