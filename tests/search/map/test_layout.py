from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.errors import SourceError
from search.map.layout import lay_out


def clustered(clusters: int, each: int, *, seed: int = 0) -> NDArray[np.float16]:
    """Unit vectors around ``clusters`` directions, one cluster after another."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(clusters, 32))
    vectors = np.repeat(middles, each, axis=0) + 0.7 * random.normal(size=(clusters * each, 32))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16)


def nearest_in_plane(places: NDArray[np.float64]) -> NDArray[np.int64]:
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    nearest: NDArray[np.int64] = away.argmin(axis=1)
    return nearest


def test_clusters_stay_together_and_come_out_the_same() -> None:
    vectors = clustered(6, 60)
    told: list[float] = []
    places = lay_out(vectors, told.append)
    assert places.min() >= -1e-9
    assert places.max() <= 1 + 1e-9
    cluster = np.repeat(np.arange(6), 60)
    assert (cluster[nearest_in_plane(places)] == cluster).mean() > 0.97
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
    assert (lay_out(vectors) == places).all()


def test_copies_lie_near_each_other_but_not_upon() -> None:
    places = lay_out(np.repeat(clustered(20, 1), 5, axis=0))
    assert (nearest_in_plane(places) // 5 == np.arange(100) // 5).mean() > 0.95
    assert len(np.unique(np.round(places * 65_535), axis=0)) > 90


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 30])
def test_few_papers_have_places(count: int) -> None:
    places = lay_out(clustered(count, 1))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert places.min() >= -1e-9
    assert places.max() <= 1 + 1e-9
    assert len(np.unique(places, axis=0)) == count


def test_papers_that_are_all_the_same_have_places() -> None:
    assert np.isfinite(lay_out(np.repeat(clustered(1, 1), 40, axis=0))).all()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(SourceError, match=r"pip install 'nearpaper\[map\]'"):
        lay_out(clustered(2, 10))
