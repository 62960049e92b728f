"""Some papers as points in a plane, near each other where they are alike, joined to the nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

JOINED = 2
"""Nearest papers that each is joined to."""
_BLOCK = 4_096


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
    return Plane(fitted(main_directions(vectors)), _joined(vectors))


def main_directions(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """``(n, 2)`` places of ``(n, d)`` vectors along the two directions in which they differ most.

    The first lies left and above the middle. Zeros stand for directions that there aren't.
    """
    # Computed in float64, so that every machine finds the same directions.
    middle = vectors.mean(axis=0, dtype=np.float64)
    if len(vectors) > vectors.shape[1]:
        found = _projected(vectors, middle)
    else:
        left, sizes, _ = np.linalg.svd(vectors - middle, full_matrices=False)
        found = (left * sizes)[:, :2]
    places = np.zeros((len(vectors), 2))
    places[:, : found.shape[1]] = found
    # A direction has no sign of its own: the first paper lies left and above.
    return places * np.where(places[:1] > 0, -1.0, 1.0)


def _projected(vectors: NDArray[np.floating], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of many vectors, never all of them in float64 at once."""
    blocks = [slice(first, first + _BLOCK) for first in range(0, len(vectors), _BLOCK)]
    spread = np.zeros((vectors.shape[1],) * 2)
    for block in blocks:
        centred = vectors[block] - middle
        spread += centred.T @ centred
    axes = np.linalg.eigh(spread).eigenvectors[:, :-3:-1]
    return np.concatenate([(vectors[block] - middle) @ axes for block in blocks])


def fitted(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(n, 2)`` places moved and scaled, the same in both directions, into 0 to 1."""
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    scale = span.max() or 1.0  # one for both directions, so that distances can be compared
    found: NDArray[np.float64] = (places - low - span / 2) / scale + 0.5
    return found


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
