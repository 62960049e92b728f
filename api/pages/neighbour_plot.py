"""A paper and its neighbours as points and lines, for the template that draws them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.papers.paper import Paper
from search.map.projection import Plane

MOST = 30
"""Papers that fit in one picture."""
WIDTH, HEIGHT, MARGIN = 640, 300, 24
APART = 30
"""Between the middles of two points: a little more than each is wide."""
_ROUNDS, _STILL = 100, 0.5
"""Pushes are over when none is longer than half a unit, or after so many rounds."""


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A paper in the picture; ``number`` 0 is the one whose page it is."""

    number: int
    paper: Paper
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class NeighbourPlot:
    """Points, and the pairs of them that lines join."""

    points: tuple[PlotPoint, ...]
    lines: tuple[tuple[PlotPoint, PlotPoint], ...]
    width: int = WIDTH
    height: int = HEIGHT


def plot(papers: Sequence[Paper], plane: Plane, *, first: int = 0) -> NeighbourPlot:
    """Papers at their places, in the units of the picture, none on top of another.

    Args:
        papers: In the order of the plane.
        plane: Where they lie.
        first: Number of the first paper; the others follow.
    """
    points = tuple(
        PlotPoint(number, paper, round(float(x), 1), round(float(y), 1))
        for number, (paper, (x, y)) in enumerate(
            zip(papers, spread(plane.places), strict=True), start=first
        )
    )
    return NeighbourPlot(points, tuple((points[one], points[other]) for one, other in plane.joined))


def spread(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(n, 2)`` places from 0 to 1 in the units of the picture, pushed apart where they touch."""
    low = np.array([MARGIN, MARGIN], float)
    high = np.array([WIDTH - MARGIN, HEIGHT - MARGIN], float)
    found: NDArray[np.float64] = low + places * (high - low)
    for _ in range(_ROUNDS):
        push = _pushes(found)
        if np.abs(push).max() < _STILL:
            break
        found = np.clip(found + push, low, high)
    return found


def _pushes(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each point has to go so that all are :data:`APART`, if the others stay or go too."""
    away = found[:, None] - found[None, :]
    distance = np.linalg.norm(away, axis=2)
    # Points in one place go in directions of their own.
    turn = np.arange(len(found)) * 2.4
    own = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    away = np.where(distance[..., None] < 1e-6, own[:, None] - own[None, :], away)
    length = np.maximum(np.linalg.norm(away, axis=2), 1e-6)
    missing = np.where(distance < APART, APART - distance, 0.0)
    np.fill_diagonal(missing, 0.0)
    pushes: NDArray[np.float64] = (away / length[..., None] * missing[..., None]).sum(axis=1) / 2
    return pushes
