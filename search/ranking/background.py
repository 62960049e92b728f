"""How well a paper suits a library: its nearness compared with that of papers taken at random.

A nearness of 0.4 is much for one library and nothing for another, and differs between models. So
every library is compared with the same random papers of the index, and a paper's score says where
it stands among them: 0.5 is no nearer than the middle one, 0.95 nearer than 95 of 100. Above that
the score grows in proportion to the nearness, up to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from indexer.snapshot import Keys, Snapshot
from indexer.where import ALL
from indexer.where import without as less

SAMPLE = 2_000
"""Random papers. The share of other pairs above 0.95 is then 5 % with a deviation of 0.5 %."""
FAR = 0.55
"""Share of what papers are to their own nearest neighbours, in the median, below which the nearest
paper has nothing to do with a question. Over seven collections and each one's own questions 0 to
3 % fall below; of medical questions to papers on language 90 %."""
Nearness = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From ``(n, d)`` vectors to how near each is, ``(n,)``."""
_SEED = 20_240_517
_SHARES = np.linspace(0.0, 0.95, 39)


class Background:
    """Random papers of one snapshot, other than those ``without`` which."""

    def __init__(self, snapshot: Snapshot, *, without: Keys | None = None) -> None:
        others = ALL if without is None else less(ALL, tuple(without.tolist()))
        self.fingerprint = snapshot.about.fingerprint
        chosen = snapshot.sample(SAMPLE, others, _SEED)
        self._vectors = snapshot.vectors(chosen)

    def scale(self, vector: NDArray[np.float32]) -> Scale:
        """How near random papers are to a ``(d,)`` unit vector."""
        # Not by BLAS, whose threads wait for the model's by spinning: 28 ms on a busy machine.
        return self.scale_by(lambda vectors: np.einsum("nd,d->n", vectors, vector))

    def scale_by(self, nearness: Nearness) -> Scale:
        """The same for another way of telling how near papers are."""
        return Scale(nearness(self._vectors))


class Scale:
    """Turns cosines to one question into scores."""

    def __init__(self, cosines: NDArray[np.float32]) -> None:
        quantiles = _quantiles(cosines) if len(cosines) else np.zeros(len(_SHARES))
        # Cosines of one pair differ by rounding, by how they are worked out.
        self._from = np.append(np.minimum(quantiles - 1e-6, 0.999_999), 1.0)
        self._to = np.append(_SHARES, 1.0)

    def scores(self, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        """0 to 1, never falling as the cosine rises."""
        return np.asarray(np.interp(cosines, self._from, self._to), np.float64)


def _quantiles(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """As ``np.quantile`` gives them at :data:`_SHARES`, in a ninth of its time."""
    ascending, last = np.sort(values), len(values) - 1
    places = np.arange(len(values))
    return np.asarray(np.interp(_SHARES * last, places, ascending), np.float64)


def is_far(snapshot: Snapshot, cosine: float) -> bool:
    """Whether even the nearest paper, with this cosine, has nothing to do with the question."""
    return cosine < FAR * snapshot.about.nearness
