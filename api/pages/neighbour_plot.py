"""A paper and its neighbours as points and lines, for the template that draws them as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.papers.paper import Paper
from search.map.projection import Plane

MOST = 30
"""Papers that fit in one picture."""
WIDTH, HEIGHT, MARGIN = 420, 300, 24
APART = 26
"""Between the middles of two points: a little more than each is wide."""
_NAME = 22
"""Characters of a short title in the picture, each about :data:`_LETTER` wide."""
_LETTER, _BELOW, _ABOVE, _TALL = 5.4, 21, -13, 12
"""In the units of the picture: a letter, where a name stands, and how high it is."""
_ROUNDS, _STILL = 100, 0.5
"""Pushes are over when none is longer than half a unit, or after so many rounds."""


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A paper in the picture; ``number`` 0 is the one whose page it is.

    ``label`` is its short title where there is room for it, and stands ``below`` the middle.
    """

    number: int
    paper: Paper
    x: int
    y: int
    label: str = ""
    below: int = 0


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
        PlotPoint(number, paper, round(x), round(y))
        for number, (paper, (x, y)) in enumerate(
            zip(papers, spread(plane.places), strict=True), start=first
        )
    )
    points = tuple(_labelled(points))
    return NeighbourPlot(points, tuple((points[one], points[other]) for one, other in plane.joined))


def short_title(title: str) -> str:
    """The name that a title begins with, else its beginning."""
    name = title.partition(":")[0].strip()
    return name if len(name) <= _NAME else name[: _NAME - 1].rstrip() + "…"


def _labelled(points: Sequence[PlotPoint]) -> Iterator[PlotPoint]:
    """The points with their names, the nearest first, where no name touches another or a point."""
    taken = [_box(point.x, point.y, 24, 24) for point in points]
    for point in points:
        name = short_title(point.paper.title) if point.number else ""
        wide = len(name) * _LETTER
        for below in (_BELOW, _ABOVE) if name else ():
            box = _box(point.x, point.y + below - 4, wide, _TALL)
            inside = box[0] >= 0 and box[2] <= WIDTH and box[1] >= 0 and box[3] <= HEIGHT
            own = _box(point.x, point.y, 24, 24)
            if inside and not any(_touch(box, one) for one in taken if one != own):
                taken.append(box)
                point = replace(point, label=name, below=below)
                break
        yield point


def _box(x: float, y: float, wide: float, high: float) -> tuple[float, float, float, float]:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _touch(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


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
