"""Many papers as points in a plane: t-SNE over their nearest neighbours.

Of what can lay 100,000 papers out in minutes, t-SNE keeps most of a paper's ten nearest among its
nearest in the plane; docs/page.md has the figures. It starts from the two directions in which the
papers differ most, so that fields that are near each other stay so.
"""

from __future__ import annotations

from collections.abc import Callable
from os import cpu_count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import SourceError
from indexer.neighbours import neighbours_of_each
from search.map.projection import fitted, main_directions

NEIGHBOURS = 45
"""Of each paper; three times what t-SNE calls perplexity."""
_FEW = 8
"""Papers that their main directions show as well as anything."""
_EARLY, _LATE, _STEP = 125, 375, 25
"""Rounds in which groups form, then those in which they spread, and how many at once."""
_EXAGGERATED, _EXAGGERATED_LATER = 12.0, 1.5
"""How much nearer points are drawn than t-SNE has it: what is alike comes together, and the rounds
are faster as the picture stays smaller."""
_SLOWEST = 200.0
"""Points move at least so fast, or few of them would never arrive."""
_BY_TREE = 2_000
"""Points up to which a tree (Barnes and Hut) is faster than interpolation by Fourier transforms."""
_COMPARING = 0.1
"""Share of the time that finding the neighbours takes."""

Advanced = Callable[[float], None]


def require_layout() -> None:
    """Raise ``SourceError`` unless the extra ``map`` is installed."""
    try:
        import openTSNE  # noqa: F401
    except ImportError:
        raise SourceError(
            "a map needs openTSNE; install it with `pip install 'nearpaper[map]'`"
        ) from None


def lay_out(
    vectors: NDArray[np.float16], advanced: Advanced = lambda fraction: None
) -> NDArray[np.float64]:
    """``(n, 2)`` places from 0 to 1 of ``(n, d)`` unit vectors, near where these are alike.

    The same vectors give the same places, on the same number of processors.

    Raises:
        SourceError: The extra ``map`` isn't installed.
    """
    require_layout()
    start = main_directions(vectors)
    if len(vectors) <= _FEW:
        return fitted(start)
    count = min(NEIGHBOURS, len(vectors) - 1)
    places, cosines = neighbours_of_each(vectors, count, lambda f: advanced(f * _COMPARING))
    return fitted(_spread(start, _affinities(places, cosines), advanced))


def _affinities(places: NDArray[np.int64], cosines: NDArray[np.float32]) -> Any:  # noqa: ANN401 - ships no types
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    # Of unit vectors; copies of a paper are told apart a little, or nothing else would be near.
    distances = np.sqrt(np.maximum(2 - 2 * cosines.astype(np.float64), 1e-6))
    return PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(places, distances),
        perplexity=places.shape[1] / 3,
        n_jobs=cpu_count() or 1,
    )


def _spread(start: NDArray[np.float64], affinities: Any, advanced: Advanced) -> NDArray[np.float64]:  # noqa: ANN401
    """The points moved until each is near its neighbours."""
    from openTSNE import TSNEEmbedding

    # What starts in one place would stay in one place.
    apart = np.random.default_rng(0).normal(scale=1e-2, size=start.shape)
    start = (start / (start[:, 0].std() or 1.0) + apart) * 1e-4
    few = len(start) <= _BY_TREE
    points = TSNEEmbedding(
        start,
        affinities,
        negative_gradient_method="bh" if few else "fft",
        # Threads add up in any order, which one would see in the places that the tree gives.
        n_jobs=1 if few else cpu_count() or 1,
        random_state=0,
    )
    for done in range(0, _EARLY + _LATE, _STEP):
        early = done < _EARLY
        exaggeration = _EXAGGERATED if early else _EXAGGERATED_LATER
        points = points.optimize(
            _STEP,
            exaggeration=exaggeration,
            momentum=0.5 if early else 0.8,
            learning_rate=max(_SLOWEST, len(start) / exaggeration),
        )
        advanced(_COMPARING + (1 - _COMPARING) * (done + _STEP) / (_EARLY + _LATE))
    return np.array(points, np.float64)
