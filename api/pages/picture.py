"""A paper and its neighbours as points and lines, for the template that draws them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.paper import Paper
from search.neighbourhood import Plane

WIDTH, HEIGHT, MARGIN = 640, 300, 24


@dataclass(frozen=True, slots=True)
class Point:
    """A paper in the picture; ``number`` 0 is the one whose page it is."""

    number: int
    paper: Paper
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Points, and the pairs of them that lines join."""

    points: tuple[Point, ...]
    lines: tuple[tuple[Point, Point], ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw(papers: Sequence[Paper], plane: Plane) -> Picture:
    """Papers at their places, in the units of the picture."""
    points = tuple(
        Point(number, paper, _within(x, WIDTH), _within(y, HEIGHT))
        for number, (paper, (x, y)) in enumerate(zip(papers, plane.places, strict=True))
    )
    return Picture(points, tuple((points[one], points[other]) for one, other in plane.joined))


def _within(part: float, length: int) -> float:
    return round(MARGIN + float(part) * (length - 2 * MARGIN), 1)
